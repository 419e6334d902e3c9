"""The clock (时限时钟): golden dates, pauses, extensions, lamps, provisional years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.workdays import Calendar, shipped, shipped_rows
from zhujianyun.kernel.case import clock
from zhujianyun.kernel.case.clock import Ledger, Lengthening, Segment

NATIONAL = shipped().calendar(("cn",))
D = date.fromisoformat
GOLDEN = [
    ("2020-01-16", 5, "2020-01-22"), ("2020-01-20", 5, "2020-02-04"), ("2020-01-20", 15, "2020-02-18"),
    ("2020-01-23", 15, "2020-02-21"), ("2020-04-28", 5, "2020-05-08"), ("2020-06-22", 7, "2020-07-02"),
    ("2020-09-28", 15, "2020-10-26"), ("2025-12-25", 5, "2026-01-04"), ("2026-02-10", 15, "2026-03-09"),
    ("2026-04-29", 5, "2026-05-09"), ("2026-09-24", 10, "2026-10-15"),
]  # fmt: skip

days = st.dates(D("2018-01-01"), D("2026-06-30"))
budgets = st.integers(1, 40)


@st.composite
def ledgers(draw, segments=3, lengthenings=0):
    start, budget = draw(days), draw(budgets)
    found = []
    for _ in range(draw(st.integers(0, segments))):
        paused_on = start + timedelta(draw(st.integers(0, 60)))
        found.append(Segment(paused_on, paused_on + timedelta(draw(st.integers(0, 40)))))
    granted = tuple(
        Lengthening(start + timedelta(draw(st.integers(0, 20))), draw(st.integers(1, 20)))
        for _ in range(draw(st.integers(0, lengthenings)))
    )
    unit = draw(st.sampled_from(["workday", "workday", "day"]))
    return Ledger(start, budget, unit, tuple(found), granted)


def counted(ledger: Ledger, until: date) -> int:
    """The slow way: day by day, straight from the rule."""
    found, day = 0, ledger.started_on
    while day < until:
        day += timedelta(1)
        worked = ledger.unit == "day" or NATIONAL.is_workday(day)
        excluded = any(s.paused_on < day <= (s.ends_on or until) for s in ledger.segments)
        found += worked and not excluded
    return found


@pytest.mark.parametrize(("start", "n", "due"), GOLDEN)
def test_every_golden_date_of_the_national_calendar(start, n, due):
    assert clock.due(Ledger(D(start), n), NATIONAL) == (D(due), False)


def test_the_golden_date_with_a_pause():
    paused = Ledger(D("2020-01-16"), 15, segments=(Segment(D("2020-01-21"), D("2020-02-10")),))
    assert clock.due(paused, NATIONAL)[0] == D("2020-02-25")


@pytest.mark.parametrize(
    ("start", "n", "before", "after"),
    [("2020-01-23", 15, "2020-02-19", "2020-02-21"), ("2020-01-20", 5, "2020-02-01", "2020-02-04")],
)
def test_the_extended_spring_festival_moves_due_dates_once_it_is_known(start, n, before, after):
    old, new = (Calendar.build(shipped_rows(), ("cn",), D(day)) for day in ("2020-01-20", "2020-02-03"))
    ledger = Ledger(D(start), n)
    assert (clock.due(ledger, old)[0], clock.due(ledger, new)[0]) == (D(before), D(after))


def test_a_day_of_grace_on_a_sunday_after_hours_starts_with_the_next_working_day():
    assert clock.due(Ledger(D("2020-03-01"), 1), NATIONAL)[0] == D("2020-03-02")
    assert clock.due(Ledger(D("2020-03-02"), 1), NATIONAL)[0] == D("2020-03-03")


def test_a_same_day_limit_on_a_holiday_ends_on_the_next_working_day():
    assert clock.due(Ledger(D("2020-10-03"), 0), NATIONAL)[0] == D("2020-10-09")
    assert clock.due(Ledger(D("2020-10-09"), 0), NATIONAL)[0] == D("2020-10-09")


def test_beyond_the_published_years_the_date_is_provisional_and_no_error():
    until, provisional = clock.due(Ledger(D("2026-12-11"), 15), NATIONAL)
    assert until > D("2026-12-31") and provisional
    assert not clock.due(Ledger(D("2026-12-10"), 15), NATIONAL)[1]


@given(ledgers())
def test_the_due_day_is_the_first_day_on_which_the_whole_budget_is_used(ledger):
    until, _ = clock.due(ledger, NATIONAL)
    assert counted(ledger, until) == ledger.budget
    on_due = any(s.paused_on < until <= s.ends_on for s in ledger.segments)
    if not on_due:  # else the pause began on the very last day and moved the due day to its end
        assert counted(ledger, until - timedelta(1)) == ledger.budget - 1


@given(ledgers(), st.integers(0, 200))
def test_net_days_are_the_days_counted_one_by_one(ledger, after):
    until = ledger.started_on + timedelta(after)
    assert clock.net_days(ledger, NATIONAL, until) == counted(ledger, until)
    assert clock.gross_days(ledger, NATIONAL, until) == counted(replace(ledger, segments=()), until)


@given(ledgers())
def test_a_pause_and_its_resumption_on_one_day_cost_nothing(ledger):
    same_day = Segment(ledger.started_on + timedelta(3), ledger.started_on + timedelta(3))
    assert clock.due(ledger, NATIONAL) == clock.due(
        replace(ledger, segments=(*ledger.segments, same_day)), NATIONAL
    )


@given(ledgers(), st.integers(0, 2))
def test_overlapping_pauses_count_once(ledger, pick):
    if ledger.segments:
        again = ledger.segments[pick % len(ledger.segments)]
        doubled = replace(ledger, segments=(*ledger.segments, again))
        assert clock.due(doubled, NATIONAL) == clock.due(ledger, NATIONAL)


@given(ledgers(), st.permutations([0, 1, 2]))
def test_the_order_in_which_pauses_are_written_does_not_matter(ledger, order):
    shuffled = tuple(ledger.segments[i] for i in order if i < len(ledger.segments))
    assert clock.due(replace(ledger, segments=shuffled), NATIONAL) == clock.due(ledger, NATIONAL)


@given(ledgers(lengthenings=2), st.integers(0, 150))
def test_a_lamp_never_returns_to_green_and_black_stays_black(ledger, after):
    day = ledger.started_on + timedelta(after)
    now, next_ = (clock.lamp(ledger, NATIONAL, one) for one in (day, day + timedelta(1)))
    granted = any(one.on == day + timedelta(1) for one in ledger.lengthenings)
    if granted and now != clock.BLACK:
        assert clock.RANK[next_] >= min(clock.RANK[now], clock.RANK[clock.YELLOW])
    elif not granted:
        assert clock.RANK[next_] >= clock.RANK[now]


@given(ledgers())
def test_the_lamp_is_yellow_from_seven_tenths_red_on_the_last_day_and_black_after(ledger):
    until, _ = clock.due(ledger, NATIONAL)
    yellow = clock.yellow_on(ledger, NATIONAL)
    assert clock.lamp(ledger, NATIONAL, until + timedelta(1)) == clock.BLACK
    if not clock.is_paused(ledger, until):
        assert clock.lamp(ledger, NATIONAL, until) == clock.RED
    used = counted(ledger, yellow)
    assert used * 10 >= ledger.budget * 7
    before = yellow - timedelta(1)
    if before > ledger.started_on and not any(s.paused_on <= before <= s.ends_on for s in ledger.segments):
        assert clock.lamp(ledger, NATIONAL, before) == clock.GREEN


def test_while_paused_there_is_no_due_day_only_what_is_left():
    ledger = Ledger(D("2020-03-02"), 10, segments=(Segment(D("2020-03-04"), None, D("2020-04-03")),))
    reading = clock.read(ledger, NATIONAL, D("2020-03-10"))
    assert (reading.due_on, reading.left_days, reading.net_days, reading.paused) == (None, 8, 2, True)


def test_beyond_its_cap_a_pause_ends_by_itself():
    ledger = Ledger(D("2020-03-02"), 10, segments=(Segment(D("2020-03-04"), None, D("2020-03-11")),))
    reading = clock.read(ledger, NATIONAL, D("2020-03-11"))
    assert (reading.due_on, reading.paused) == (D("2020-03-23"), False)
    late = replace(ledger, segments=(Segment(D("2020-03-04"), D("2020-03-30"), D("2020-03-11")),))
    assert clock.due(late, NATIONAL)[0] == D("2020-03-23")


def test_a_pause_after_the_limit_leaves_the_lamp_black():
    ledger = Ledger(D("2020-03-02"), 5, segments=(Segment(D("2020-03-12"), None, D("2020-04-11")),))
    reading = clock.read(ledger, NATIONAL, D("2020-03-20"))
    assert (reading.lamp, reading.overdue, reading.due_on) == (clock.BLACK, True, None)
    resumed = replace(ledger, segments=(Segment(D("2020-03-12"), D("2020-03-20")),))
    assert clock.read(resumed, NATIONAL, D("2020-03-20")).lamp == clock.BLACK


def test_a_pause_on_the_last_day_is_red_and_ends_with_the_resumption():
    ledger = Ledger(D("2020-03-02"), 5, segments=(Segment(D("2020-03-09"), D("2020-03-18")),))
    assert clock.read(ledger, NATIONAL, D("2020-03-12")).lamp == clock.RED
    assert clock.read(ledger, NATIONAL, D("2020-03-18")).lamp == clock.RED
    assert clock.read(ledger, NATIONAL, D("2020-03-19")).overdue


def test_an_extension_leads_from_red_to_yellow_but_not_to_green():
    ledger = Ledger(D("2020-03-02"), 5, lengthenings=(Lengthening(D("2020-03-09"), 20),))
    assert clock.lamp(replace(ledger, lengthenings=()), NATIONAL, D("2020-03-09")) == clock.RED
    assert clock.lamp(ledger, NATIONAL, D("2020-03-10")) == clock.YELLOW
    assert clock.read(ledger, NATIONAL, D("2020-03-10")).due_on == D("2020-04-07")


def test_the_combined_lamp_of_several_clocks_is_the_worst():
    assert clock.worst([clock.GREEN, clock.BLACK, clock.YELLOW]) == clock.BLACK
    assert clock.worst([]) == clock.NONE


def test_a_stopped_clock_reads_the_same_on_every_later_day():
    ledger = Ledger(D("2020-03-02"), 5, stopped_on=D("2020-03-10"))
    reading = clock.read(ledger, NATIONAL, D("2020-03-12"))
    assert reading == clock.read(ledger, NATIONAL, D("2024-01-01"))
    assert (reading.overdue, reading.net_days, reading.gross_days) == (True, 6, 6)


def test_from_the_day_of_the_pause_on_there_is_no_due_day():
    ledger = Ledger(D("2020-03-02"), 10, segments=(Segment(D("2020-03-04"), None, D("2020-04-03")),))
    assert clock.read(ledger, NATIONAL, D("2020-03-03")).due_on is not None
    assert clock.read(ledger, NATIONAL, D("2020-03-04")).due_on is None


def test_a_clock_paused_in_time_is_not_overdue_however_long_the_pause_lasts():
    ledger = Ledger(D("2020-03-02"), 5, segments=(Segment(D("2020-03-04"), None, D("2020-06-30")),))
    reading = clock.read(ledger, NATIONAL, D("2020-06-01"))
    assert (reading.overdue, reading.lamp, reading.net_days) == (False, clock.GREEN, 2)


@given(ledgers(), st.integers(1, 20), st.integers(0, 40))
def test_of_a_pause_that_began_before_the_clock_only_the_days_after_its_start_are_excluded(
    ledger, before, length
):
    begun = ledger.started_on - timedelta(before)
    early = replace(ledger, segments=(*ledger.segments, Segment(begun, begun + timedelta(length))))
    clipped = replace(
        ledger,
        segments=(
            *ledger.segments,
            Segment(ledger.started_on, max(ledger.started_on, begun + timedelta(length))),
        ),
    )
    assert clock.due(early, NATIONAL) == clock.due(clipped, NATIONAL)
    until = ledger.started_on + timedelta(30)
    assert clock.net_days(early, NATIONAL, until) == counted(clipped, until)


def test_a_pause_that_was_over_before_a_same_day_limit_does_not_touch_it():
    ledger = Ledger(D("2020-03-02"), 0, segments=(Segment(D("2020-02-24"), D("2020-02-26")),))
    assert clock.due(ledger, NATIONAL)[0] == D("2020-03-02")
