"""The strip of days agrees with the clock."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.workdays import shipped
from zhujianyun.kernel.case import clock
from zhujianyun.kernel.case.clock import Ledger, Segment
from zhujianyun.ui.workbench import strip

CALENDAR = shipped().calendar()
START = date(2020, 1, 23)


@given(
    days=st.integers(1, 20), unit=st.sampled_from(["workday", "day"]), pause=st.integers(0, 20), length=st.integers(0, 20),
    ago=st.integers(0, 60),
)  # fmt: skip
def test_the_days_counted_in_the_strip_are_the_days_the_clock_counted(days, unit, pause, length, ago):
    begin = START + timedelta(pause)
    ledger = Ledger(START, days, unit, (Segment(begin, begin + timedelta(length)),))
    today = START + timedelta(ago)
    reading = clock.read(ledger, CALENDAR, today)
    found = strip.days_of(ledger, CALENDAR, today, reading.due_on)
    assert sum(one.sort == "counted" and not one.is_ahead for one in found) == reading.net_days


def test_the_emergency_extension_of_2020_is_off_and_says_by_which_notice():
    ledger = Ledger(START, 15)
    reading = clock.read(ledger, CALENDAR, START)
    found = {one.day: one for one in strip.days_of(ledger, CALENDAR, START, reading.due_on)}
    assert reading.due_on == date(2020, 2, 21) and found[reading.due_on].is_due
    assert found[date(2020, 1, 31)].sort == "off" and "节假日" in found[date(2020, 1, 31)].said
    assert found[START].below == "始"
