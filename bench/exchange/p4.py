"""P4: a page of 100 filtered rows with every check, against Datasette; and page 10 000 against page 1.

    ZJY_BENCH_DATASETTE=/path/to/datasette .venv/bin/python bench/exchange/p4.py [ROWS [PASSES [SECONDS [DEEP]]]]

The walk needs 1 200 000 rows for page 10 000 (made once); with fewer the last full page is taken. On that many
rows the peer sorts for seconds, so the two are compared on fewer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from urllib.parse import quote

import tables as bench

from zhujianyun.apps.data_gateway.rules import asking, cursors
from zhujianyun.apps.data_gateway.rules.deciding import Compiled
from zhujianyun.kernel.resource.granting import effective

FILTER = f"city=450100&grade={quote('一级')}"
WALK = "is_live=true"  # nine rows of ten: a walk that has 10 000 pages


def far(made: bench.policies.policy.Policy, count: int) -> tuple[str, int]:
    """The cursor that a walk would hold before its page 10 000, or before its last full one (远页标记)."""
    compiled = Compiled(made)
    terms = made.grants["G1"]
    question = asking.read(WALK, effective(terms, made.offered["m1"], bench.policies.NOW))
    number = min(10_000, count * 9 // 10 // 100)
    row = (number - 1) * 100 * 10 // 9  # rows before it, those that are not live among them
    cursor = cursors.Cursor(3, 0, (bench.key_of(row),))
    return cursors.write(cursor, secret=compiled.cursor_key, grant="G1", question=question.digest), number


ITEMS = f"/r1/{bench.policies.PATH}/v1/items?page_size=100&"


def main(count: int = 200_000, passes: int = 3, seconds: int = 3, deep: int = 1_200_000) -> None:
    """Measure and print; raw rows go to ``results/p4.csv`` and ``results/p4_depth.csv``."""
    ours, theirs = bench.build(count)
    with bench.plane(bench.policy(ours)) as (base, _, _), bench.datasette(theirs) as peer:
        peers = f"/{theirs.stem}/firms.json?_size=100&_shape=objects&_nocount=1&_nofacet=1&{FILTER}"
        sides = {
            "table plane": ask(base, FILTER, seconds),
            "datasette": lambda: bench.drive(peer, [peers], {}, seconds=seconds),
        }
        for run in sides.values():
            run()  # warm
        print(f"P4, {count:,} rows × 12 columns, {passes} passes of {seconds} s, 16 connections")
        found = bench.compare("p4", sides, passes)
        print(f"  ratio {found['table plane'] / found['datasette']:.1f}")
    walk(deep, passes, seconds)


def walk(count: int, passes: int, seconds: int) -> None:
    """How much dearer a page far behind is than the first (翻页深度)."""
    made = bench.policy(bench.build(count)[0])
    cursor, number = far(made, count)
    with bench.plane(made) as (base, _, _):
        sides = {
            "page 1": ask(base, WALK, seconds),
            f"page {number}": ask(base, f"{WALK}&cursor={cursor}", seconds),
        }
        depth = bench.compare("p4_depth", sides, passes)
    print(f"  page {number} : page 1 = {depth[f'page {number}'] / depth['page 1']:.2f}")


def ask(base: str, query: str, seconds: int) -> Callable[[], tuple[float, float]]:
    """One measurement of our side (单次测量)."""
    return lambda: bench.drive(base, [ITEMS + query], bench.HEADERS, seconds=seconds)


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
