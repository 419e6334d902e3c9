from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.kernel.indicator import periods
from zhujianyun.kernel.indicator.periods import Grain, Period

any_day = st.dates(date(2001, 1, 1), date(2099, 12, 31))
grains = st.sampled_from([Grain.DAY, Grain.MONTH, Grain.QUARTER, Grain.YEAR])


@given(grains, any_day)
def test_every_day_lies_in_exactly_one_period_of_a_grain(grain: Grain, day: date) -> None:
    period = periods.of(grain, day)
    assert day in period
    assert period.start in period
    assert period.end not in period
    assert periods.of(grain, period.last_day) == period
    assert periods.of(grain, period.end).start == period.end


@given(any_day, st.integers(0, 800), grains)
def test_the_parts_of_a_period_fill_it_without_gap_or_overlap(day: date, length: int, grain: Grain) -> None:
    whole = Period(Grain.SPAN, day, day + timedelta(days=length))
    parts = list(whole.split(grain))
    assert [p.start for p in parts[1:]] == [p.end for p in parts[:-1]]
    assert sum(p.days for p in parts) == whole.days


@given(grains, any_day)
def test_the_preceding_period_ends_where_this_one_starts(grain: Grain, day: date) -> None:
    assert periods.of(grain, day).previous().end == periods.of(grain, day).start


@given(any_day)
def test_month_to_date_compares_with_as_many_days_or_all_of_a_shorter_month(day: date) -> None:
    now = periods.to_date(Grain.MONTH, day)
    before = now.previous()
    full = periods.of(Grain.MONTH, now.start - timedelta(days=1))
    assert before.start == full.start
    assert before.days == (full.days if now.is_whole else min(now.days, full.days))


@given(any_day)
def test_a_year_cut_at_a_day_is_held_against_the_year_before_cut_at_the_same_day(day: date) -> None:
    earlier = periods.to_date(Grain.YEAR, day).year_earlier()
    assert earlier.start == date(day.year - 1, 1, 1)
    leap_day = (day.month, day.day) == (2, 29)
    assert (earlier.last_day.month, earlier.last_day.day) == ((2, 28) if leap_day else (day.month, day.day))


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        (periods.day(date(2020, 2, 29)), periods.day(date(2019, 2, 28))),
        (periods.month(2020, 2), periods.month(2019, 2)),
        (periods.month(2021, 2), periods.month(2020, 2)),
        (periods.month(2020, 2).cut(date(2020, 2, 29)), periods.month(2019, 2)),
        (periods.year(2020).cut(date(2020, 2, 29)), periods.year(2019).cut(date(2019, 2, 28))),
        (
            periods.span(date(2020, 2, 1), date(2020, 2, 29)),
            periods.span(date(2019, 2, 1), date(2019, 2, 28)),
        ),
    ],
)
def test_the_leap_day_becomes_the_28th_one_year_earlier(period: Period, earlier: Period) -> None:
    assert period.year_earlier() == earlier


def test_a_period_begins_and_ends_at_shanghai_midnight() -> None:
    year = periods.year(2020)
    assert year.start_at == datetime(2019, 12, 31, 16, tzinfo=UTC)
    assert year.end_at == datetime(2020, 12, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (periods.year(2020), "2020年"),
        (periods.year(2020).cut(date(2020, 12, 19)), "2020年1月1日—12月19日"),
        (periods.quarter(2020, 3), "2020年第3季度"),
        (periods.month(2020, 3), "2020年3月"),
        (periods.day(date(2020, 3, 5)), "2020年3月5日"),
        (periods.span(date(2019, 12, 30), date(2020, 1, 2)), "2019年12月30日—2020年1月2日"),
        (periods.january_and_february(2020), "2020年1月1日—2月29日"),
    ],
)
def test_periods_are_named_as_people_name_them(period: Period, text: str) -> None:
    assert period.text_zh == text


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="does not end before"):
        Period(Grain.SPAN, date(2020, 2, 1), date(2020, 1, 1))
