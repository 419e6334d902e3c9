"""Tests of work that comes round by the clock (计划任务测试)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import clock, jobs
from zhujianyun.base.jobs import schedule
from zhujianyun.base.jobs.models import Schedule
from zhujianyun.base.jobs.schedule import Plan
from zhujianyun.base.jobs.tests import played

INSTANTS = st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1)).map(lambda d: d.replace(tzinfo=UTC))
QUARTER, NIGHTLY = played.quarter.module_path, played.nightly.module_path


@pytest.fixture(autouse=True)
def only_our_plans(monkeypatch):
    played.calls.clear()
    ours = {name: schedule._plans[name] for name in (QUARTER, NIGHTLY)}
    monkeypatch.setattr(schedule, "_plans", ours)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return clock.at_local(date(2020, 3, day), hour, minute)


def play(*instants: datetime) -> list[str]:
    """What runs when a worker looks at the clock at these instants."""
    with clock.standing(instants[0]) as standing:
        for instant in instants:
            standing.move_to(instant)
            jobs.run_due()
            jobs.run_ready()
    return list(played.calls)


@given(INSTANTS, st.integers(1, 200_000))
def test_slots_of_a_period_never_lie_ahead_and_are_its_length_apart(instant, seconds):
    plan = Plan(played.quarter, period=timedelta(seconds=seconds))
    slot = plan.slot(instant)
    assert slot <= instant < slot + plan.period
    assert plan.slot(slot) == slot
    assert plan.slot(slot - timedelta(microseconds=1)) == slot - plan.period


@given(INSTANTS, st.times())
def test_a_daily_slot_is_the_hour_of_the_wall_in_shanghai(instant, hour):
    plan = Plan(played.nightly, hour=hour.replace(second=0, microsecond=0))
    slot = plan.slot(instant)
    local = clock.local(slot)
    assert (local.hour, local.minute, local.second) == (hour.hour, hour.minute, 0)
    assert slot <= instant < slot + timedelta(days=1)


def test_whole_days_begin_at_midnight_in_shanghai():
    plan = Plan(played.quarter, period=timedelta(days=1))
    assert plan.slot(at(5, 7)) == at(5, 0)


@pytest.mark.parametrize(
    ("plan", "zh"),
    [
        (Plan(played.quarter, period=timedelta(minutes=15)), "每 15 分钟"),
        (Plan(played.quarter, period=timedelta(hours=6)), "每 6 小时"),
        (Plan(played.quarter, period=timedelta(seconds=90)), "每 90 秒"),
        (Plan(played.nightly, hour=datetime(2020, 1, 1, 2, 30).time()), "每天 02:30"),
    ],
)
def test_a_plan_says_itself_in_words(plan, zh):
    assert plan.zh == zh


def test_an_impossible_plan_is_refused_where_it_is_written():
    for wrong in (lambda: jobs.every(), lambda: jobs.every(seconds=0.5), lambda: jobs.daily_at("25:00")):
        with pytest.raises(ValueError):
            wrong()
    with pytest.raises(TypeError):
        jobs.every(minutes=1)(lambda: None)


@pytest.mark.django_db
def test_every_slot_is_served_once_however_often_one_looks():
    looks = [at(5, 9, 1), at(5, 9, 2), at(5, 9, 15), at(5, 9, 16), at(5, 9, 29), at(5, 9, 30)]
    assert play(*looks) == ["quarter", "quarter"]


@pytest.mark.django_db
def test_slots_that_passed_while_nobody_worked_are_served_once():
    assert play(at(5, 9), at(8, 1)) == ["nightly", "quarter"]


@pytest.mark.django_db
def test_a_daily_plan_waits_for_its_hour():
    played_calls = play(at(5, 9), at(6, 2, 29), at(6, 2, 30), at(6, 23))
    assert played_calls.count("nightly") == 1


@pytest.mark.django_db
def test_a_plan_that_is_switched_off_rests():
    play(at(5, 9))
    Schedule.objects.filter(name=QUARTER).update(enabled=False)
    assert play(at(5, 12)) == []


@pytest.mark.django_db
def test_a_plan_does_not_overtake_its_own_job():
    with clock.standing(at(5, 9)) as standing:
        jobs.run_due()
        standing.move_to(at(5, 9, 15))
        assert jobs.run_due() == 1
        standing.move_to(at(5, 10))
        assert jobs.run_due() == 0, "the job of 9:15 still waits"
        jobs.run_ready()
        assert jobs.run_due() == 1, "then the latest slot is served, once"
        jobs.run_ready()
        assert jobs.run_due() == 0
    assert played.calls == ["quarter", "quarter"]


@pytest.mark.django_db
def test_a_clock_set_back_a_little_serves_nothing_twice_and_far_back_starts_anew():
    play(at(5, 9), at(5, 9, 15))
    assert play(at(5, 8)) == ["quarter"]
    assert play(at(5, 9, 29)) == ["quarter"]
    assert play(at(1, 9)) == ["quarter"], "another clock: the mark follows without serving"
    assert play(at(1, 9, 15)) == ["quarter", "quarter"]


@pytest.mark.django_db
def test_the_table_shows_the_plan_in_words():
    play(at(5, 9))
    assert dict(Schedule.objects.values_list("name", "plan_zh")) == {
        QUARTER: "每 15 分钟",
        NIGHTLY: "每天 02:30",
    }
    Schedule.objects.update(plan_zh="旧")
    play(at(5, 9))
    assert not Schedule.objects.filter(plan_zh="旧")
