"""Putting failed jobs back, and when plans come round next (任务重试、下一时点)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import Conflict, NotFound
from zhujianyun.base.jobs.schedule import Plan
from zhujianyun.base.jobs.tests import played

INSTANTS = st.datetimes(datetime(2019, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))
PLANS = st.one_of(
    st.builds(lambda h, m: Plan(played.remember, hour=time(h, m)), st.integers(0, 23), st.integers(0, 59)),
    st.builds(lambda s: Plan(played.remember, period=timedelta(seconds=s)), st.integers(1, 10**6)),
)


@pytest.mark.django_db
def test_a_cancelled_job_is_put_back_and_runs():
    played.calls.clear()
    job_id = jobs.enqueue(played.remember, what=1)
    jobs.cancel(job_id, by="account:1")
    assert jobs.run_ready() == 0
    state = jobs.retry(job_id)
    assert (state.status_zh, state.attempts, state.cancel_asked_by, state.error_zh) == ("等待", 0, "", "")
    assert jobs.run_ready() == 1
    assert jobs.state_of(job_id).status_zh == "完成"


@pytest.mark.django_db
def test_a_job_that_waits_or_is_done_is_not_put_back():
    job_id = jobs.enqueue(played.remember, what=1)
    with pytest.raises(Conflict):
        jobs.retry(job_id)
    jobs.run_ready()
    with pytest.raises(Conflict):
        jobs.retry(job_id)


@pytest.mark.django_db
def test_a_job_that_does_not_exist_is_not_put_back():
    with pytest.raises(NotFound):
        jobs.retry("none")


@given(plan=PLANS, at=INSTANTS)
def test_the_next_slot_is_the_first_after_the_instant(plan, at):
    following = plan.next_slot(at)
    assert plan.slot(at) <= at < following
    assert plan.slot(following) == following
    assert plan.slot(following - timedelta(microseconds=1)) == plan.slot(at)


def test_a_daily_plan_comes_at_its_hour_of_peking():
    plan = Plan(played.remember, hour=time(8, 20))
    assert plan.next_slot(clock.at_local(date(2020, 12, 31), 8, 20)) == clock.at_local(
        date(2021, 1, 1), 8, 20
    )
