"""How long the lamp sweep takes over 100,000 open cases (时限灯巡检速度).

    .venv/bin/python bench/lamps.py [cases]

Each case has a running clock; over 21 days the sweep is run once a day. Prints median and worst.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
MONDAY = date(2020, 3, 2)


def main(cases: int = 100_000) -> None:
    """Fill, sweep, print (测量)."""
    with tempfile.TemporaryDirectory(prefix="zjy-bench-") as folder:
        os.environ["ZJY_VAR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "zhujianyun.kernel.case.tests.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, skip_checks=True)
        _fill(cases)
        _sweep(cases)


def _fill(cases: int) -> None:
    from django.db import transaction

    from zhujianyun.base import clock
    from zhujianyun.base.workdays import shipped
    from zhujianyun.kernel.access.models import Office
    from zhujianyun.kernel.case.engine.clocks import refresh
    from zhujianyun.kernel.case.models import Case, ClockRun
    from zhujianyun.kernel.case.rows import Keys, insert_many, new

    office = Office.objects.create(code="gx", name="厅", kind="province")
    calendar, keys, at = shipped().calendar(), Keys(1000), clock.at_local(MONDAY, 9)
    for begin in range(0, cases, 10_000):
        rows, runs = [], []
        for n in range(begin, min(begin + 10_000, cases)):
            started = MONDAY - timedelta(days=n % 21)
            pk = keys.take(Case)
            rows.append(new(
                Case, id=pk, number=f"N-{n}", process="permit", definition_version="2020.1", state="reviewing",
                state_since=started, office_id=office.pk, division_code="450103", city_code="450100", opened_at=at,
                opened_on=started, last_at=at, lamp="green",
            ))  # fmt: skip
            run = new(
                ClockRun, id=keys.take(ClockRun), case_id=pk, deadline="decide", zh="许可决定", kind="statutory",
                owner="staff", started_at=at, started_on=started, start_mark="accepted", days=10 + n % 11,
                unit="workday", calendar_version="",
            )  # fmt: skip
            refresh(run, calendar, MONDAY)
            rows[-1].lamp, rows[-1].due_on = run.lamp, run.due_on
            runs.append(run)
        with transaction.atomic():
            insert_many(Case, rows)
            insert_many(ClockRun, runs)


def _sweep(cases: int) -> None:
    from zhujianyun.kernel.case import lamps

    times, busy, changed = [], [], []
    for n in range(1, 22):
        began, used = time.perf_counter(), time.process_time()
        changed.append(lamps.sweep(MONDAY + timedelta(days=n)))
        times.append(time.perf_counter() - began)
        busy.append(time.process_time() - used)
    print(f"{cases:,} open cases: sweep median {statistics.median(times):.2f} s, worst {max(times):.2f} s")
    print(f"processor time: median {statistics.median(busy):.2f} s, worst {max(busy):.2f} s")
    print(f"cases changed in a day: up to {max(changed):,}; nothing to change: {min(times) * 1000:.0f} ms")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]))
