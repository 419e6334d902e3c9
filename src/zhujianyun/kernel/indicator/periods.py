"""Periods (统计期间): half-open spans of Asia/Shanghai days, and the periods they are compared with.

A period may be cut before its natural end ("year to 19 December"): it keeps its grain and its
start, so that 同比 and 环比 know what they stand beside.

Source: screens-indicators §1.3.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from zhujianyun.base import clock

ONE_DAY = timedelta(days=1)


class Grain(StrEnum):
    """How wide a period is (统计粒度)."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SPAN = "span"


GRAIN_ZH = {Grain.DAY: "日", Grain.MONTH: "月", Grain.QUARTER: "季", Grain.YEAR: "年", Grain.SPAN: "期间"}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to but not including `end` (统计期间，左闭右开)."""

    grain: Grain
    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"a period does not end before it starts: {self.start} > {self.end}")

    @classmethod
    def year(cls, number: int) -> Period:
        """One calendar year (年)."""
        return year(number)

    @classmethod
    def quarter(cls, of_year: int, number: int) -> Period:
        """One quarter (季度)."""
        return quarter(of_year, number)

    @classmethod
    def month(cls, of_year: int, number: int) -> Period:
        """One month (月)."""
        return month(of_year, number)

    @classmethod
    def day(cls, on: date) -> Period:
        """One day (日)."""
        return day(on)

    @classmethod
    def span(cls, first: date, last: date) -> Period:
        """Any days, both ends inside (任意期间)."""
        return span(first, last)

    @property
    def last_day(self) -> date:
        """The last day inside (最后一日)."""
        return self.end - ONE_DAY

    @property
    def days(self) -> int:
        """How many days (天数)."""
        return (self.end - self.start).days

    @property
    def start_at(self) -> datetime:
        """The instant at which it begins, UTC (起始时刻)."""
        return clock.at_local(self.start)

    @property
    def end_at(self) -> datetime:
        """The instant at which it is over, UTC; not inside (截止时刻)."""
        return clock.at_local(self.end)

    @property
    def is_whole(self) -> bool:
        """Whether it reaches its natural end (是否完整)."""
        return self.grain is Grain.SPAN or self.end == of(self.grain, self.start).end

    @property
    def text_zh(self) -> str:
        """As people say it: 2020年, 2020年3月, 2020年1月1日—12月19日 (期间名称)."""
        if not self.is_whole or self.grain is Grain.SPAN:
            return _span_zh(self.start, self.last_day)
        first = self.start
        return {
            Grain.DAY: f"{first.year}年{first.month}月{first.day}日",
            Grain.MONTH: f"{first.year}年{first.month}月",
            Grain.QUARTER: f"{first.year}年第{(first.month + 2) // 3}季度",
            Grain.YEAR: f"{first.year}年",
        }[self.grain]

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def cut(self, last_day: date) -> Period:
        """The same period, up to and including `last_day` (截至某日)."""
        return Period(self.grain, self.start, max(self.start, min(self.end, last_day + ONE_DAY)))

    def split(self, grain: Grain) -> Iterator[Period]:
        """The periods of a finer grain inside; the outer two may be cut (拆分)."""
        start = self.start
        while start < self.end:
            whole = of(grain, start)
            yield Period(grain, start, min(whole.end, self.end))
            start = whole.end

    def previous(self) -> Period:
        """The preceding period, for 环比.

        A whole month is compared with the whole month before. A cut one is compared with the
        same number of days from the start of the one before, or all of that when it is shorter.
        """
        if self.grain is Grain.SPAN:
            return Period(Grain.SPAN, self.start - (self.end - self.start), self.start)
        before = of(self.grain, self.start - ONE_DAY)
        if self.is_whole:
            return before
        return Period(self.grain, before.start, min(before.end, before.start + (self.end - self.start)))

    def year_earlier(self) -> Period:
        """The same period one year earlier, for 同比: cut at the same day, 29 Feb → 28 Feb."""
        start = _year_before(self.start)
        if self.is_whole and self.grain not in (Grain.SPAN, Grain.DAY):
            return of(self.grain, start)
        return Period(self.grain, start, max(start, _year_before(self.last_day) + ONE_DAY))


def of(grain: Grain, on: date) -> Period:
    """The whole period of a grain that holds a day (某日所在期间)."""
    if grain is Grain.DAY:
        return Period(grain, on, on + ONE_DAY)
    if grain is Grain.MONTH:
        return month(on.year, on.month)
    if grain is Grain.QUARTER:
        return quarter(on.year, (on.month + 2) // 3)
    if grain is Grain.YEAR:
        return year(on.year)
    raise ValueError("a span is named by its two ends")


def day(on: date) -> Period:
    """One day (日)."""
    return of(Grain.DAY, on)


def month(of_year: int, number: int) -> Period:
    """One month, 1…12 (月)."""
    start = date(of_year, number, 1)
    return Period(Grain.MONTH, start, start + timedelta(days=calendar.monthrange(of_year, number)[1]))


def quarter(of_year: int, number: int) -> Period:
    """One quarter, 1…4 (季度)."""
    return Period(Grain.QUARTER, date(of_year, 3 * number - 2, 1), month(of_year, 3 * number).end)


def year(number: int) -> Period:
    """One calendar year (年)."""
    return Period(Grain.YEAR, date(number, 1, 1), date(number + 1, 1, 1))


def span(first: date, last: date) -> Period:
    """Any days, both ends inside (任意期间)."""
    return Period(Grain.SPAN, first, last + ONE_DAY)


def to_date(grain: Grain, on: date) -> Period:
    """Month to date, year to date: the period of a grain up to and including a day (截至当日)."""
    return of(grain, on).cut(on)


def january_and_february(of_year: int) -> Period:
    """January and February as one, since the Spring Festival moves between them (1—2月)."""
    return Period(Grain.SPAN, date(of_year, 1, 1), date(of_year, 3, 1))


def _year_before(on: date) -> date:
    if on.month == 2 and on.day == 29:
        return date(on.year - 1, 2, 28)
    return on.replace(year=on.year - 1)


def _span_zh(first: date, last: date) -> str:
    head = f"{first.year}年{first.month}月{first.day}日"
    if last <= first:
        return head
    if last.year == first.year:
        return f"{head}—{last.month}月{last.day}日"
    return f"{head}—{last.year}年{last.month}月{last.day}日"
