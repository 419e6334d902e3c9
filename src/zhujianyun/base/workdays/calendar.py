"""The working-day calendar and its arithmetic (工作日历): sorted ordinals and bisection.

Day 1 of a limit is the first working day after its start. Beyond the published years the calendar
goes on as Monday to Friday without the holidays of fixed date and says so (``provisional``): it
never fails for lack of a notice.

Source: 行政许可法 art. 82 (periods are counted in working days); 民法典 art. 201 (the first day does
not count).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.workdays.rows import CalendarDay, fixed_holidays

LAYERS = ("cn", "cn-GX", "emergency")
_LONGEST = 100_000
_MARGIN_YEARS = 10  # kept ready on both sides of the published years; more is added when asked for


@dataclass(frozen=True, slots=True)
class Due:
    """A due day, and whether it rests on a year whose notice has not been published (到期日)."""

    day: date
    provisional: bool


class _Table(NamedTuple):
    first_year: int
    last_year: int
    ordinals: list[int]


class Calendar:
    """Which days are worked, as known on a day (工作日历). Immutable to its users; share it freely."""

    __slots__ = ("_first", "_horizon", "_table", "effective", "first_day", "horizon", "layers", "version")

    def __init__(
        self, effective: Mapping[date, CalendarDay], layers: Sequence[str], published: Sequence[int]
    ) -> None:
        """Take the rows that are in force, one per day; use :meth:`build` to select them."""
        self.effective = MappingProxyType(dict(sorted(effective.items())))
        self.layers = tuple(layers)
        self.first_day = date(published[0], 1, 1) if published else date.max
        self.horizon = date(published[-1], 12, 31) if published else date.min
        self.version = _version(self)
        self._first, self._horizon = self.first_day.toordinal(), self.horizon.toordinal()
        middle = published or (2020,)
        self._table = self._tabulate(middle[0] - _MARGIN_YEARS, middle[-1] + _MARGIN_YEARS)

    @classmethod
    def build(
        cls, rows: Iterable[CalendarDay], layers: Sequence[str] = LAYERS, known_on: date | None = None
    ) -> Calendar:
        """The calendar of ``layers`` as known on a day (按已知日期生成日历).

        Rows issued after ``known_on`` are unknown, rows revoked by then are out; ``None`` means all
        that is known today. Per day the later layer wins, within a layer the later notice.
        The order of ``rows`` does not matter.
        """
        rank = {layer: place for place, layer in enumerate(layers)}
        known = [row for row in rows if row.layer in rank and row.is_known_on(known_on)]
        known.sort(key=lambda row: (rank[row.layer], row.issued_on, row.notice_no, row.is_workday))
        published = {
            row.day.year for row in known if row.layer == layers[0] and (row.day.month, row.day.day) == (1, 1)
        }
        return cls({row.day: row for row in known}, layers, _unbroken(published))

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked (是否工作日)."""
        ordinal = day.toordinal()
        ordinals = self._reach(day.year, day.year).ordinals
        place = bisect_left(ordinals, ordinal)
        return place < len(ordinals) and ordinals[place] == ordinal

    def next_workday(self, day: date) -> date:
        """The day itself when worked, else the first worked day after it (顺延至工作日).

        Raises:
            RuleBroken: no such day before the end of the year 9999.
        """
        return date.fromordinal(self._nth_after(day.toordinal() - 1, day.year, 1))

    def add(self, start: date, n: int) -> Due:
        """The ``n``-th working day after ``start`` (法定时限届满日); the start day does not count.

        ``n`` = 0 is the same day, moved to the next working day when it is not worked.

        Raises:
            RuleBroken: a negative limit, one above 100 000 days, or past the year 9999.
        """
        ordinal = start.toordinal()
        if n == 0:
            found = self._nth_after(ordinal - 1, start.year, 1)
        elif 0 < n <= _LONGEST:
            found = self._nth_after(ordinal, start.year, n)
        else:
            raise RuleBroken(
                f"时限须在 0 至 {_LONGEST} 个工作日之间，请检查时限设置", rule="workdays.limit", days=n
            )
        return Due(date.fromordinal(found), found > self._horizon or ordinal + 1 < self._first)

    def between(self, after: date, until: date) -> int:
        """Working days ``d`` with ``after < d <= until`` (期间工作日数); negative when the days are reversed."""
        ordinals = self._reach(min(after, until).year, max(after, until).year).ordinals
        return bisect_right(ordinals, until.toordinal()) - bisect_right(ordinals, after.toordinal())

    def is_provisional(self, after: date, until: date) -> bool:
        """Whether a count over ``after < d <= until`` touches a year without a notice (是否暂定)."""
        return until.toordinal() > self._horizon or after.toordinal() + 1 < self._first

    def _nth_after(self, ordinal: int, year: int, n: int) -> int:
        table = self._reach(year, year)  # also when the year lies behind the table: places count from its end
        place = bisect_right(table.ordinals, ordinal) + n - 1
        while place >= len(table.ordinals):
            if table.last_year == MAXYEAR:
                raise RuleBroken("到期日超出可计算的年份，请检查起算日和时限", rule="workdays.limit", days=n)
            missing_years = (place - len(table.ordinals)) // 240 + 2
            table = self._reach(table.first_year, min(table.last_year + missing_years, MAXYEAR))
        return table.ordinals[place]

    def _reach(self, first_year: int, last_year: int) -> _Table:
        """A table that holds these years; the wider one replaces the present one in one step."""
        table = self._table
        if first_year >= table.first_year and last_year <= table.last_year:
            return table
        self._table = self._tabulate(min(first_year, table.first_year), max(last_year, table.last_year))
        return self._table

    def _tabulate(self, first_year: int, last_year: int) -> _Table:
        published = range(self.first_day.year, self.horizon.year + 1)
        overruled: dict[int, list[CalendarDay]] = {}
        for row in self.effective.values():
            overruled.setdefault(row.day.year, []).append(row)
        ordinals: list[int] = []
        for year in range(max(first_year, MINYEAR), min(last_year, MAXYEAR) + 1):
            days = _weekdays(year) if year in published else _provisional_days(year)
            ordinals.extend(_corrected(days, overruled[year]) if year in overruled else days)
        return _Table(first_year, last_year, ordinals)


