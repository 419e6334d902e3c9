"""Materialising (物化): from records to snapshots, for a year at once or for the days that were touched.

Every run is one transaction behind one lock, so that a stale count never lands on a fresh one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import lake_pins, periods, registry, snapshots, versions
from zhujianyun.kernel.indicator.models import Refresh, Snapshot
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.sheet import Sheet, Slips, Table
from zhujianyun.kernel.indicator.snapshots import EVERYTHING, Report
from zhujianyun.kernel.indicator.sources import Ratio
from zhujianyun.kernel.indicator.units import Kind
from zhujianyun.kernel.journal.models import LogState

NIGHTLY = "*nightly"  # the Refresh row of the day's count from scratch
GRAINS = (Grain.DAY, Grain.MONTH, Grain.YEAR)
MANY = 16  # from so many touched periods on, one grouped pass over the year is cheaper


def materialise(
    codes: Iterable[str] | None = None,
    year: int | None = None,
    cities: bool = True,
    grains: Sequence[str] = GRAINS,
    *,
    reason: str = "",
) -> Report:
    """Count a year and append a snapshot wherever a value changed (物化一年).

    Days that have not come yet get no row: missing is not zero.

    Raises:
        NotFound: a code that nobody declares.
    """
    definitions = _definitions(codes)
    year = year or clock.today().year
    with transaction.atomic(), lake_pins.holding(_datasets(definitions)) as held:
        _lock()
        known_at, today = snapshots.now_known()
        seq = sealed_seq()
        versions.sync(definitions)
        tables = _year(definitions, year, [Grain(grain) for grain in grains], today, cities)
        report = snapshots.write(tables, known_at=known_at, as_of=today, seq=seq, reason=reason)
        whole = codes is None and year == today.year and cities and set(GRAINS) <= {Grain(g) for g in grains}
        done = [d.code for d in definitions] + ([NIGHTLY] if whole else [])
        sources = _sources(definitions, held) if year == today.year else None
        snapshots.confirm(done, at=known_at, seq=seq, sources=sources)
    return report


def refresh(definitions: Iterable[Definition], days: Iterable[date], *, seq: int) -> Report:
    """Count again what acts of these days can have changed, in all cities and the region (局部重算)."""
    definitions = list(definitions)
    known_at, today = snapshots.now_known()
    days = sorted({day for day in days if day <= today})
    total = Report()
    if not definitions or not days:
        return total
    _lock()
    with lake_pins.holding(_datasets(definitions)) as held:
        versions.sync(definitions)
        _refresh(definitions, days, seq, known_at, today, total)
        snapshots.confirm(
            [d.code for d in definitions], at=known_at, seq=seq, sources=_sources(definitions, held)
        )
    return total


def _refresh(
    definitions: Sequence[Definition],
    days: list[date],
    seq: int,
    known_at: datetime,
    today: date,
    total: Report,
) -> None:
    slips = Slips(today)
    few: dict[str, tuple[Definition, Table]] = {}
    whole: list[Definition] = []
    years: set[int] = set()
    for definition in definitions:
        touched = _touched(definition, days, today)
        if _is_gathered_flow(definition):  # a landing may change any day of any year
            whole.append(definition)
            years |= {today.year, *_known_years(definition)}
        elif len(touched) > MANY:
            whole.append(definition)
            years |= {period.start.year for period in touched}
        else:
            few[definition.code] = (definition, slips.table(definition, touched))
    _count(total, snapshots.write(few, known_at=known_at, as_of=today, seq=seq))
    for year in sorted(years):
        tables = _year(whole, year, GRAINS, today, cities=True)
        _count(total, snapshots.write(tables, known_at=known_at, as_of=today, seq=seq))


def nightly() -> Report:
    """Once per day: count this year, and the one that ended with yesterday, from scratch (每日重算).

    States change with the day alone (overdue, expired), and records may be dated back. One
    transaction per indicator, so that nobody waits long.
    """
    today = clock.today()
    done = Refresh.objects.filter(indicator=NIGHTLY).values_list("confirmed_at", flat=True).first()
    total = Report()
    if done is not None and clock.local_day(done) >= today:
        return total
    for year in sorted({today.year, (today - periods.ONE_DAY).year}):
        for definition in registry.all_():
            _count(total, materialise([definition.code], year))
    snapshots.confirm([NIGHTLY], at=clock.now(), seq=sealed_seq())
    return total


def sealed_seq() -> int:
    """The place in the journal up to which the records are certainly counted (留痕序号)."""
    return (LogState.objects.values_list("size", flat=True).first() or 0) - 1


def _definitions(codes: Iterable[str] | None) -> list[Definition]:
    return registry.all_() if codes is None else [registry.get(code) for code in codes]


def _datasets(definitions: Iterable[Definition]) -> set[str]:
    return {code for definition in definitions for code in registry.datasets_of(definition)}


def _sources(definitions: Iterable[Definition], held: lake_pins.Held) -> dict[str, lake_pins.Pins]:
    """By which versions each was counted, for those counted from gathered data (所用版本)."""
    newest = held.newest()
    named = {d.code: registry.datasets_of(d) for d in definitions}
    return {
        code: {dataset: newest[dataset] for dataset in datasets if dataset in newest}
        for code, datasets in named.items()
        if datasets
    }


def _is_gathered_flow(definition: Definition) -> bool:
    return any(not one.is_stock for one in registry.gathered_of(definition))


def _known_years(definition: Definition) -> set[int]:
    rows = Snapshot.objects.filter(indicator=definition.code, grain=Grain.YEAR.value)
    return {start.year for start in rows.values_list("period_start", flat=True).distinct()}


def _lock() -> None:
    """One materialisation at a time; on SQLite the transaction itself is that lock."""
    Refresh.objects.get_or_create(indicator=EVERYTHING, defaults={"confirmed_at": clock.now()})
    Refresh.objects.select_for_update().get(indicator=EVERYTHING)


def _year(
    definitions: Sequence[Definition], year: int, grains: Sequence[Grain], today: date, cities: bool
) -> dict[str, tuple[Definition, Table]]:
    period = periods.year(year).cut(today)
    if not period.days:
        return {}
    sheet = Sheet(period, grains, cities=cities)
    return {d.code: (d, sheet.table(d, today)) for d in definitions}


def _touched(definition: Definition, days: list[date], today: date) -> list[Period]:
    """The periods that hold the days.

    A state lasts from its day until today. A cohort changes on the day of acceptance of what was
    concluded on these days.
    """
    if definition.kind is Kind.STOCK:
        length = (today - days[0]).days + 1
        days = [date.fromordinal(days[0].toordinal() + n) for n in range(length)]
    elif isinstance(definition.declared, Ratio) and definition.declared.basis == "cohort":
        days = sorted({*days, *definition.declared.bound(registry.part).earlier_days(days)})
    return list(dict.fromkeys(periods.of(grain, day) for grain in GRAINS for day in days if day <= today))


def _count(total: Report, more: Report) -> None:
    total.cells += more.cells
    total.written += more.written
    total.restated += more.restated
    total.codes |= more.codes
