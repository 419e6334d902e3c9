"""P3: the table plane, one row by its key with every check, against Datasette over the same rows.

    ZJY_BENCH_DATASETTE=/path/to/datasette .venv/bin/python bench/exchange/p3.py [ROWS [PASSES [SECONDS]]]

Sides are alternated A-B-A-B; key, grant, quota, mask and durable log are on in ours. Ratio of medians.
"""

from __future__ import annotations

import sys

import tables as bench


def main(count: int = 200_000, passes: int = 3, seconds: int = 4) -> None:
    """Measure and print; raw rows go to ``results/p3.csv``."""
    ours, theirs = bench.build(count)
    keys = [bench.key_of(n * 7919 % count) for n in range(2000)]
    items = f"/r1/{bench.policies.PATH}/v1/items"
    with bench.plane(bench.policy(ours)) as (base, _, _), bench.datasette(theirs) as peer:
        sides = {
            "table plane": lambda: bench.drive(
                base, [f"{items}/{k}" for k in keys], bench.HEADERS, seconds=seconds
            ),
            "datasette": lambda: bench.drive(
                peer, [f"/{theirs.stem}/firms/{k}.json?_shape=array" for k in keys], {}, seconds=seconds
            ),
        }
        for run in sides.values():
            run()  # warm
        print(f"P3, {count:,} rows × 12 columns, {passes} passes of {seconds} s, 16 connections")
        found = bench.compare("p3", sides, passes)
    print(f"  ratio {found['table plane'] / found['datasette']:.1f}")


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
