"""Interfaces of other departments through the proxy plane (经代理的部门接口): providers, grants, what each describes.

The three departments of the demo answer in a process of their own, without latency; a fourth interface takes
HEAD and POST too. Each has an address with path patterns and one grant; its document is the one that the
product makes for that grant.
"""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance import gateway
from tests.conformance.verdicts import Verdict
from tests.house import House, kill

PATIENCE = 60.0  # seconds until the plane knows of the grants, and until the worker has taken over its log
QUIET = 3.0  # seconds without a new call: then all are taken over
KNOWN, KNOWN_ZH = "405 without required `Allow` header", "405 答复没有 Allow 响应头（RFC 9110 第 15.5.6 节）"
PREFIX = "CONFORMANCE-P"
_UNKNOWN = frozenset(
    f"Client.{name}"
    for name in ("KeyUnknown", "ServiceUnknown", "NoGrant", "PurposeNotGranted", "PathNotAllowed")
)  # so it answers until the worker has published the grant

DEPARTMENTS = """
import numpy as np
from zhujianyun.apps.data_gathering.sample import codes
from zhujianyun.apps.data_gathering.sample.neighbour import serving
people = [str(one.as_py()) for one in codes.citizen_ids(np.arange(12))]
firms = [str(one.as_py()) for one in codes.usccs(np.arange(12))]
with serving.departments() as address:
    print(json.dumps({"address": address, "numbers": {"civil": people, "labour": people, "market": firms}}), flush=True)
    sys.stdin.read()
"""

GRANTED = """
from datetime import timedelta
from zhujianyun.apps.data_gateway import actions
from zhujianyun.apps.data_gateway.pages import describing
from zhujianyun.apps.data_gateway.sample.others import FOREIGN
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Mount, Resource

city, now, made = Office.objects.get(code="450100"), clock.now(), []
issued = actions.issue_key(city, None, by=SYSTEM, valid_until=now + timedelta(days=30))

def granted(mount, name):
    items = tuple(mount.binding)
    decision = resources.Decision(consumer=city, items=items, purpose=name, legal_basis="对照", valid_from=now - timedelta(days=1),
                                  valid_until=now + timedelta(days=9), quota={{"lookups_per_hour": 1_000_000}})
    grant = resources.issue_grant(mount, decision, code=f"{prefix}-{{name}}", by=SYSTEM)
    made.append({{"name": name, "title": mount.title, "purpose": grant.code, "document": describing.document_of(grant, SYSTEM)}})

for one in FOREIGN:
    entry = Resource.objects.get(code=one.resource)
    binding = {{item.code: item.code for item in one.items}}
    mount = resources.mount_api(entry, f"{address}/{{one.desk}}", binding, code=f"conformance-{{one.desk}}", title=one.title, by=SYSTEM)
    actions.open_service(mount, mount.code, by=SYSTEM, member=one.member, paths=(one.path,), allow_private=("127.0.0.1/32",))
    granted(mount, one.desk)
granted(Mount.objects.get(code="{mount}"), "plain")
print(json.dumps({{"client": issued.key.client, "secret": issued.secret, "services": made}}))
"""


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface that is asked about (接口): its document, and numbers that its provider knows."""

    title: str
    given: dict[str, str]
    document: dict[str, Any]
    numbers: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where it answers, without the host (路径)."""
        return "/" + str(self.document["servers"][0]["url"]).partition("//")[2].partition("/")[2]

    def with_examples(self) -> dict[str, Any]:
        """The document with numbers that lead to records (附示例的说明): nothing else is added to it."""
        made: dict[str, Any] = json.loads(json.dumps(self.document))
        for methods in made["paths"].values():
            for one in methods.values():
                for parameter in one.get("parameters", ()) if isinstance(one, dict) else ():
                    if parameter["in"] == "path" and self.numbers:
                        parameter["examples"] = {f"n{n}": {"value": v} for n, v in enumerate(self.numbers)}
        return made


@contextlib.contextmanager
def departments(house: House) -> Iterator[dict[str, Any]]:
    """The demo's departments while this lasts (三部门接口): their address and numbers they know."""
    process = house.begin(DEPARTMENTS)
    assert process.stdout is not None
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if line.startswith("{"):
                yield json.loads(line)
                return
        raise RuntimeError(f"部门接口没有启动：{''.join(lines)[-500:]}")
    finally:
        kill(process)


def interfaces(house: House, told: dict[str, Any], mount: str) -> list[Interface]:
    """Services and grants on the departments' interfaces, and on the one that takes POST (服务与授权)."""
    code = GRANTED.format(address=told["address"], prefix=PREFIX, mount=mount)
    made = json.loads(house.script(code).splitlines()[-1])
    return [
        Interface(
            one["title"], {"secret": made["secret"], "client": made["client"], "purpose": one["purpose"]}, one["document"],
            tuple(told["numbers"].get(one["name"], ())),
        )
        for one in made["services"]
    ]  # fmt: skip


def run(house: House, plane: str, folder: Path, cases: int, mount: str) -> Verdict:
    """The proxy plane against the document of each grant, that on ``mount`` included (接口代理)."""
    asked, faults = [], []
    with departments(house) as told:
        for one in interfaces(house, told, mount):
            place = folder / one.given["purpose"]
            place.mkdir()
            schema = place / "openapi.json"
            schema.write_text(json.dumps(one.with_examples(), ensure_ascii=False))
            _until_known(plane + one.path, one)
            found = gateway.fuzz(schema, plane + one.path, one.given, cases)
            asked.append((one.title, found))
            faults += [f"{one.title}：{fault}" for fault in found.faults]
            if one.numbers and not _records(house, one.given["purpose"]):
                faults.append(f"{one.title}：没有一次取得数据")
    each = "、".join(f"{title} {found.passed}" for title, found in asked)
    looked = gateway.looked_at([found for _, found in asked], f"（{each}）")
    known = [fault for fault in faults if KNOWN in fault]
    rest = [fault for fault in faults if fault not in known]
    return Verdict("接口代理（schemathesis）", looked, rest[: gateway.SHOWN], [KNOWN_ZH] if known else [])


def _until_known(address: str, one: Interface) -> None:
    """Wait until the plane's policy holds the grant: it reads a new one within a second."""
    path = next(iter(one.document["paths"])).replace("{p1}", one.numbers[0] if one.numbers else "known")
    deadline = time.monotonic() + PATIENCE
    while (fault := _fault(address + path, one.given)) in _UNKNOWN:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{one.title}：网关没有放行：{fault}")
        time.sleep(0.5)


def _fault(address: str, given: dict[str, str]) -> str:
    asked = urllib.request.Request(address, headers=gateway.headers(given))  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=10):  # noqa: S310
            return ""
    except urllib.error.HTTPError as error:
        return str(error.headers.get("X-Road-Error", ""))


def _records(house: House, grant: str) -> int:
    """How many calls under a grant brought records, once the worker has taken over the log (取得数据的次数)."""
    asked = 'SELECT count(*), coalesce(sum(succeeded), 0) FROM data_gateway_call WHERE "grant" = ?'
    seen, quiet_since, deadline = (-1, 0), time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() < deadline and time.monotonic() - quiet_since < QUIET:
        found = house.rows(asked, grant)[0]
        if found != seen:
            seen, quiet_since = found, time.monotonic()
        time.sleep(0.5)
    return int(seen[1])
