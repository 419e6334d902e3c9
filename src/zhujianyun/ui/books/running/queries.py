"""What is known of jobs, plans and workers (任务台账查询)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from zhujianyun.base import clock, jobs
from zhujianyun.base.jobs import orphans, schedule
from zhujianyun.base.jobs.models import Schedule, Worker, machine_now
from zhujianyun.base.jobs.terms import terms_of

STATES = {
    "waiting": ("等待", TaskResultStatus.READY), "running": ("运行中", TaskResultStatus.RUNNING),
    "failed": ("失败", TaskResultStatus.FAILED), "done": ("完成", TaskResultStatus.SUCCESSFUL),
}  # fmt: skip
TONES = {
    TaskResultStatus.READY: "waiting", TaskResultStatus.RUNNING: "working",
    TaskResultStatus.FAILED: "bad", TaskResultStatus.SUCCESSFUL: "settled",
}  # fmt: skip
TICKS_ZH = {
    "journal.follow": "封存与跟随", "indicator.beat": "指标心跳", "indicator.nightly": "指标夜间重算",
    "case.timers": "办件定时", "outbox.deliver": "外发投递", "journal.checkpoint": "签发检查点",
    "demo.clock": "演示时钟",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan and when it comes round (计划行)."""

    pk: int
    name: str
    zh: str
    plan_zh: str
    enabled: bool
    last: datetime
    next: datetime | None
    last_job: Any


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker and how its ticks fare (后台进程行)."""

    worker: Worker
    lost: bool
    faults: list[tuple[str, int, str]]


def listed(state: str) -> QuerySet[DBTaskResult]:
    """The jobs of the list, newest first (任务列表)."""
    found = DBTaskResult.objects.select_related("run").order_by("-enqueued_at")
    return found.filter(status=STATES[state][1]) if state in STATES else found


def counts() -> dict[str, int]:
    """How many jobs stand where (各状态任务数). One query."""
    found: Mapping[str, int] = dict(
        DBTaskResult.objects.values_list("status").annotate(n=Count("pk")).order_by()
    )
    return {name: found.get(status, 0) for name, (_, status) in STATES.items()}


def plans() -> list[PlanRow]:
    """The schedule with the next runs, soonest first (计划). One query."""
    known = {plan.name: plan for plan in schedule.plans()}
    now = clock.now()
    rows = [_plan(row, known.get(row.name), now) for row in Schedule.objects.all()]
    return sorted(rows, key=lambda row: (row.next is None, row.next or now, row.zh))


def _plan(row: Schedule, plan: schedule.Plan | None, now: datetime) -> PlanRow:
    following = plan.next_slot(now) if plan and row.enabled else None
    return PlanRow(
        row.pk,
        row.name,
        terms_of(row.name).zh,
        row.plan_zh,
        row.enabled,
        row.last_slot,
        following,
        row.last_job,
    )


def workers() -> list[WorkerRow]:
    """The workers heard of lately (后台进程). One query."""
    now = machine_now()
    rows = Worker.objects.order_by("stopped_at", "-seen_at")[:20]
    return [WorkerRow(row, orphans.is_lost(row, now), _faults(row)) for row in rows if row.stopped_at is None]


def _faults(row: Worker) -> list[tuple[str, int, str]]:
    return [
        (TICKS_ZH.get(name, name), report.get("failures", 0), report.get("error", ""))
        for name, report in sorted(row.ticks.items())
        if report.get("failures")
    ]


def orphaned() -> int:
    """How many jobs stand as running under a worker that is gone (孤儿任务数)."""
    rows = list(
        DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, run__isnull=False).select_related("run")
    )
    known = Worker.objects.in_bulk({row.run.worker_id for row in rows}) if rows else {}
    now = machine_now()
    return sum(orphans.is_lost(known.get(row.run.worker_id), now) for row in rows)


def lines(rows: list[DBTaskResult]) -> list[tuple[jobs.JobState, str]]:
    """Jobs with their colour (任务行)."""
    return [(state, TONES[TaskResultStatus(state.status)]) for state in jobs.states(rows)]
