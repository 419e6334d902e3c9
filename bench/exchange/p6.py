"""P6: an increment without a cursor, 0.1 % changed, against a full gather in the same run; exact change set.

    .venv/bin/python bench/exchange/p6.py [ROWS [PASSES]]

The oracle is the list of changes that the benchmark itself made.

The goal of 25 % is out of reach while the source is on the same machine, because a full gather costs little
more than reading. Measured idle, 200,000 rows of SQLite, full gather 1.05 s:

* reading every row as text, which any pass over a source without a cursor must do: 0.33 s, 31 %;
* writing anew the files in which a row changed: 0.33 to 0.50 s, 32 to 48 %. With one row in a thousand changed at
  random no file stays whole, nor a row group above some hundred rows, and deletion vectors are not for all readers;
* the marks of the last snapshot read and sorted, the new ones sorted, both compared: 0.23 s, 22 %.

Tried: fingerprints of raw rows, so that only new ones are cast, checked and digested. DuckDB makes them from the
Arrow batches in 0.11 s (two 64-bit hashes or md5, two threads), in place of the 0.7 s of casting, checking and
digesting, which ran beside reading anyway. What is left still comes to two thirds of a full gather at best, at the
price of a third file beside each part and of a hash that binds the lake to the version of a database. Not landed.
PostgreSQL asked to hash its rows itself: 0.39 s for key and hash, against 0.44 s for all twelve columns, and a
full gather of 1.33 s; grouped into 1,024 buckets 0.27 s, but a thousandth of the rows changed at random opens
every fifth bucket at this size and four of five at 1.92 million rows.
What digests save is not time but traffic to readers: exact changes, and nothing landed where nothing changed.
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
