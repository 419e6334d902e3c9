"""The working days of 2020 as they turned out (2020年工作日): weights, office hours, draw days.

The lull of February, the slow return of March and the rush of December are in the weights. Days
are spoken of by their index among the year's working days; an index past the end lies in 2021.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random

from zhujianyun.base import clock, workdays

YEAR = 2020
STARTS_AT = clock.at_local(date(YEAR, 1, 2), 8, 0)
ENDS_AT = clock.at_local(date(YEAR, 12, 31), 14, 30)
LAST_DAY = date(YEAR, 12, 31)
NEW_RULES_ON = date(2020, 6, 1)
FIRST_DRAW, DRAW_EVERY_DAYS = date(YEAR, 1, 9), 14

_MONTH_WEIGHT = {
    1: 90,
    2: 14,
    3: 62,
    4: 98,
    5: 100,
    6: 104,
    7: 104,
    8: 100,
    9: 106,
    10: 100,
    11: 114,
    12: 150,
}
_MORNING, _NOON = (8 * 60 + 30) * 60, 12 * 3600
_AFTERNOON, _EVENING = 15 * 3600, 18 * 3600
_SHORT_AFTERNOON = (14 * 3600, 14 * 3600 + 25 * 60)  # the last day of the year, until the play stops


class Year:
    """The year's working days, known as they turned out in the end (工作日表)."""

    def __init__(self) -> None:
        self.calendar = workdays.Calendar.build(workdays.shipped_rows())
        first = date(YEAR, 1, 1)
        whole = [first + timedelta(days=n) for n in range(366)]
        self.days = [day for day in whole if self.calendar.is_workday(day)]
        self.last = len(self.days) - 1

    def index(self, day: date) -> int:
        """The index of the first working day at or after `day` (工作日序号)."""
        return bisect_left(self.days, day)

    @cached_property
    def weights(self) -> list[int]:
        """How much comes in on each working day (每日受理权重)."""
        return [_weight(day) for day in self.days]

    def draw_days(self, draws: int) -> list[int]:
        """Indices of the draw days: every second Thursday, fewer when little is played (抽取日)."""
        thursdays = []
        day = FIRST_DRAW
        while day <= date(YEAR, 12, 24):
            thursdays.append(self.index(day))
            day += timedelta(days=DRAW_EVERY_DAYS)
        if draws >= len(thursdays):
            return thursdays
        usable = thursdays[:-1]  # leave time for the checks when a single draw must do
        return sorted({usable[-1 - n * len(usable) // draws] for n in range(draws)})

    def times(self, rng: Random, index: int, count: int, *, after_nine: bool = False) -> list[datetime]:
        """`count` different instants of the office hours of a day, in order (办公时间内的时刻)."""
        morning = 9 * 3600 if after_nine else _MORNING
        spans = [(morning, _NOON), _SHORT_AFTERNOON if index == self.last else (_AFTERNOON, _EVENING)]
        room = sum(end - start for start, end in spans)
        midnight = clock.at_local(self.days[index])
        found = []
        for second in sorted(rng.sample(range(room), count)):
            start, end = spans[0]
            at = start + second if second < end - start else spans[1][0] + second - (end - start)
            found.append(midnight + timedelta(seconds=at))
        return found


def _weight(day: date) -> int:
    weight = _MONTH_WEIGHT[day.month]
    if day.month == 2:  # the epidemic: hardly anything before mid-February
        weight = 3 if day.day < 10 else 8 if day.day < 17 else 28
    if day.month == 3 and day.day < 10:
        weight = 42
    if (day.month, day.day) >= (12, 14):
        weight += 30
    return weight
