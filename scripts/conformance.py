"""The gate of conformance (符合性检查): what we say against what others have written down, in one table.

    scripts/conformance.py [--var FOLDER] [--codes N] [--cases N] [--only PART …]

    vectors   request hashes that were agreed        codes  check digits against others' implementations
    clients   the catalogue through CKAN clients      shapes catalogue exports against DCAT-AP
    refusals  what the proxy must refuse, over sockets
    table     the table plane against the OpenAPI document of a grant, by schemathesis with states
    proxy     the same for the proxy plane: the demo's three departments and an interface with HEAD and POST

Starts a platform of its own on free ports: a copy of the prepared demo year, or of the folder that is named.
Ends with status 1 when anything does not agree, or could not be looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import house as houses  # noqa: E402
from tests.conformance import clients, codes, gateway, grants, proxied, shapes, vectors  # noqa: E402
from tests.conformance.verdicts import Verdict  # noqa: E402
from tests.stories import running  # noqa: E402

PARTS = ("vectors", "codes", "clients", "shapes", "refusals", "table", "proxy")
NAMES = {
    "vectors": "请求摘要", "codes": "代码校验", "clients": "目录接口", "shapes": "目录导出", "refusals": "拒绝用例",
    "table": "库表接口", "proxy": "接口代理",
}  # fmt: skip


def looked_at(part: str, check: Callable[[], Verdict]) -> tuple[Verdict, float]:
    """One part and its seconds; what breaks is a fault, not the end of the run (检查一项)."""
    print(f"正在检查：{NAMES[part]}……", flush=True)
    started = time.monotonic()
    try:
        found = check()
    except Exception as error:  # noqa: BLE001 - told in the table
        found = Verdict(NAMES[part], "", [f"{type(error).__name__}：{str(error)[-300:]}"])
    return found, time.monotonic() - started


def look(wanted: list[str], var: Path | None, number: int, cases: int) -> list[tuple[Verdict, float]]:
    """All parts that are wanted (逐项检查)."""
    found = []
    if "vectors" in wanted:
        found.append(looked_at("vectors", vectors.run))
    if "codes" in wanted:
        found.append(looked_at("codes", lambda: codes.run(number)))
    if {"clients", "shapes", "refusals", "table", "proxy"} & set(wanted):
        found += _at_a_platform(wanted, var, cases)
    return found


def _at_a_platform(wanted: list[str], var: Path | None, cases: int) -> list[tuple[Verdict, float]]:
    source = houses.House(var) if var else houses.prepared().played
    with tempfile.TemporaryDirectory(prefix="zjy-conformance-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        print("正在启动平台……", flush=True)
        site = stack.enter_context(running.serving(source.copy_to(folder / "var")))
        host, _, port = site.base.rpartition(":")
        port_of_provider = stack.enter_context(grants.providing())
        given = functools.cache(lambda: grants.granted(site.house, port_of_provider))
        checks = {
            "clients": lambda: clients.run(site.house, site.base),
            "shapes": lambda: shapes.run(site.house, folder, site.base),
            "table": lambda: gateway.run_table(f"{host}:{int(port) + 2}", given(), folder, cases),
            "proxy": lambda: proxied.run(
                site.house, f"{host}:{int(port) + 3}", folder, cases, given()["api_mount"]
            ),
            "refusals": lambda: gateway.run_refusals(site.house, int(port) + 3, given()),
        }
        return [looked_at(part, check) for part, check in checks.items() if part in wanted]


def table(found: list[tuple[Verdict, float]]) -> str:
    """The result as people read it (结果表)."""
    rows = [("检查项", "结论", "用时", "范围")]
    rows += [(one.name, one.word, f"{took:.0f} 秒", one.looked or one.skipped) for one, took in found]
    widths = [max(map(wide, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "─" * 60)
    for one, _ in found:
        lines += [f"  ✗ {one.name}：{fault}" for fault in one.faults]
    for one, _ in found:
        lines += [f"  已知差异 {one.name}：{known}" for known in one.known]
    return "\n".join(lines)


def wide(text: str) -> int:
    """Columns that a text takes on a terminal (显示宽度)."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def padded(text: str, width: int) -> str:
    """A text with blanks up to a width (补齐)."""
    return text + " " * (width - wide(text))


def main(given: list[str] | None = None) -> int:
    """The command line (命令行)."""
    parser = argparse.ArgumentParser(description="符合性检查")
    parser.add_argument(
        "--var", type=Path, help="已备好的演示数据文件夹，复制后使用；不写则用 .cache 中备好的"
    )
    parser.add_argument("--codes", type=int, default=1_000_000, help="对照的代码个数")
    parser.add_argument("--cases", type=int, default=gateway.CASES, help="每个接口、每个阶段生成的请求数")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="只做其中几项")
    asked = parser.parse_args(given)
    found = look(asked.only, asked.var, asked.codes, asked.cases)
    print(f"\n{table(found)}\n")
    failed = [one for one, _ in found if one.faults or one.skipped]
    print(f"✗ {len(failed)} 项不符合或没有检查。" if failed else f"✓ {len(found)} 项全部符合。")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
