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
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What schemathesis told (模糊测试结果): requests that were made, that passed, what was wrong.

    Without a link between operations there are no states to test.
    """

    generated: int
    passed: int
    with_states: bool
    faults: list[str]


def _until_served(plane: str, given: dict[str, str]) -> None:
    """Wait for the serving file: a grant is known before its table is (等待供数文件)."""
    deadline = time.monotonic() + PATIENCE
    asked = urllib.request.Request(f"{plane}{given['address']}/v1/items?page_size=1", headers=headers(given))  # noqa: S310
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=10):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            if error.status != 503 or time.monotonic() > deadline:
                raise RuntimeError(f"库表没有供数：{error.status} {error.read()[:300]!r}") from error
            time.sleep(0.5)


def fuzz(schema: Path, base: str, given: dict[str, str], cases: int = CASES) -> Fuzzed:
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
    return told(done.stdout + done.stderr, done.returncode)


def told(said: str, status: int) -> Fuzzed:
    """What a run said, in numbers and faults (读取结果)."""
    line = said.rpartition("Test cases:")[2].strip().partition("\n")[0]
    generated, found, skipped = (_count(what, line) for what in ("generated", "found", "skipped"))
    is_with_states = "Stateful" in said and "Stateful (not applicable)" not in said
    faults = _failures(said) if status else []
    return Fuzzed(generated, generated - found - skipped, is_with_states, faults)


def _count(what: str, line: str) -> int:
    """A number of the line ``104 generated, 102 passed, 2 skipped`` (计数); nought where it is not told."""
    found = re.search(rf"([\d,]+) {what}", line)
    return int(found[1].replace(",", "")) if found else 0


def _failures(said: str) -> list[str]:
    """Each thing that is wrong, with the first sentence about it (不符之处)."""
    found = re.findall(r"^\s*- (ST\d+ .+)\n(?:\s*\n)*(?: {4,}(\S.*))?", said, re.M)
    lines = [f"{title.strip()}：{about.strip()}" if about else title.strip() for title, about in found]
    return [*dict.fromkeys(lines)] or [said.strip()[-400:]]


def run_table(plane: str, given: dict[str, str], folder: Path, cases: int = CASES) -> Verdict:
    """The table plane against the document of a grant (库表接口)."""
    made = described(plane, given)
    schema = folder / "openapi.json"
    schema.write_text(json.dumps(made, ensure_ascii=False))
    _until_served(plane, given)
    server = made["servers"][0]["url"]
    base = plane + re.sub(r"^https?://[^/]+", "", server)
    found = fuzz(schema, base, given, cases)
    return Verdict("库表接口（schemathesis）", looked_at([found]), found.faults[:SHOWN])


def looked_at(found: Sequence[Fuzzed], each: str = "") -> str:
    """How much was asked (范围)."""
    states = "，含有状态测试" if any(one.with_states for one in found) else ""
    passed = sum(one.passed for one in found)
    return f"{sum(one.generated for one in found)} 个请求，通过 {passed}{each}{states}"


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
