"""What was used and how well it answered in 2020 (历史用量与可用性): sums per day, taken over from the old exchange platform.

No single call stands behind them; every row says ``history``, and so does every page that shows one.
The shape is of working days: little at weekends and on holidays, a dull February, a busy fourth quarter,
a start that takes some weeks, now and then a day on which a consumer checks its whole stock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from zhujianyun.apps.data_gateway.models import Probe, Service, UsageDay
from zhujianyun.base import clock, workdays
from zhujianyun.kernel.access.models import Office

LAST = date(2020, 12, 30)  # on the 31st the demo stands, and calls are real
TOTAL = 4_118_000  # calls of the year at scale 1, before rounding
MONTHS = (0.9, 0.35, 0.6, 0.85, 1.0, 1.05, 1.0, 0.95, 1.1, 0.95, 1.25, 1.4)  # January to December
SATURDAY, SUNDAY, HOLIDAY = 0.22, 0.14, 0.08
PROBES_A_DAY = 288


@dataclass(frozen=True, slots=True)
class Stream:
    """Calls of one consumer to one service for one purpose (一路调用)."""

    service: Service
    consumer: Office
    purpose: str
    weight: float
    grant: str = ""
    system: str = ""


def usage(streams: Iterable[Stream], scale: float, rng: Random) -> int:
    """Write the sums per day; the number of calls in all (写入历史用量)."""
    calendar = workdays.Calendar.build(workdays.shipped_rows())
    planned = [row for stream in streams for row in _days(stream, calendar, rng)]
    whole = sum(size for *_, size in planned) or 1.0
    rows = [
        _row(stream, day, calls, rng)
        for stream, day, size in planned
        if (calls := round(size / whole * TOTAL * scale))
    ]
    UsageDay.objects.bulk_create(rows, batch_size=1_000)
    return sum(row.calls for row in rows)


def _days(stream: Stream, calendar: workdays.Calendar, rng: Random) -> Iterator[tuple[Stream, date, float]]:
    """The size of each day of a stream, in parts."""
    day, bulk = stream.service.opened_on, rng.randrange(40, 90)
    while day <= LAST:
        age = (day - stream.service.opened_on).days
        size = stream.weight * MONTHS[day.month - 1] * min(1.0, 0.25 + age / 40) * rng.lognormvariate(0, 0.22)
        if not calendar.is_workday(day):
            size *= HOLIDAY if day.weekday() < 5 else (SATURDAY, SUNDAY)[day.weekday() - 5]
        elif age % bulk == bulk - 1:
            size *= 3.2
        yield stream, day, size
        day += timedelta(days=1)


def _row(stream: Stream, day: date, calls: int, rng: Random) -> UsageDay:
    mount = stream.service.mount
    page = rng.randrange(20, 90) if mount.kind == "table" and rng.random() < 0.3 else 1
    return UsageDay(
        on=day, service=stream.service.code, service_title=mount.title, provider=mount.resource.provider,
        consumer=stream.consumer, system=stream.system, grant=stream.grant, purpose=stream.purpose, calls=calls,
        failed=round(calls * rng.uniform(0.0005, 0.006)), rows=calls * page, history=True,
        changed_at=clock.at_local(day, 23, 50),
    )  # fmt: skip


def probes(services: Iterable[Service], rng: Random) -> int:
    """Write how often each service answered when it was looked at, every five minutes (写入历史探测)."""
    rows = [row for service in services for row in _probed(service, rng)]
    Probe.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)


def _probed(service: Service, rng: Random) -> Iterator[Probe]:
    foreign = service.mount.kind == "api"
    day = service.opened_on
    while day <= LAST:
        missed = sum(rng.random() < (0.02 if foreign else 0.005) for _ in range(6))
        if rng.random() < (0.018 if foreign else 0.004):
            missed += rng.randrange(6, 40)  # an outage of half an hour to three hours
        yield Probe(
            service=service, on=day, good=PROBES_A_DAY - missed, total=PROBES_A_DAY, history=True,
            last_at=clock.at_local(day, 23, 55), last_why="对方没有按时答复" if missed else "",
        )  # fmt: skip
        day += timedelta(days=1)
