"""The clock of a deadline (时限时钟): a budget and a ledger of dates, nothing else.

Day 1 is the next working day after the start. Excluded from the count are the days ``d`` with
``paused_on < d <= resumed_on``: the day of the pause counts, the day of the resumption does not, a
pause and its resumption on one day cost nothing; several pauses count as their union. The due
date is never stored as truth, it is derived from the ledger and the calendar.

Pure: dates and a calendar in, a reading out. Source: 行政许可法 art. 42, 45, 82.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from zhujianyun.base.workdays import Calendar

NONE, GREEN, YELLOW, RED, BLACK = "", "green", "yellow", "red", "black"
LAMPS_ZH = {NONE: "无", GREEN: "正常", YELLOW: "临期", RED: "今日到期", BLACK: "超期"}
RANK = {NONE: 0, GREEN: 1, YELLOW: 2, RED: 3, BLACK: 4}
WORKDAY, DAY = "workday", "day"
UNITS_ZH = {WORKDAY: "个工作日", DAY: "日"}
PAUSE_TYPES = ("补正", "听证", "检测", "专家评审", "修改", "不可抗力")


@dataclass(frozen=True, slots=True)
class Segment:
    """One pause of a clock (中止段): its kind, paper and approver; it ends by itself at ``cap_on``."""

    paused_on: date
    resumed_on: date | None = None
    cap_on: date | None = None
    type: str = ""
    paper: str = ""
    approver: str = ""

    @property
    def ends_on(self) -> date | None:
        """The day of the resumption, at the latest the cap (恢复日)."""
        if self.resumed_on is None or self.cap_on is None:
            return self.resumed_on or self.cap_on
        return min(self.resumed_on, self.cap_on)

    def covers(self, day: date) -> bool:
        """Whether the clock stands still in the evening of ``day`` (当日是否中止)."""
        end = self.ends_on
        return self.paused_on <= day and (end is None or day < end)


@dataclass(frozen=True, slots=True)
class Lengthening:
    """An extension granted on a day (延期)."""

    on: date
    days: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that a due date follows from (时限台账); ``days`` was fixed when the clock started."""

    started_on: date
    days: int
    unit: str = WORKDAY
    segments: tuple[Segment, ...] = ()
    lengthenings: tuple[Lengthening, ...] = ()
    stopped_on: date | None = None
    yellow: str = "0.7"

    @property
    def budget(self) -> int:
        """The days allowed, extensions included (时限天数)."""
        return self.days + sum(one.days for one in self.lengthenings)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows on a day (时限读数).

    ``due_on`` is None while paused: then only ``left_days`` can be told. ``ends_on`` is the last
    moment as far as it is known, also while paused, for judging what happened before the pause.
    """

    due_on: date | None
    yellow_on: date | None
    provisional: bool
    paused: bool
    overdue: bool
    lamp: str
    net_days: int
    gross_days: int
    left_days: int


def read(ledger: Ledger, calendar: Calendar, today: date) -> Reading:
    """The reading on ``today``, or of the day on which the clock stopped (读取时限)."""
    day = ledger.stopped_on or today
    if ledger.segments and any(one.covers(day) for one in ledger.segments):
        return _paused_reading(ledger, calendar, day)
    until, provisional = due(ledger, calendar)
    net = net_days(ledger, calendar, day)
    return Reading(
        due_on=until,
        yellow_on=yellow_on(ledger, calendar),
        provisional=provisional,
        paused=False,
        overdue=day > until,
        lamp=lamp(ledger, calendar, day),
        net_days=net,
        gross_days=_count(ledger, calendar, ledger.started_on, day),
        left_days=ledger.budget - net,
    )


def due(ledger: Ledger, calendar: Calendar) -> tuple[date, bool]:
    """The last day in time and whether it is provisional (法定时限届满日, 是否暂定).

    A segment that has not ended is left out: ask :func:`read` whether the clock stands still. A
    pause begun on the very last day moves the due day to the day of the resumption: no budget is
    left, but none is overdrawn before the clock runs again.
    """
    return _reach(ledger, calendar, ledger.budget)


def yellow_on(ledger: Ledger, calendar: Calendar) -> date:
    """The first day with used ÷ budget at or above the yellow share (预警日)."""
    return _reach(ledger, calendar, _yellow_days(ledger.budget, ledger.yellow))[0]


def lamp(ledger: Ledger, calendar: Calendar, today: date) -> str:
    """The lamp on a day (时限灯): it never returns to green, and black is for good.

    An extension may lead from red to yellow, not to green.
    """
    day = _running_day(ledger, ledger.stopped_on or today)
    if not ledger.lengthenings:
        return _plain_lamp(_as_of(ledger, day, ()) if ledger.segments else ledger, calendar, day)
    shown, granted = NONE, tuple(one for one in ledger.lengthenings if one.on <= day)
    for place, one in enumerate(granted):
        on = _running_day(ledger, one.on)
        before = _as_of(ledger, on, granted[:place])
        shown = max(shown, _plain_lamp(before, calendar, on), key=RANK.__getitem__)
    now = _plain_lamp(_as_of(ledger, day, granted), calendar, day)
    return max(now, min(shown, YELLOW, key=RANK.__getitem__), key=RANK.__getitem__)


def worst(lamps: Iterable[str]) -> str:
    """The combined lamp of several clocks (合并灯)."""
    return max(lamps, key=RANK.__getitem__, default=NONE)


def net_days(ledger: Ledger, calendar: Calendar, until: date) -> int:
    """Days used by ``until``, pauses taken out (净用时)."""
    total = _count(ledger, calendar, ledger.started_on, until)
    for begin, end in _excluded(ledger, until):
        total -= _count(ledger, calendar, begin, min(end, until))
    return max(total, 0)


def gross_days(ledger: Ledger, calendar: Calendar, until: date) -> int:
    """All days from start to ``until``, pauses left in (总用时)."""
    return _count(ledger, calendar, ledger.started_on, until)


def is_paused(ledger: Ledger, day: date) -> bool:
    """Whether the clock stands still in the evening of the day (是否中止)."""
    return any(one.covers(day) for one in ledger.segments)


def limit_day(start: date, days: int, unit: str, calendar: Calendar) -> date:
    """The last of ``days`` days after ``start``, for timers and caps (期限末日)."""
    return start + timedelta(days) if unit == DAY else calendar.add(start, days).day


def _paused_reading(ledger: Ledger, calendar: Calendar, day: date) -> Reading:
    since = _running_day(ledger, day)
    until, _ = _reach(_as_of(ledger, since, ledger.lengthenings), calendar, ledger.budget)
    net = net_days(ledger, calendar, day)
    return Reading(
        due_on=None,
        yellow_on=None,
        provisional=False,
        paused=True,
        overdue=since > until,
        lamp=lamp(ledger, calendar, day),
        net_days=net,
        gross_days=_count(ledger, calendar, ledger.started_on, day),
        left_days=ledger.budget - net,
    )


def _plain_lamp(ledger: Ledger, calendar: Calendar, day: date) -> str:
    until, _ = _reach(ledger, calendar, ledger.budget)
    if day >= until:
        return BLACK if day > until else RED
    return YELLOW if day >= yellow_on(ledger, calendar) else GREEN


def _running_day(ledger: Ledger, day: date) -> date:
    """The day itself, or the day on which the pause began that still holds."""
    while held := [one.paused_on for one in ledger.segments if one.covers(day) and one.paused_on < day]:
        day = min(held)
    return day


def _as_of(ledger: Ledger, day: date, lengthenings: tuple[Lengthening, ...]) -> Ledger:
    kept = tuple(one for one in ledger.segments if one.paused_on < day and not one.covers(day))
    return Ledger(ledger.started_on, ledger.days, ledger.unit, kept, lengthenings, None, ledger.yellow)


def _reach(ledger: Ledger, calendar: Calendar, days: int) -> tuple[date, bool]:
    """The day on which so many counted days are used."""
    day, provisional = _added(ledger, calendar, days)
    if not ledger.segments:
        return day, provisional
    for begin, end in _excluded(ledger, None):
        if begin > day:
            break
        if begin == day:
            return end, provisional
        days += _count(ledger, calendar, begin, end)
        day, provisional = _added(ledger, calendar, days)
        if day < end:  # a same-day limit that began on a day off: nothing was used, the pause ends first
            return end, provisional
    return day, provisional


def _added(ledger: Ledger, calendar: Calendar, days: int) -> tuple[date, bool]:
    if ledger.unit == DAY:
        return ledger.started_on + timedelta(days), False
    found = calendar.add(ledger.started_on, days)
    return found.day, found.provisional


def _count(ledger: Ledger, calendar: Calendar, after: date, until: date) -> int:
    if until <= after:
        return 0
    return (until - after).days if ledger.unit == DAY else calendar.between(after, until)


def _excluded(ledger: Ledger, until: date | None) -> list[tuple[date, date]]:
    """The union of the pauses as half-open spans ``begin < d <= end``; open ones last until ``until``."""
    spans = []
    for one in ledger.segments:
        begin, end = max(one.paused_on, ledger.started_on), one.ends_on or until
        if end is not None and end > begin:
            spans.append((begin, end))
    spans.sort()
    merged: list[tuple[date, date]] = []
    for begin, end in spans:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


@lru_cache(maxsize=4096)
def _yellow_days(budget: int, share: str) -> int:
    return -int(-(Fraction(Decimal(share)) * budget) // 1)
