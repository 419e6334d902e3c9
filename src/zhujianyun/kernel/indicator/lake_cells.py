"""The days, months and years of gathered flows (归集数据分期计数): each version is asked once for a year.

What adds up is asked by day and city and rolled up here. Different values do not add up: they are asked
by the day on which each appeared first in its cell, so that a cell cut at any later day is a sum, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhujianyun.kernel.indicator import periods
from zhujianyun.kernel.indicator.lake_pins import Held
from zhujianyun.kernel.indicator.lake_shape import Table
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION, Cells
from zhujianyun.kernel.indicator.tally import number

if TYPE_CHECKING:
    from zhujianyun.kernel.indicator.lake import Gathered

Row = tuple[str, date, date, Decimal, Decimal]  # city, cell, day, count, total
_ZERO = Decimal(0)


def flows(
    gathered: Gathered, held: Held, versions: tuple[int, ...], period: Period, grain: Grain, by_city: bool
) -> Cells:
    """Every cell of a grain within a period that begins with a cell, as some versions tell it (分期计数).

    The region is among the cities; cells without a record are absent.
    """
    whole = _years(period)
    key = versions, whole.start, whole.end
    if gathered.distinct:
        rows = held.once(
            gathered,
            (*key, "first", grain, by_city),
            lambda: _first_days(gathered, versions, whole, grain, by_city),
        )
    else:
        rows = held.once(gathered, (*key, "daily"), lambda: _daily(gathered, versions, whole))
    return _added(gathered, rows, period, grain, by_city)


def region_of(cities: Iterable[dict[str, Any]], days: list[str]) -> list[dict[str, Any]]:
    """The region's rows as the sum of the cities' (全区合计): only of what adds up."""
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in cities:
        sums[tuple(row[name] for name in days)] += number(row["zjy_n"]) or _ZERO
    if not days:
        sums[()] += _ZERO
    return [dict(zip(days, key, strict=True)) | {"zjy_n": total} for key, total in sums.items()]


def _years(period: Period) -> Period:
    """The whole years that hold a period: counted once, however it is cut (所在整年)."""
    return Period(Grain.SPAN, date(period.start.year, 1, 1), date(period.last_day.year + 1, 1, 1))


def _daily(gathered: Gathered, versions: tuple[int, ...], whole: Period) -> list[Row]:
    from zhujianyun.kernel.indicator.lake import opened

    shape = gathered.shape
    names = ["zjy_day", "zjy_city"] if shape.is_placed else ["zjy_day"]
    with opened(gathered, versions) as records:
        inside = shape.inside(records, whole)
        found = inside.group_by(names).aggregate(**shape.asked(inside, gathered.average))
        return [_row(row, row["zjy_day"]) for row in found.to_pyarrow().to_pylist()]


def _first_days(
    gathered: Gathered, versions: tuple[int, ...], whole: Period, grain: Grain, by_city: bool
) -> list[Row]:
    from zhujianyun.kernel.indicator.lake import opened

    shape, rows = gathered.shape, []
    with opened(gathered, versions) as records:
        inside = shape.cells(shape.inside(records, whole), grain)
        for names in [["zjy_city"], []] if by_city else [[]]:
            rows += [_row(row, row["zjy_cell"]) for row in _by_first_day(inside, names)]
    return rows


def _by_first_day(inside: Table, names: list[str]) -> list[dict[str, Any]]:
    known = inside.filter(inside.zjy_value.notnull())
    each = known.group_by(["zjy_cell", "zjy_value", *names]).aggregate(zjy_day=known.zjy_day.min())
    found = each.group_by(["zjy_cell", "zjy_day", *names]).aggregate(zjy_n=each.count())
    return found.to_pyarrow().to_pylist()


def _row(row: dict[str, Any], cell: date) -> Row:
    count, total = number(row["zjy_n"]) or _ZERO, number(row.get("zjy_sum")) or _ZERO
    return row.get("zjy_city", REGION), cell, row["zjy_day"], count, total


def _added(gathered: Gathered, rows: list[Row], period: Period, grain: Grain, by_city: bool) -> Cells:
    """Rows of days within the period, added up to their cells; the region from the cities where it adds up."""
    starts: dict[date, date] = {}
    counts: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    totals: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    for city, cell, day, count, total in rows:
        if not period.start <= day < period.end:
            continue
        if cell not in starts:
            starts[cell] = max(periods.of(grain, cell).start, period.start)
        for place in _places(gathered, city, by_city):
            counts[place, starts[cell]] += count
            totals[place, starts[cell]] += total
    return {place: gathered.tally_of(count, totals[place]) for place, count in counts.items()}


def _places(gathered: Gathered, city: str, by_city: bool) -> tuple[str, ...]:
    if gathered.distinct or not city:
        return (city,)
    return (city, REGION) if by_city else (REGION,)
