"""What the system officer does with jobs (任务动作): retry, cancel, take orphans back, switch a plan."""

from __future__ import annotations

from django.db import transaction

from zhujianyun.base import jobs
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.base.jobs.models import Schedule
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor

MANAGE = "jobs.manage"


def retry(job_id: str, *, by: Actor) -> jobs.JobState:
    """Put a job that failed into the queue again (重试任务).

    Raises:
        NotAllowed, NotFound, Conflict: see ``jobs.retry``.
    """
    access.require(by, MANAGE)
    with transaction.atomic():
        state = jobs.retry(job_id)
        _told("jobs.retry", job_id, by, state.zh)
    return state


def cancel(job_id: str, *, by: Actor) -> jobs.JobState:
    """Ask a job to stop (取消任务).

    Raises:
        NotAllowed, NotFound: see ``jobs.cancel``.
    """
    access.require(by, MANAGE)
    with transaction.atomic():
        state = jobs.cancel(job_id, by=by.key)
        _told("jobs.cancel", job_id, by, state.zh)
    return state


def sweep(*, by: Actor) -> int:
    """Take orphans back now (收回孤儿任务); how many.

    Raises:
        NotAllowed: without the permission.
    """
    access.require(by, MANAGE)
    with transaction.atomic():
        count = jobs.sweep()
        journal.record("jobs.sweep", actor=by.key, object=("jobs", "orphans"), facts={"count": count})
    return count


def switch(pk: int, *, on: bool, by: Actor, reason: str) -> Schedule:
    """Switch a plan on or off (启停计划).

    Raises:
        NotAllowed: without the permission. NotFound: no such plan. RuleBroken: without reason.
    """
    access.require(by, MANAGE)
    if not reason.strip():
        raise RuleBroken("请写明启用或停用计划的理由。", rule="jobs.reason")
    with transaction.atomic():
        row = Schedule.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            raise NotFound("没有这个计划，请刷新页面查看。", rule="jobs.plan")
        row.enabled = on
        row.save(update_fields=["enabled"])
        journal.record(
            "jobs.switch_plan",
            actor=by.key,
            object=("plan", row.name),
            reason=reason.strip(),
            facts={"enabled": on},
        )
    return row


def _told(verb: str, job_id: str, by: Actor, zh: str) -> None:
    journal.record(verb, actor=by.key, object=("job", job_id), facts={"job": zh})
