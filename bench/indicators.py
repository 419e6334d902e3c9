"""Benchmark of the indicators (指标基准): a year of 10,000 cases, 27 indicators, 14 cities, on SQLite.

    .venv/bin/python bench/indicators.py [--cases 10000] [--rounds 5]

Prints medians of processor time: first materialisation, one that finds nothing new, one act through the follower, a
main screen of nine tiles, the figures table, and the poll of the gateway.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

CITIES = [f"45{number:02d}00" for number in range(1, 15)]
AFTERNOON = datetime(2020, 12, 31, 7, tzinfo=UTC)
FAMILIES = ("design", "acceptance", "filing")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zjy-bench-") as folder:
        set_up(folder)
        from zhujianyun.base import clock

        with clock.standing(AFTERNOON):
            run(chosen.cases, chosen.rounds)


def set_up(folder: str) -> None:
    """A database of its own, with the tables that are needed and no others."""
    os.environ["ZJY_VAR"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhujianyun.config.settings.test")
    import django

    django.setup()
    from django.db import connection

    from zhujianyun.kernel.indicator import models, registry
    from zhujianyun.kernel.indicator.tests.world import Work
    from zhujianyun.kernel.journal.models import Entry, LogState, Seal

    registry._definitions.clear()  # the platform's own are not measured here
    tables = (Entry, Seal, LogState, models.DefinitionVersion, models.Snapshot, models.PeriodState, models.Refresh,
              models.Target, Work)  # fmt: skip
    with connection.schema_editor() as editor:
        for model in tables:
            editor.create_model(model)
        editor.execute("CREATE INDEX work_accepted ON indicator_world_work (owner, accepted_on)")
        editor.execute("CREATE INDEX work_concluded ON indicator_world_work (owner, concluded_on)")


def fill(cases: int) -> None:
    """Cases over the year and the cities, most concluded within forty days."""
    from zhujianyun.kernel.indicator.tests.world import Work

    chance = random.Random(2020)
    rows = []
    for number in range(cases):
        accepted = date(2020, 1, 1) + timedelta(days=chance.randrange(366))
        concluded = accepted + timedelta(days=chance.randrange(40))
        rows.append(
            Work(
                owner=FAMILIES[number % 3], city_code=chance.choice(CITIES), accepted_on=accepted,
                concluded_on=concluded if concluded <= date(2020, 12, 31) else None, office_id=chance.randrange(900),
                amount=chance.randrange(1, 900), net_days=chance.randrange(40),
            )
        )  # fmt: skip
    Work.objects.bulk_create(rows, batch_size=2_000)


def declare() -> list[str]:
    """Nine indicators for each of three processes: five flows, a stock, two rates, a mean."""
    from zhujianyun.kernel.indicator import DURATION, FLOW, RATIO, STOCK, Ratio, Records, indicator
    from zhujianyun.kernel.indicator.tests.world import Work

    def add(code: str, unit: str, kind: str, made: Callable[[], object], verb: str = "") -> str:
        def function() -> object:
            return made()

        function.__doc__ = f"Benchmark figure {code} (基准指标)."
        function.__qualname__ = code
        indicator(code, zh=code, unit=unit, kind=kind, verbs=(verb,) if verb else ())(function)
        return code

    codes = []
    for family in FAMILIES:
        rows, verb, name = Work.objects.filter(owner=family), f"case.{family}.*", f"bench.{family}"
        codes += [
            add(f"{name}_accepted", "项", FLOW, lambda r=rows: Records(r, day="accepted_on"), verb),
            add(f"{name}_concluded", "项", FLOW, lambda r=rows: Records(r, day="concluded_on"), verb),
            add(f"{name}_passed", "项", FLOW, lambda r=rows: Records(r.filter(net_days__lt=30), day="concluded_on"), verb),
            add(f"{name}_money", "万元", FLOW, lambda r=rows: Records(r, day="accepted_on", measure="amount"), verb),
            add(f"{name}_firms", "家", FLOW, lambda r=rows: Records(r, day="accepted_on", distinct="office_id"), verb),
            add(f"{name}_open", "项", STOCK, lambda r=rows: Records(r, from_field="accepted_on", to_field="concluded_on"), verb),
            add(f"{name}_days", "工作日", DURATION, lambda r=rows: Records(r, day="concluded_on", measure="net_days"), verb),
            add(f"{name}_rate", "%", RATIO, lambda n=name: Ratio(f"{n}_concluded", f"{n}_accepted")),
            add(f"{name}_cohort", "%", RATIO, lambda n=name: Ratio(f"{n}_concluded", f"{n}_accepted", basis="cohort")),
        ]  # fmt: skip
    return codes


def run(cases: int, rounds: int) -> None:
    """Measure and print."""
    from zhujianyun.kernel.indicator import follower, materialise, periods, queries
    from zhujianyun.kernel.indicator.models import Snapshot
    from zhujianyun.kernel.indicator.tests.world import Work
    from zhujianyun.kernel.journal import Entry

    fill(cases)
    codes = declare()
    year = periods.year(2020)
    first = timed(lambda: materialise(year=2020))
    print(
        f"{cases:,} cases, {len(codes)} indicators, 366 days + 12 months + 1 year, 14 cities + region, SQLite"
    )
    print(f"first materialisation        {first:8.2f} s   {Snapshot.objects.count():,} snapshots")
    print(f"nothing new                  {median(lambda: materialise(year=2020), 3):8.2f} s")

    def act() -> None:
        Work.objects.create(
            owner="design",
            city_code="450100",
            accepted_on=date(2020, 12, 31),
            office_id=1,
            amount=1,
            net_days=0,
        )
        entry = Entry(verb="case.design.accept", at=AFTERNOON, facts='{"city":"450100","day":"2020-12-31"}')
        follower.recompute([entry])

    from django.db import transaction

    def act_in_one_transaction() -> None:
        with transaction.atomic():
            act()

    print(
        f"one act through the follower {median(act_in_one_transaction, rounds) * 1000:8.1f} ms  (9 indicators)"
    )
    print(
        f"main screen, nine tiles      {median(lambda: queries.figures_of(codes[:9], year), rounds) * 1000:8.1f} ms"
    )
    print(
        f"one figure by city           {median(lambda: queries.by_city(codes[0], year), rounds) * 1000:8.1f} ms"
    )
    print(f"figures table from records   {median(lambda: queries.figures_table(2020), 3):8.2f} s")
    last = queries.newest_snapshot()
    print(f"gateway poll                 {median(lambda: queries.changes_since(last), 50) * 1000:8.2f} ms")


def timed(work: Callable[[], object]) -> float:
    """Seconds of this process that something takes; the machine may be shared."""
    began = time.process_time()
    work()
    return time.process_time() - began


def median(work: Callable[[], object], rounds: int) -> float:
    """The median of several runs, in seconds."""
    return statistics.median(timed(work) for _ in range(rounds))


if __name__ == "__main__":
    main()