def _corrected(days: Iterable[int], rows: Iterable[CalendarDay]) -> list[int]:
    worked = set(days)
    for row in rows:
        (worked.add if row.is_workday else worked.discard)(row.day.toordinal())
    return sorted(worked)


@lru_cache(maxsize=1000)
def _weekdays(year: int) -> tuple[int, ...]:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    return tuple(ordinal for ordinal in range(first, last + 1) if ordinal % 7 not in (6, 0))  # 6: Sat, 0: Sun


@lru_cache(maxsize=1000)
def _provisional_days(year: int) -> tuple[int, ...]:
    holidays = {day.toordinal() for holiday in fixed_holidays() if (day := holiday.in_year(year))}
    return tuple(ordinal for ordinal in _weekdays(year) if ordinal not in holidays)


def _unbroken(years: set[int]) -> range:
    """The published years from the first one up to the first gap: beyond a gap nothing is firm."""
    first = last = min(years, default=0)
    while last + 1 in years:
        last += 1
    return range(first, last + 1) if years else range(0)


def _version(calendar: Calendar) -> str:
    """Equal versions give equal answers (日历版本): hash of days and verdicts, not of their sources."""
    lines = [f"{calendar.first_day}/{calendar.horizon}"]
    lines += [f"{day} {row.is_workday:d}" for day, row in calendar.effective.items()]
    lines += [f"{h.month}-{h.day} {h.valid_from} {h.valid_to}" for h in fixed_holidays()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
