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


def run_table(plane: str, given: dict[str, str], folder: Path, cases: int = CASES) -> Verdict:
    """The table plane against the document of a grant (库表接口)."""
    made = described(plane, given)
    schema = folder / "openapi.json"
    schema.write_text(json.dumps(made, ensure_ascii=False))
    server = made["servers"][0]["url"]
    base = plane + re.sub(r"^https?://[^/]+", "", server)
    return fuzz("库表接口（schemathesis）", schema, base, given, cases)


def run_refusals(house: House, port: int, given: dict[str, str]) -> Verdict:
    """The corpus of forms that the proxy must refuse, or must let pass, over sockets (拒绝用例)."""
    command = [
        sys.executable, "-m", "zhujianyun.apps.data_gateway.api.proxy.refusals", "--port", str(port), "--key",
        given["secret"], "--client", given["client"], "--purpose", given["api_purpose"], "--service", given["api"],
    ]  # fmt: skip
    done = subprocess.run(command, env=house.env(), capture_output=True, text=True, timeout=300, check=False)
    lines = done.stdout.splitlines() or [done.stderr[-300:]]
    faults = [line.removeprefix("不符 ") for line in lines if line.startswith("不符")]
    if done.returncode and not faults:
        faults = [lines[-1]]
    looked = lines[-1].partition("，不符")[0].removeprefix("拒绝用例 ")
    return Verdict("代理拒绝用例（nginx 之外另加）", f"{looked}应拒绝或应通过的写法", faults[:SHOWN])
