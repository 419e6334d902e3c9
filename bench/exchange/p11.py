"""P11: the first gather of the whole demo from its simulated systems, and how one table's gather grows.

    .venv/bin/python bench/exchange/p11.py [--scale 1]
    .venv/bin/python bench/exchange/p11.py --rows 500000,1000000,2000000

The first form attaches every table that the catalogue's demo names and gathers them once (goal: 180 s
on two cores, 1 GB); making the sources is counted apart. The second gathers one table of each size, each
in a process of its own. Database servers take part where ``scripts/with-services`` started them.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gathering as bench

RESULTS = Path(__file__).parent / "results" / "p11.csv"
GOAL_SECONDS, GOAL_MB = 180, 1024


def whole(scale: float) -> None:
    """All tables of the demo, once and in December."""
    bench.start_platform()
    _register()
    from zhujianyun.apps.data_gathering.sample import states, stores, year

    taken = {"sources": 0.0, "first": 0.0, "december": 0.0}
    kept, part = stores.bring, ["first"]

    def timed(*given: Any) -> None:
        part[0] = "first" if given[1] == states.FIRST else "december"
        taken["sources"] += (spent := bench.seconds(lambda: kept(*given)))
        taken[part[0]] -= spent

    stores.bring = timed
    rows = _play(scale, year, lambda seconds: taken.__setitem__(part[0], taken[part[0]] + seconds))
    for name, value in taken.items():
        print(f"  {name:<10}{value:8.1f} s")
    print(
        f"  {rows:,} rows first gathered, {rows / taken['first']:,.0f} rows/s, peak {peak():,.0f} MB, load {bench.load()}"
    )
    print(f"  goal: {GOAL_SECONDS} s and {GOAL_MB} MB")
    keep("whole", rows, taken["first"])


def _play(scale: float, year: Any, note: Callable[[float], None]) -> int:
    """Play the year; the rows that were read by the first gather of each table."""
    from zhujianyun.apps.data_gathering.models import Batch
    from zhujianyun.apps.data_gathering.sample.neighbour import serving
    from zhujianyun.base import clock

    gather = year.Scene._gather

    def gathered(self: Any, *given: Any) -> None:
        note(bench.seconds(lambda: gather(self, *given)))

    year.Scene._gather = gathered
    with serving.bidding() as port, clock.standing(year.STARTS_AT) as at:
        year.Scene(at, 2020, scale, port, lambda *_: None).play()
    firsts = Batch.objects.filter(mode="full", state="complete")
    return sum(batch.read for batch in firsts)


def _register() -> None:
    """The data sets that the catalogue's play registers, and the systems of the inventory."""
    from datetime import date, timedelta

    from zhujianyun.apps.data_catalogue.sample import catalogue
    from zhujianyun.apps.data_gathering.sample import tables
    from zhujianyun.base import clock
    from zhujianyun.kernel.access import SYSTEM
    from zhujianyun.kernel.access.models import Office
    from zhujianyun.kernel.resource import actions
    from zhujianyun.kernel.system.models import BusinessSystem

    office = Office.objects.get(code="450000")
    codes = sorted({one.system for one in catalogue.planned()} | set(tables.OWN))
    systems = {
        code: BusinessSystem.objects.create(code=code, name=code, owner=office, authority="housing")
        for code in codes
    }
    with clock.standing(clock.at_local(date(2020, 3, 1), 9)) as at:
        for one in filter(lambda entry: entry.has_table, catalogue.planned()):
            at.move_to(clock.at_local(date(2020, 3, 1) + timedelta(days=2 * one.place), 9))
            columns = [{"name": i.code, "type": i.type, "nullable": n > 0} for n, i in enumerate(one.items)]
            actions.register_dataset(
                one.slug, f"{one.title}表", systems[one.system], columns, [one.items[0].code], by=SYSTEM
            )


def growth(sizes: list[int]) -> None:
    """One table of each size, in a process of its own."""
    print("       rows   seconds     rows/s   peak MB")
    for size in sizes:
        command = [sys.executable, __file__, "--one", str(size)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def one(size: int) -> None:
    """One table of a size: made in portions, gathered whole."""
    import numpy as np
    import pyarrow as pa

    system = bench.start_platform()
    from zhujianyun.apps.data_gathering.sample import checks, databases, rows, tables

    names = ("account_no", "uscc", "name", "amount", "paid_on", "city_code")
    columns = tuple((name, tables.type_of(name)) for name in names)
    table = tables.Table("p11", "公积金缴存表", "fund", columns, ("account_no",), size)
    path = bench.FOLDER / "p11.sqlite3"
    step = 250_000
    for start in range(0, size, step):
        made = rows.made(table, np.arange(start, min(start + step, size)), 2020)
        if start == 0:
            databases.create_sqlite(path, [("t", made, ("account_no",))])
        else:
            _append(path, made)
    pa.default_memory_pool().release_unused()
    from zhujianyun.apps.data_gathering.actions import registering
    from zhujianyun.kernel.access import SYSTEM

    told = checks.declared([{"name": n, "type": t, "nullable": n != "account_no"} for n, t in columns])
    place = {"path": str(path), "table": "t"}
    source = registering.register_source(
        "p11", "P11", system, told, ["account_no"], "sqlite", place, by=SYSTEM
    )
    seconds = bench.seconds(lambda: bench.gather(source))
    print(f"{size:>11,}{seconds:>10.1f}{size / seconds:>11,.0f}{peak():>10,.0f}")
    keep("one", size, seconds)


def _append(path: Path, made: Any) -> None:
    from adbc_driver_sqlite import dbapi

    from zhujianyun.apps.data_gathering.sample import databases

    with dbapi.connect(f"file:{path}", autocommit=True) as db, db.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("BEGIN")
        cursor.adbc_ingest("t", databases._days_as_text(made), mode="append")
        cursor.execute("COMMIT")


def peak() -> float:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def keep(what: str, rows: int, seconds: float) -> None:
    """A line in the results."""
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a", newline="") as file:
        csv.writer(file).writerow(
            [what, rows, round(seconds, 1), round(peak()), os.cpu_count(), bench.load()]
        )


def main() -> None:
    """Measure and print; raw rows go to ``results/p11.csv``."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scale", type=float, default=1.0)
    asked.add_argument("--rows", type=lambda text: [int(value) for value in text.split(",")], default=[])
    asked.add_argument("--one", type=int, default=0, help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    begun = time.perf_counter()
    if chosen.one:
        one(chosen.one)
    elif chosen.rows:
        growth(chosen.rows)
    else:
        whole(chosen.scale)
        print(f"  all of it {time.perf_counter() - begun:.1f} s")
    shutil.rmtree(bench.FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
