"""A group-by figure over gathered data, against SQLite through the ORM's SQL in the same run.

    .venv/bin/python bench/exchange/groupby.py [ROWS [PASSES]]

Two million contracts with city, day and amount: the sum by city and month, as an indicator asks it.
A pass opens a connection, reads the file list and aggregates; engines take turns.
"""

from __future__ import annotations

import csv
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhujianyun.config.settings.test")
RESULTS = Path(__file__).parent / "results" / "groupby.csv"


def main(rows: int, passes: int) -> None:
    """Measure and write the passes down."""
    import django
    import duckdb
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    django.setup()
    from zhujianyun.kernel.indicator.lake import Gathered
    from zhujianyun.kernel.indicator.periods import Grain, year
    from zhujianyun.kernel.resource.lake import DUCKDB

    random = np.random.default_rng(1)
    folder = Path(tempfile.mkdtemp(prefix="zjy-groupby-"))
    cities = np.array([f"45{n:02d}00" for n in range(1, 15)])[random.integers(0, 14, rows)]
    days = np.datetime64("2020-01-01") + random.integers(0, 366, rows).astype("timedelta64[D]")
    cents = random.integers(1, 10**8, rows)
    table = pa.table(
        {
            "no": np.arange(rows),
            "city_code": cities,
            "signed_on": days.astype("datetime64[D]"),
            "amount": cents,
        }
    )
    files = []
    for start in range(0, rows, 100_000):  # as gathering writes them
        files.append(str(folder / f"{start}.parquet"))
        pq.write_table(table.slice(start, 100_000), files[-1], compression="zstd", compression_level=1)
    peer = sqlite3.connect(folder / "peer.db")
    peer.execute("CREATE TABLE t (no INTEGER PRIMARY KEY, city_code TEXT, signed_on TEXT, amount INTEGER)")
    texts = zip(range(rows), cities.tolist(), days.astype(str).tolist(), cents.tolist(), strict=True)
    peer.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", texts)
    peer.commit()
    shape = Gathered("t", day="signed_on", measure="amount", city="city_code").shape

    def ours() -> dict[tuple[str, str], int]:
        import ibis

        connection = ibis.duckdb.connect(**DUCKDB)
        inside = shape.cells(
            shape.inside(shape.records([connection.read_parquet(files)]), year(2020)), Grain.MONTH
        )
        found = inside.group_by(["zjy_cell", "zjy_city"]).aggregate(**shape.asked(inside, False)).to_pyarrow()
        connection.disconnect()
        return {(row["zjy_city"], f"{row['zjy_cell']:%Y-%m}"): int(row["zjy_n"]) for row in found.to_pylist()}

    def theirs() -> dict[tuple[str, str], int]:
        asked = (
            "SELECT city_code, substr(signed_on, 1, 7), SUM(amount) FROM t "
            "WHERE signed_on >= '2020-01-01' AND signed_on < '2021-01-01' GROUP BY 1, 2"
        )
        return {(city, month): total for city, month, total in peer.execute(asked)}

    if ours() != theirs():
        raise SystemExit("the two engines disagree")
    taken: dict[str, list[float]] = {"duckdb": [], "sqlite": []}
    for _ in range(passes):
        for name, run in (("duckdb", ours), ("sqlite", theirs)):
            start = time.perf_counter()
            run()
            taken[name].append((time.perf_counter() - start) * 1000)
    with RESULTS.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["rows", "engine", "pass", "ms", "load"])
        for name, values in taken.items():
            writer.writerows(
                [rows, name, n + 1, round(ms, 1), round(os.getloadavg()[0], 2)] for n, ms in enumerate(values)
            )
    for name, values in taken.items():
        print(f"{name}: median {statistics.median(values):.0f} ms, {min(values):.0f}–{max(values):.0f}")
    print(f"load {os.getloadavg()[0]:.1f}, duckdb {duckdb.__version__}")


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], *("2000000", "7")[len(sys.argv) - 1 :])))
