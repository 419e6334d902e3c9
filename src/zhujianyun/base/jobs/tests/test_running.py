"""Tests of running jobs in one process (任务运行测试)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from zhujianyun.base import jobs
from zhujianyun.base.errors import NotFound
from zhujianyun.base.jobs import running, workers
from zhujianyun.base.jobs.models import JobRun, Worker, machine_now
from zhujianyun.base.jobs.terms import LONGEST_WAIT, Terms
from zhujianyun.base.jobs.tests import played

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    played.calls.clear()
    played.make_table()


def now_due(job_id: str) -> None:
    """As if the time of the next try had come."""
    DBTaskResult.objects.filter(pk=job_id).update(run_after=machine_now() - timedelta(seconds=1))


def lose_worker(job_id: str) -> None:
    """As if the worker of a running job had been killed."""
    Worker.objects.filter(pk=JobRun.objects.get(pk=job_id).worker_id).update(pid=2**22 + 5, born="gone")


def begin(job_id: str) -> running.Running:
    """Claim a job for a worker of its own, and leave it there."""
    found = running.claim(workers.register().id)
    assert found is not None
    assert str(found.row.pk) == job_id
    return found


def test_a_job_runs_once_and_gives_back_its_value():
    job_id = jobs.enqueue(played.remember, what={"a": [1, "二"]})
    assert jobs.state_of(job_id).status_zh == "等待"
    assert jobs.run_ready() == 1
    assert jobs.run_ready() == 0
    assert played.calls == [{"a": [1, "二"]}]
    state = jobs.state_of(job_id)
    assert (state.status_zh, state.attempts, state.zh, state.is_ended) == ("完成", 1, "记下一件事", True)
    assert DBTaskResult.objects.get(pk=job_id).return_value == {"a": [1, "二"]}


def test_no_commit_no_job():
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.enqueue(played.remember, what=1)
        raise RuntimeError
    assert jobs.run_ready() == 0


def test_jobs_run_by_priority_then_by_order():
    jobs.enqueue(played.remember, what=1)
    jobs.enqueue(played.remember, what=2)
    jobs.enqueue(played.remember.using(priority=10), what=3)
    jobs.enqueue(played.remember.using(run_after=machine_now() + timedelta(hours=1)), what=4)
    jobs.run_ready()
    assert played.calls == [3, 1, 2]


def test_a_failing_job_is_tried_again_later_and_given_up_visibly():
    job_id = jobs.enqueue(played.always_fails)
    for attempt in (1, 2):
        assert jobs.run_ready() == 1
        assert jobs.run_ready() == 0, "the next try waits"
        state = jobs.state_of(job_id)
        assert (state.status_zh, state.attempts, state.error_zh) == ("等待重试", attempt, "ValueError: 坏了")
        assert state.next_try_at > machine_now()
        now_due(job_id)
    assert jobs.run_ready() == 1
    state = jobs.state_of(job_id)
    assert (state.status_zh, state.attempts, state.zh) == ("失败", 3, "总是失败的任务")
    assert "坏了" in DBTaskResult.objects.get(pk=job_id).traceback
    assert len(played.calls) == 3


def test_waiting_doubles_up_to_an_hour():
    terms = Terms(backoff=10)
    assert [terms.wait(n).total_seconds() for n in (1, 2, 3)] == [10, 20, 40]
    assert terms.wait(1000) == LONGEST_WAIT


def test_what_a_failed_atomic_job_did_is_undone():
    jobs.enqueue(played.half_done_then_fails, what="x")
    jobs.run_ready()
    assert played.effects() == []


@pytest.mark.parametrize("bad", [played.leaves_the_process, played.gives_back_an_object])
def test_no_bad_manners_of_a_job_end_the_worker(bad):
    job_id = jobs.enqueue(bad)
    jobs.enqueue(played.remember, what="after")
    assert jobs.run_ready() == 2
    assert jobs.state_of(job_id).status_zh == "失败"
    assert played.calls == ["after"]


def test_a_job_whose_code_is_gone_fails_visibly():
    job_id = jobs.enqueue(played.remember)
    DBTaskResult.objects.filter(pk=job_id).update(task_path="zhujianyun.gone.work")
    jobs.run_ready()
    state = jobs.state_of(job_id)
    assert (state.status_zh, state.zh) == ("等待重试", "work")
    assert "ModuleNotFoundError" in state.error_zh


def test_progress_is_visible_and_cancelling_stops_at_the_next_note(monkeypatch):
    monkeypatch.setattr(running, "_PROGRESS_EVERY", 0.0)
    job_id = jobs.enqueue(played.reports, total=4)
    seen = []

    def look(done, total, note, original=jobs.progress):
        original(done, total, note)
        seen.append((jobs.state_of(job_id).percent, jobs.state_of(job_id).note))
        if done == 2:
            assert jobs.cancel(job_id, by="account:7").status_zh == "正在取消"

    monkeypatch.setattr(played.jobs, "progress", look)
    jobs.run_ready()
    assert seen == [(0, "第 0 步"), (25, "第 1 步"), (50, "第 2 步")]
    state = jobs.state_of(job_id)
    assert (state.status_zh, state.cancel_asked_by, state.attempts) == ("已取消", "account:7", 1)
    assert jobs.run_ready() == 0, "cancelled is not tried again"


def test_a_waiting_job_is_cancelled_at_once():
    job_id = jobs.enqueue(played.remember)
    assert jobs.cancel(job_id, by="account:7").status_zh == "已取消"
    assert jobs.run_ready() == 0
    done = jobs.enqueue(played.remember)
    jobs.run_ready()
    assert jobs.cancel(done, by="account:7").status_zh == "完成", "what is done stays done"


def test_an_unknown_job_is_not_found():
    for job_id in (str(uuid.uuid4()), "nonsense"):
        with pytest.raises(NotFound):
            jobs.state_of(job_id)


def test_outside_a_job_progress_and_portions_are_harmless():
    jobs.progress(1, 2)
    with jobs.once("x") as first:
        assert first
    with jobs.once("x") as first:
        assert first


def test_a_portion_takes_effect_once_over_several_tries():
    job_id = jobs.enqueue(played.portions, count=4, pause=0)
    first = begin(job_id)
    token = running._current.set(first)
    with jobs.once("portion:0") as new:
        assert new
        played.effect("portion 000")
    running._current.reset(token)
    lose_worker(job_id)
    assert jobs.sweep() == 1
    assert jobs.run_ready() == 1
    assert played.effects() == [f"portion 00{n}" for n in range(4)]


def test_the_job_of_a_lost_worker_goes_back_to_the_queue():
    job_id = jobs.enqueue(played.remember, what="again")
    begin(job_id)
    assert jobs.sweep() == 0, "this process lives"
    lose_worker(job_id)
    assert jobs.sweep() == 1
    assert jobs.sweep() == 0
    state = jobs.state_of(job_id)
    assert state.status_zh == "等待重试"
    assert "中断" in state.error_zh
    assert jobs.run_ready() == 1
    assert (jobs.state_of(job_id).attempts, played.calls) == (2, ["again"])


def test_a_job_that_kills_its_workers_is_given_up_visibly():
    job_id = jobs.enqueue(played.reports, total=1)
    for _ in range(2):
        begin(job_id)
        lose_worker(job_id)
        assert jobs.sweep() == 1
    state = jobs.state_of(job_id)
    assert (state.status_zh, state.attempts) == ("失败", 2)
    assert "不再重试" in DBTaskResult.objects.get(pk=job_id).traceback


@pytest.mark.parametrize(
    ("host", "silent", "lost"),
    [("here", 30, 0), ("here", 90, 0), ("here", 700, 1), ("elsewhere", 30, 0), ("elsewhere", 90, 1)],
)
def test_silence_counts_sooner_where_the_process_cannot_be_seen(host, silent, lost):
    job_id = jobs.enqueue(played.remember)
    begin(job_id)
    worker = Worker.objects.get()
    worker.seen_at = machine_now() - timedelta(seconds=silent)
    worker.host = worker.host if host == "here" else "other"
    worker.save()
    assert jobs.sweep() == lost


def test_a_worker_back_from_the_dead_changes_nothing_more():
    job_id = jobs.enqueue(played.one_piece, what="late", pause=0)
    late = begin(job_id)
    Worker.objects.update(stopped_at=machine_now())
    assert jobs.sweep() == 1
    in_time = begin(job_id)
    running.execute(late)
    assert played.effects() == [], "the effect of the late one is undone with its note"
    assert jobs.state_of(job_id).status_zh == "运行中"
    running.execute(in_time)
    assert played.effects() == ["late"]
    assert jobs.state_of(job_id).status_zh == "完成"


def test_a_late_failure_does_not_disturb_the_new_run():
    job_id = jobs.enqueue(played.always_fails)
    late = begin(job_id)
    Worker.objects.update(stopped_at=machine_now())
    jobs.sweep()
    begin(job_id)
    running.execute(late)
    running.give_back(late)
    assert jobs.state_of(job_id).status_zh == "运行中"


def test_a_job_whose_end_could_not_be_noted_is_found_by_its_own_worker():
    job_id = jobs.enqueue(played.remember)
    held = begin(job_id)
    worker_id = JobRun.objects.get(pk=held.row.pk).worker_id
    assert jobs.sweep(worker_id=worker_id) == 0, "perhaps just begun"
    DBTaskResult.objects.update(started_at=machine_now() - timedelta(minutes=2))
    assert jobs.sweep(worker_id=worker_id, busy_with=job_id) == 0
    assert jobs.sweep(worker_id=worker_id) == 1


def test_a_job_given_back_does_not_count_as_tried():
    job_id = jobs.enqueue(played.remember)
    running.give_back(begin(job_id))
    assert jobs.state_of(job_id).attempts == 0
    assert jobs.run_ready() == 1


def test_jobs_that_ended_long_ago_are_cleared_away():
    old, new = jobs.enqueue(played.portions, count=1, pause=0), jobs.enqueue(played.remember)
    waiting = jobs.enqueue(played.remember.using(run_after=machine_now() + timedelta(hours=1)))
    jobs.run_ready()
    DBTaskResult.objects.filter(pk=old).update(finished_at=machine_now() - timedelta(days=91))
    assert jobs.prune() == 1
    assert {s.id for s in jobs.recent()} == {new, waiting}
