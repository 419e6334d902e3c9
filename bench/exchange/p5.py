"""P5: a full gather with type and code checks, digests and counts, against bare executemany in the same run.

    scripts/with-services .venv/bin/python bench/exchange/p5.py [ROWS [PASSES]]

Sources are alternated A-B-A-B. Without services PostgreSQL is left out. Rows a second, median and range.
"""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

import gathering as bench

RESULTS = Path(__file__).parent / "results"


def main(count: int = 200_000, passes: int = 3) -> None:
    """Measure and print; raw rows go to ``results/p5.csv``."""
    system = bench.start_platform()
    places = {
        "csv": bench.to_csv(count),
        "sqlite": bench.to_sqlite(count),
        "postgresql": bench.to_postgres(count),
    }
    sources = {
        kind: bench.register(system, f"bench.{kind}", kind, place) for kind, place in places.items() if place
    }
    rates: dict[str, list[float]] = {name: [] for name in ("executemany", *sources)}
    for _ in range(passes):
        rates["executemany"].append(bench.bare_executemany(min(count, 200_000)))
        for kind, source in sources.items():
            rates[kind].append(count / bench.seconds(lambda source=source: bench.gather(source)))
    print(f"{count:,} rows × 12 columns, {passes} passes, load {bench.load()}")
    for name, values in rates.items():
        share = values and sorted(values)[len(values) // 2] / sorted(rates["executemany"])[passes // 2]
        print(f"  {name:<14}{bench.spread(values)} rows/s   × {share:.2f} of executemany")
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "p5.csv").open("a", newline="") as file:
        csv.writer(file).writerows(
            [name, count, n, round(value), bench.load()]
            for name, values in rates.items()
            for n, value in enumerate(values)
        )
    shutil.rmtree(bench.FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
