"""P6: an increment without a cursor, 0.1 % changed, against a full gather in the same run; exact change set.

    .venv/bin/python bench/exchange/p6.py [ROWS [PASSES]]

The oracle is the list of changes that the benchmark itself made.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import sys
from pathlib import Path
from random import Random

import gathering as bench

RESULTS = Path(__file__).parent / "results"


def change(path: str, count: int, turn: int) -> tuple[int, int, int]:
    """Change a thousandth of the rows: 80 % edits, 10 % deletions, 10 % new."""
    rng = Random(turn)
    whole = max(10, count // 1000)
    with sqlite3.connect(path) as db:
        ids = [row[0] for row in db.execute("SELECT id FROM firms")]
        picked = rng.sample(ids, whole * 9 // 10)
        gone, edited = picked[: whole // 10], picked[whole // 10 :]
        db.executemany("DELETE FROM firms WHERE id = ?", [(n,) for n in gone])
        db.executemany("UPDATE firms SET staff = staff + 1000 WHERE id = ?", [(n,) for n in edited])
        fresh = [
            (count + turn * whole + n, *row[1:]) for n, row in enumerate(bench.rows(whole // 10), start=1)
        ]
        db.executemany(f"INSERT INTO firms VALUES ({','.join('?' * 12)})", fresh)
    db.close()
    return len(fresh), len(edited), len(gone)


def main(count: int = 200_000, passes: int = 3) -> None:
    """Measure and print; raw rows go to ``results/p6.csv``."""
    system = bench.start_platform()
    place = bench.to_sqlite(count)
    source = bench.register(system, "bench.p6", "sqlite", place)
    taken: dict[str, list[float]] = {"full": [], "digest": []}
    bench.gather(source)
    for turn in range(passes):
        expected = change(place["path"], count, turn)
        batches: list[object] = []
        taken["digest"].append(bench.seconds(lambda: batches.append(bench.gather(source, "digest"))))  # noqa: B023
        (batch,) = batches
        found = (batch.inserted, batch.updated, batch.deleted)
        assert found == expected, (found, expected)
        taken["full"].append(bench.seconds(lambda: batches.append(bench.gather(source, "full"))))  # noqa: B023
        assert batches[1].digest == batch.digest
    print(f"{count:,} rows, 0.1 % changed, {passes} passes, change sets exact, load {bench.load()}")
    middle = {name: sorted(values)[passes // 2] for name, values in taken.items()}
    for name, value in middle.items():
        print(f"  {name:<8}{value:8.2f} s   {count / value:>10,.0f} rows/s")
    print(f"  digest / full = {middle['digest'] / middle['full']:.0%}")
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / "p6.csv").open("a", newline="") as file:
        csv.writer(file).writerows(
            [name, count, n, round(value, 3), bench.load()]
            for name, values in taken.items()
            for n, value in enumerate(values)
        )
    shutil.rmtree(bench.FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
