"""The gateway against its own description and against the corpus of what must be refused (网关对照).

schemathesis asks the table plane, with states, everything that the OpenAPI document of a grant allows and much
that it does not. The document is fetched from the plane itself, with the key of the grant.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.conformance.verdicts import Verdict
from tests.house import House

SHOWN = 5
PATIENCE = 60.0  # seconds until the worker has published policy and file
CASES = 120  # generated for each operation and phase
# A description cannot say everything: a cursor must be ours, "between" wants two ends. Then 400 is right.
SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "400", "401", "403", "404", "409", "410", "429"]
"""
# A table with every type of column, a masked item, an entry, a mount, a service, a grant and a key.
GRANTED = """
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
import pyarrow as pa
from deltalake import write_deltalake
from django.conf import settings
from zhujianyun.apps.data_gateway import actions
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.system.models import BusinessSystem

KINDS = {"id": "integer", "name": "text", "area": "decimal", "day": "date", "at": "datetime", "live": "boolean", "phone": "text"}
office, city = Office.objects.get(code="450000"), Office.objects.get(code="450100")
system = BusinessSystem.objects.order_by("code").first()
columns = [{"name": name, "type": kind} for name, kind in KINDS.items()]
dataset = resources.register_dataset("conformance-all", "对照表", system, columns, ["id"], by=SYSTEM)
arrow = pa.schema([("id", pa.int64()), ("name", pa.string()), ("area", pa.decimal128(38, 8)), ("day", pa.date32()),
                   ("at", pa.timestamp("us", "UTC")), ("live", pa.bool_()), ("phone", pa.string())])
rows = [{"id": n, "name": None if n % 11 == 0 else f"名{n}", "area": Decimal(n) / 8, "day": date(2020, 1, 1) + timedelta(n),
         "at": datetime(2020, 1, 1, 20, tzinfo=UTC), "live": n % 2 == 0, "phone": f"138{n:08d}"} for n in range(300)]
write_deltalake(str(lake.folder(dataset.code)), pa.Table.from_pylist(rows, arrow), mode="overwrite")
resources.land(dataset, version=0, batch="conformance-all", rows=300, digest="d", taken_at=clock.now(), by=SYSTEM)
entry = resources.enter("206003/999901", "对照目录", office, by=SYSTEM)
items = tuple(Item(name, name, type=kind, sensitivity="personal" if name == "phone" else "", mask="phone" if name == "phone" else "")
              for name, kind in KINDS.items())
draft = resources.Draft("对照目录", "对照用的全部类型", "主题/城乡建设/建筑市场", items, share_condition="履职需要")
resources.publish(entry, draft, by=SYSTEM)
mount = resources.mount_table(entry, dataset, {name: name for name in KINDS}, code="conformance-all", title="对照表", by=SYSTEM)
now = clock.now()
decision = resources.Decision(consumer=city, items=tuple(KINDS), purpose="conformance", legal_basis="对照", valid_from=now - timedelta(days=1),
                              valid_until=now + timedelta(days=9), masks={"phone": "phone"})
resources.issue_grant(mount, decision, code="CONFORMANCE-1", by=SYSTEM)
service = actions.open_service(mount, "conformance-all", by=SYSTEM)
issued = actions.issue_key(city, None, by=SYSTEM, valid_until=now + timedelta(days=30), subsystem="conformance")
print(json.dumps({"client": issued.key.client, "secret": issued.secret, "purpose": "conformance",
                  "address": f"/r1/{getattr(settings, 'ZJY_GATEWAY_INSTANCE', 'GX')}/GOV/{service.member}/data/{service.code}"}))
"""


def granted(house: House) -> dict[str, str]:
    """Who may ask what (授权)."""
    told: dict[str, str] = json.loads(house.script(GRANTED).splitlines()[-1])
    return told


def headers(given: dict[str, str]) -> dict[str, str]:
    """What every call carries (请求头)."""
    return {
        "Authorization": f"Bearer {given['secret']}", "X-Road-Client": given["client"],
        "X-Zjy-Purpose": given["purpose"],
    }  # fmt: skip


def described(plane: str, given: dict[str, str]) -> dict[str, Any]:
    """The OpenAPI document of the grant, once the plane knows of it (接口说明)."""
    deadline = time.monotonic() + PATIENCE
    asked = urllib.request.Request(f"{plane}{given['address']}/openapi.json", headers=headers(given))  # noqa: S310
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"网关没有给出接口说明：{error.status} {error.read()[:300]!r}") from error
            time.sleep(0.5)


def fuzz(name: str, schema: Path, base: str, given: dict[str, str], cases: int = CASES) -> Verdict:
    """Let schemathesis ask a running plane, all checks and states on (模糊测试)."""
    (schema.parent / "schemathesis.toml").write_text(SETTINGS)
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", str(schema), "--url", base, "--checks", "all",
        "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(cases), "--continue-on-failure",
        "--generation-deterministic", "--no-color", "--warnings", "off",
        *(word for pair in headers(given).items() for word in ("--header", ": ".join(pair))),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=900, check=False, cwd=schema.parent
    )
    said = done.stdout + done.stderr
    generated = re.search(r"([\d,]+) generated", said)
    looked = f"{generated[1] if generated else '?'} 个请求，含有状态测试"
    return Verdict(name, looked, [] if done.returncode == 0 else _failures(said))


def _failures(said: str) -> list[str]:
    found = [line.strip() for line in re.findall(r"^\s*- (.+)$", said, re.M)]
    return [*dict.fromkeys(found)][:SHOWN] or [said.strip()[-400:]]


def run_table(house: House, plane: str, folder: Path, cases: int = CASES) -> Verdict:
    """The table plane against the document of a grant (库表接口)."""
    given = granted(house)
    made = described(plane, given)
    schema = folder / "openapi.json"
    schema.write_text(json.dumps(made, ensure_ascii=False))
    server = made["servers"][0]["url"]
    return fuzz(
        "库表接口（schemathesis）", schema, plane + re.sub(r"^https?://[^/]+", "", server), given, cases
    )


def run_refusals(house: House, port: int) -> Verdict:
    """The corpus of forms that the proxy must refuse, over sockets (拒绝用例)."""
    command = [sys.executable, "-m", "zhujianyun.apps.data_gateway.api.proxy.refusals", "--port", str(port)]
    done = subprocess.run(command, env=house.env(), capture_output=True, text=True, timeout=300, check=False)
    lines = done.stdout.splitlines() or [done.stderr[-300:]]
    faults = [line.removeprefix("不符 ") for line in lines if line.startswith("不符")]
    if done.returncode and not faults:
        faults = [lines[-1]]
    return Verdict(
        "代理拒绝用例（nginx 之外另加）",
        lines[-1].partition("，不符")[0].removeprefix("拒绝用例 "),
        faults[:SHOWN],
    )
