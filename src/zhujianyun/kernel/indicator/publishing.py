"""What of a figure about persons or households may be published (对外发布口径).

Two rules above the cells of one table (`disclosure`): values move only from one month's end to another, and
only when every cell that moves moves by five or more. Else somebody who reads today and tomorrow learns of
the one person between.

Source: screens-indicators §1.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel.indicator import disclosure, figures, periods, registry
from zhujianyun.kernel.indicator.disclosure import OTHER, difference_is_safe, suppress_row
from zhujianyun.kernel.indicator.figures import Figure
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.indicator.records import REGION
from zhujianyun.kernel.indicator.registry import Definition

Shown = str | None  # what stands for a hidden value; None: it may be shown


@dataclass(frozen=True, slots=True)
class Published:
    """A figure and its cities, as they may be published (发布值)."""

    region: Figure
    cities: dict[str, Figure]
    hidden: dict[str, str]  # city (or REGION) → "<5" or "×"
    as_of: date | None  # the month's end that is published; none: nothing may be


def is_about_persons(definition: Definition) -> bool:
    """Whether it counts persons or households, itself or in a part (是否涉及人户)."""
    return definition.persons or any(registry.get(code).persons for code in registry.parts(definition))


def last_safe(states: Sequence[Sequence[int]]) -> int | None:
    """Which of the states, one per month, stands published (可发布的最近一期); None before the first.

    A state follows the one published before it only if every cell differs by nothing or by five or more.
    """
    last: int | None = None
    for number, state in enumerate(states):
        if last is None or all(difference_is_safe(a, b) for a, b in zip(states[last], state, strict=True)):
            last = number
    return last


def published(code: str, year: int) -> Published:
    """The figure of a year about persons, by city, as it may be published (取发布值).

    Raises:
        NotFound: nobody declares the code.
    """
    definition = registry.get(code)
    period = periods.year(year)
    ends = _month_ends(year)
    rows = [_row(code, period, clock.at_local(day + periods.ONE_DAY)) for day in ends]
    number = last_safe([_cells(row) for row in rows])
    if number is None:
        empty = _row(code, period, clock.at_local(period.start))
        return Published(empty[REGION], {}, {REGION: OTHER}, None)
    row = rows[number]
    cities = {city: figure for city, figure in row.items() if city != REGION}
    return Published(row[REGION], cities, _hidden(definition, row), ends[number])


def _month_ends(year: int) -> list[date]:
    months = (periods.month(year, number) for number in range(1, 13))
    return [month.last_day for month in months if month.end_at <= clock.now()]


def _row(code: str, period: Period, known_at: datetime) -> dict[str, Figure]:
    cities = [division.code for division in divisions.cities(period.last_day)]
    return figures.table([code], period, [REGION, *cities], known_at)[0]


def _cells(row: dict[str, Figure]) -> list[int]:
    """Every number somebody could subtract: numerators and denominators, cities and region."""
    return [int(part or 0) for figure in row.values() for part in (figure.numerator, figure.denominator)]


def _hidden(definition: Definition, row: dict[str, Figure]) -> dict[str, str]:
    marks = _marks(row, [int(figure.numerator or 0) for figure in row.values()])
    if not definition.source().nothing.paired:
        return marks
    # A share is shown only where both its parts may be, and the rest of it too.
    below = _marks(row, [int(figure.denominator or 0) for figure in row.values()])
    rest = {
        city: OTHER
        for city, figure in row.items()
        if disclosure.hides_share(int(figure.numerator or 0), int(figure.denominator or 0))
    }
    return _two_at_least(row, dict.fromkeys(marks.keys() | below.keys() | rest.keys(), OTHER))


def _two_at_least(row: dict[str, Figure], hidden: dict[str, str]) -> dict[str, str]:
    """Never a single hidden share beside an open region: the region goes too."""
    return {**hidden, REGION: OTHER} if len(hidden.keys() - {REGION}) == 1 else hidden


def _marks(row: dict[str, Figure], values: list[int]) -> dict[str, str]:
    by = dict(zip(row, values, strict=True))
    cities = [city for city in row if city != REGION]
    shown, total = suppress_row([by[city] for city in cities])
    # What does not lie in any city would follow from the total: it counts as a cell of its own.
    elsewhere = by[REGION] - sum(by[city] for city in cities)
    if elsewhere:
        shown, total = suppress_row([*(by[city] for city in cities), max(0, elsewhere)])
    marks = {city: str(cell) for city, cell in zip(cities, shown, strict=False) if isinstance(cell, str)}
    return marks | ({REGION: str(total)} if isinstance(total, str) else {})
