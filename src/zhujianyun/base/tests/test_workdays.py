"""Working days (工作日): golden dates, the three layers, states of knowledge, and properties."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.workdays import Almanac, Calendar, CalendarDay, read_rows, shipped, shipped_rows

NATIONAL = shipped().calendar(("cn",))
REGIONAL = shipped().calendar()
ONE_DAY = timedelta(days=1)
any_days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
limits = st.integers(1, 260)


def d(text: str) -> date:
    return date.fromisoformat(text)


def naive_due(start: date, n: int, calendar: Calendar) -> date:
    day = start
    while n:
        day += ONE_DAY
        n -= calendar.is_workday(day)
    return day


GOLDEN = [
    ("2020-01-16", 5, "2020-01-22"),
    ("2020-01-20", 5, "2020-02-04"),
    ("2020-01-20", 15, "2020-02-18"),
    ("2020-01-23", 15, "2020-02-21"),
    ("2020-04-28", 5, "2020-05-08"),
    ("2020-06-22", 7, "2020-07-02"),
    ("2020-09-28", 15, "2020-10-26"),
    ("2025-12-25", 5, "2026-01-04"),
    ("2026-02-10", 15, "2026-03-09"),
    ("2026-04-29", 5, "2026-05-09"),
    ("2026-09-24", 10, "2026-10-15"),
]


@pytest.mark.parametrize(("start", "n", "due"), GOLDEN)
@pytest.mark.parametrize("calendar", [NATIONAL, REGIONAL], ids=["national", "regional"])
def test_a_limit_ends_on_the_golden_date(start, n, due, calendar):
    assert calendar.add(d(start), n).day == d(due)
    assert not calendar.add(d(start), n).provisional


def test_a_pause_moves_the_due_date_by_the_working_days_it_took():
    start, paused, resumed = d("2020-01-16"), d("2020-01-21"), d("2020-02-10")
    lost = NATIONAL.between(paused, resumed)  # the day of the pause counts, the day of resumption does not
    assert NATIONAL.add(start, 15 + lost).day == d("2020-02-25")


def test_each_year_has_its_number_of_working_days():
    counted = [NATIONAL.between(date(year - 1, 12, 31), date(year, 12, 31)) for year in range(2017, 2027)]
    assert counted == [249, 250, 250, 249, 250, 249, 249, 251, 248, 248]


CHINA = holidays.country_holidays("CN", years=range(2017, 2027))


def test_the_national_layer_agrees_with_two_independent_libraries_on_every_day():
    every = [
        date(2017, 1, 1) + timedelta(days=i) for i in range((date(2026, 12, 31) - date(2017, 1, 1)).days + 1)
    ]
    assert [day for day in every if NATIONAL.is_workday(day) != chinese_calendar.is_workday(day)] == []
    assert [day for day in every if NATIONAL.is_workday(day) != CHINA.is_working_day(day)] == []


@pytest.mark.parametrize(
    ("start", "n", "before", "after"),
    [("2020-01-23", 15, "2020-02-19", "2020-02-21"), ("2020-01-20", 5, "2020-02-01", "2020-02-04")],
)
def test_the_extension_of_2020_moves_a_due_date_only_once_it_is_known(start, n, before, after):
    for known_on, due in (
        ("2020-01-23", before),
        ("2020-01-26", before),
        ("2020-01-27", after),
        ("2020-01-28", after),
    ):
        assert shipped().calendar(known_on=d(known_on)).add(d(start), n).day == d(due)


def test_the_make_up_sunday_before_the_feast_of_2020_is_worked():
    assert NATIONAL.is_workday(d("2020-01-19"))
    assert NATIONAL.next_workday(d("2020-01-24")) == d("2020-02-03")


@pytest.mark.parametrize(
    ("start", "n", "regional", "national"),
    [("2017-03-28", 5, "2017-04-08", "2017-04-05"), ("2023-04-17", 7, "2023-04-27", "2023-04-25")],
)
def test_the_third_of_the_third_month_overrules_national_make_up_days(start, n, regional, national):
    assert REGIONAL.add(d(start), n).day == d(regional)
    assert NATIONAL.add(d(start), n).day == d(national)


def test_the_cancelled_holiday_of_2020_is_worked_once_the_cancellation_is_known():
    assert REGIONAL.add(d("2020-03-24"), 5).day == d("2020-03-31")
    assert shipped().calendar(known_on=d("2020-03-04")).add(d("2020-03-24"), 5).day == d("2020-04-02")
    assert shipped().calendar(("cn", "cn-GX")).add(d("2020-03-24"), 5).day == d("2020-04-02")
    assert shipped().calendar(known_on=d("2020-03-05")).add(d("2020-03-24"), 5).day == d("2020-03-31")


def test_every_year_has_two_regional_days_off_on_days_that_the_nation_works():
    for year in range(2017, 2027):
        rows = [row for row in shipped_rows() if row.layer == "cn-GX" and row.day.year == year]
        net = sum(
            1 if row.is_workday else -1 for row in rows if row.is_workday != NATIONAL.is_workday(row.day)
        )
        assert net == -2, year


def test_the_last_limit_before_the_horizon_is_firm_and_the_next_one_provisional():
    assert NATIONAL.horizon == d("2026-12-31")
    firm = NATIONAL.add(d("2026-12-10"), 15)
    assert firm.day == d("2026-12-31") and not firm.provisional
    later = NATIONAL.add(d("2026-12-11"), 15)
    assert later.day == d("2027-01-04") and later.provisional


def test_a_provisional_date_becomes_firm_when_the_year_is_published():
    notice = [
        CalendarDay(d(day), "cn", worked, "国办发明电〔2026〕1号", d("2026-11-05"))
        for day, worked in (("2027-01-01", False), ("2027-01-04", False), ("2027-01-09", True))
    ]
    almanac = Almanac(shipped_rows() + notice)
    before = almanac.calendar(known_on=d("2026-11-04")).add(d("2026-12-11"), 15)
    after = almanac.calendar(known_on=d("2026-11-05")).add(d("2026-12-11"), 15)
    assert (before.day, before.provisional) == (d("2027-01-04"), True)
    assert (after.day, after.provisional) == (d("2027-01-05"), False)


def test_a_year_before_the_first_notice_is_provisional_too():
    assert NATIONAL.add(d("2016-12-20"), 3).provisional
    assert not NATIONAL.add(d("2016-12-31"), 3).provisional
    assert NATIONAL.is_provisional(d("2010-01-01"), d("2010-02-01"))


def test_provisional_years_rest_on_holidays_of_fixed_date():
    off = ["2030-01-01", "2030-05-01", "2030-05-02", "2030-10-01", "2030-10-02", "2030-10-03"]
    assert [day for day in off if NATIONAL.is_workday(d(day))] == []
    assert NATIONAL.is_workday(d("2012-05-02"))  # the second day of May is a holiday since 2025 only


def test_nothing_is_firm_beyond_a_gap_between_published_years():
    rows = [row for row in shipped_rows() if row.day.year != 2019]
    assert Calendar.build(rows).horizon == d("2018-12-31")
    assert Calendar.build(rows).add(d("2020-01-16"), 5).provisional


def test_a_calendar_without_any_notice_answers_provisionally():
    due = Calendar.build([]).add(d("2020-01-16"), 5)
    assert (due.day, due.provisional) == (d("2020-01-23"), True)
    assert Calendar.build([]).between(d("2020-01-16"), d("2020-01-23")) == 5


def test_a_limit_of_no_days_ends_the_same_day_or_the_next_working_day():
    assert NATIONAL.add(d("2020-01-22"), 0).day == d("2020-01-22")
    assert NATIONAL.add(d("2020-01-25"), 0).day == d("2020-02-03")


@pytest.mark.parametrize("n", [-1, 100_001])
def test_an_impossible_limit_is_refused_in_chinese(n):
    with pytest.raises(RuleBroken, match="时限须在") as refusal:
        NATIONAL.add(d("2020-01-22"), n)
    assert refusal.value.rule == "workdays.limit"


def test_a_limit_past_the_last_year_of_the_world_is_refused():
    with pytest.raises(RuleBroken, match="到期日超出"):
        Calendar.build([]).add(date(9999, 12, 30), 5)


def test_a_limit_far_beyond_the_table_is_still_answered():
    due = Calendar.build(shipped_rows()).add(d("2026-12-01"), 9000)
    assert due.provisional and due.day.year == 2061


@given(any_days, limits)
def test_counting_undoes_adding(start, n):
    assert REGIONAL.between(start, REGIONAL.add(start, n).day) == n


@given(any_days, st.integers(1, 900))
def test_adding_undoes_counting_when_the_last_day_is_worked(start, span):
    last = start + timedelta(days=span)
    counted = REGIONAL.between(start, last)
    if REGIONAL.is_workday(last):
        assert REGIONAL.add(start, counted).day == last
    else:
        assert counted == 0 or REGIONAL.add(start, counted).day < last


@given(any_days, limits)
def test_bisection_agrees_with_walking_day_by_day(start, n):
    assert REGIONAL.add(start, n).day == naive_due(start, n, REGIONAL)


@given(any_days, any_days, any_days)
def test_counts_add_up_over_adjoining_periods(a, b, c):
    assert REGIONAL.between(a, b) + REGIONAL.between(b, c) == REGIONAL.between(a, c)


@given(any_days, limits, limits)
def test_limits_add_up(start, n, m):
    assert REGIONAL.add(REGIONAL.add(start, n).day, m).day == REGIONAL.add(start, n + m).day


@given(any_days, limits)
def test_a_later_start_never_ends_earlier(start, n):
    assert REGIONAL.add(start, n).day <= REGIONAL.add(start + ONE_DAY, n).day


@given(any_days)
def test_the_next_working_day_is_the_first_one_from_the_day_on(day):
    found = REGIONAL.next_workday(day)
    assert REGIONAL.is_workday(found)
    assert REGIONAL.between(day - ONE_DAY, found) == 1


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rng: random.Random):
    rows = shipped_rows()
    rng.shuffle(rows)
    assert Calendar.build(rows).version == REGIONAL.version


@given(any_days)
def test_the_version_tells_calendars_apart_by_their_answers(known_on):
    past = shipped().calendar(known_on=known_on)
    every = [date(2017, 1, 1) + timedelta(days=i) for i in range(3652)]
    same = past.horizon == REGIONAL.horizon and all(
        past.is_workday(x) == REGIONAL.is_workday(x) for x in every
    )
    assert (past.version == REGIONAL.version) == same


def test_a_corrected_notice_number_does_not_change_the_version():
    rows = [replace(row, notice_no=row.notice_no + " ", verified=not row.verified) for row in shipped_rows()]
    assert Calendar.build(rows).version == REGIONAL.version


@given(known_on=st.dates(date(2016, 1, 1), date(2027, 12, 31)))
def test_the_almanac_gives_what_building_anew_gives(known_on):
    kept = shipped().calendar(known_on=known_on)
    assert kept.version == Calendar.build(shipped_rows(), known_on=known_on).version
    assert kept is shipped().calendar(known_on=known_on)


def test_the_almanac_says_whether_a_notice_appeared_in_between():
    assert shipped().changes_between(d("2020-01-23"), d("2020-01-28"))
    assert not shipped().changes_between(d("2020-01-28"), d("2020-02-28"))


def test_a_later_layer_wins_and_within_a_layer_the_later_notice():
    day, first, second = d("2017-03-01"), d("2016-12-01"), d("2017-02-01")
    national = [CalendarDay(day, "cn", False, "甲", first), CalendarDay(day, "cn", True, "乙", second)]
    regional = [CalendarDay(day, "cn-GX", False, "丙", first)]
    assert Calendar.build(national).is_workday(day)
    assert not Calendar.build(national + regional).is_workday(day)
    assert not Calendar.build(national, known_on=d("2017-01-15")).is_workday(day)
    assert Calendar.build(national + regional, layers=("cn",)).is_workday(day)


def test_a_revoked_notice_is_out_from_the_day_of_revocation():
    day = d("2017-03-01")
    row = CalendarDay(day, "cn-GX", False, "甲", d("2017-01-10"), revoked_on=d("2017-02-01"))
    assert Calendar.build([row], known_on=d("2017-01-09")).is_workday(day)
    assert not Calendar.build([row], known_on=d("2017-01-31")).is_workday(day)
    assert Calendar.build([row], known_on=d("2017-02-01")).is_workday(day)
    assert Calendar.build([row]).is_workday(day)


def test_every_shipped_row_names_its_notice_and_precedes_its_day():
    for row in shipped_rows():
        assert row.notice_no and row.issued_on < row.day, row
    keys = [(row.day, row.layer, row.notice_no) for row in shipped_rows()]
    assert len(keys) == len(set(keys))


def test_a_broken_calendar_file_is_refused_with_its_line(tmp_path):
    broken = tmp_path / "cn.csv"
    broken.write_text(
        "day,layer,is_workday,notice_no,issued_on,revoked_on,verified\n"
        "2020-01-01,cn,false,x,2019-11-21,,true\n2020-01-02,cn,maybe,x,2019-11-21,,true\n",
        encoding="utf-8",
    )
    with pytest.raises(RuleBroken, match="第 3 行") as refusal:
        read_rows(broken)
    assert refusal.value.details["line"] == 3
