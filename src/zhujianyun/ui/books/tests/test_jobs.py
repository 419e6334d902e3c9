"""The jobs as a book (任务台账测试)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from zhujianyun.base import clock, jobs
from zhujianyun.base.jobs import running as engine
from zhujianyun.base.jobs import schedule, workers
from zhujianyun.base.jobs.models import JobRun, Schedule, Worker
from zhujianyun.base.outbox.housekeeping import prune
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.books.running import errors, queries

pytestmark = pytest.mark.django_db
JOBS = "/workbench/jobs/"


def test_jobs_stand_with_state_and_words(enter):
    waiting = jobs.enqueue(prune)
    page = enter("system").get(JOBS).content.decode()
    assert "清理旧的外发消息" in page and waiting in page
    assert "没有后台进程在运行" in page


@pytest.mark.parametrize("name", ["security", "audit"])
def test_the_other_officers_are_refused(enter, name):
    job_id = jobs.enqueue(prune)
    browser = enter(name)
    assert browser.get(JOBS).status_code == 403
    assert browser.post(f"{JOBS}{job_id}/cancel/").status_code == 403
    assert jobs.state_of(job_id).status_zh == "等待"
    assert Entry.objects.filter(verb="jobs.refused").count() == 2


def test_a_failed_job_tells_why_in_words_and_folds_the_rest(enter, monkeypatch):
    job_id = jobs.enqueue(prune, nonsense=1)
    jobs.run_ready()
    DBTaskResult.objects.update(status="FAILED")
    page = enter("system").get(f"{JOBS}{job_id}/").content.decode()
    assert "程序出错，没有预料到" in page
    assert "TypeError" in page and "<details" in page


def test_a_job_is_cancelled_and_put_back_and_the_journal_knows(enter, people):
    job_id = jobs.enqueue(prune)
    browser = enter("system")
    browser.post(f"{JOBS}{job_id}/cancel/")
    assert jobs.state_of(job_id).status_zh == "已取消"
    browser.post(f"{JOBS}{job_id}/retry/")
    assert jobs.state_of(job_id).status_zh == "等待"
    told = Entry.objects.filter(actor=people["system"].key, object_type="job").order_by("pk")
    assert [entry.verb for entry in told] == ["jobs.cancel", "jobs.retry"]
    assert browser.post(f"{JOBS}{job_id}/retry/").status_code == 409


def test_progress_is_shown(enter):
    job_id = jobs.enqueue(prune)
    engine.claim(workers.register().id)
    JobRun.objects.filter(pk=job_id).update(done=25, total=100, note="第 25 条")
    page = enter("system").get(JOBS + "?state=running").content.decode()
    assert 'value="25"' in page and "25%" in page


def test_an_orphan_is_visible_and_taken_back(enter):
    job_id = jobs.enqueue(prune)
    worker = workers.register()
    engine.claim(worker.id)
    Worker.objects.filter(pk=worker.pk).update(pid=2**22 + 5, born="gone")
    browser = enter("system")
    page = browser.get(JOBS).content.decode()
    assert "有 1 个孤儿任务" in page and "失联" in page
    browser.post(JOBS + "sweep/")
    assert jobs.state_of(job_id).status_zh == "等待重试"
    assert Entry.objects.get(verb="jobs.sweep").facts_dict == {"count": 1}
    page = browser.get(f"{JOBS}{job_id}/").content.decode()
    assert "任务已收回，将重新执行" in page


def test_the_schedule_shows_the_next_run_and_can_be_switched(enter):
    schedule.run_due()
    row = Schedule.objects.get(name=prune.module_path)
    shown = {plan.name: plan for plan in queries.plans()}[prune.module_path]
    assert clock.now() < shown.next <= clock.now() + timedelta(days=1)
    browser = enter("system")
    assert "每天 03:40" in browser.get(JOBS).content.decode()
    assert browser.post(f"{JOBS}plans/{row.pk}/", {"on": "0", "reason": " "}).status_code == 422
    browser.post(f"{JOBS}plans/{row.pk}/", {"on": "0", "reason": "磁盘维护"})
    row.refresh_from_db()
    assert row.enabled is False
    assert {plan.name: plan for plan in queries.plans()}[prune.module_path].next is None
    assert Entry.objects.get(verb="jobs.switch_plan").reason == "磁盘维护"


def test_a_tick_that_fails_is_named_in_chinese(enter):
    worker = workers.register()
    workers.beat(worker, {"outbox.deliver": {"failures": 3, "error": "OSError: x", "turned_at": ""}})
    assert "节拍“外发投递”连续失败 3 次" in enter("system").get(JOBS).content.decode()


@pytest.mark.parametrize(
    ("kind", "line", "said"),
    [
        ("", "", ""),
        (
            "zhujianyun.base.errors.OutsideFailed",
            "OutsideFailed: 调用 a:1 失败：超时。",
            "调用 a:1 失败：超时。",
        ),
        ("django.db.utils.OperationalError", "OperationalError: locked", "数据库暂时不可用"),
        ("zhujianyun.base.jobs.outcomes.WorkerLost", "后台进程 x 中断", "后台进程多次中断"),
        ("", "后台进程 x 中断", "任务已收回"),
        ("builtins.KeyError", "KeyError: 'x'", "程序出错"),
    ],
)
def test_an_error_is_said_in_a_sentence(kind, line, said):
    assert said in errors.in_words(kind, line)
    assert "KeyError" not in errors.in_words(kind, line)


def test_the_queries_of_the_page_do_not_grow_with_the_jobs(enter, django_assert_max_num_queries):
    for _ in range(40):
        jobs.enqueue(prune)
    schedule.run_due()
    browser = enter("system")
    with django_assert_max_num_queries(22):
        assert browser.get(JOBS).status_code == 200
