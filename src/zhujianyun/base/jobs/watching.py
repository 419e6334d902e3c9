"""Watching jobs (任务查看): where a job stands, in words; cancelling; clearing away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from zhujianyun.base.errors import Conflict, NotFound
from zhujianyun.base.jobs.models import JobRun, machine_now
from zhujianyun.base.jobs.outcomes import Cancelled, is_cancelled, path_of
from zhujianyun.base.jobs.terms import terms_of

_ZH = {
    TaskResultStatus.READY: "等待",
    TaskResultStatus.RUNNING: "运行中",
    TaskResultStatus.SUCCESSFUL: "完成",
    TaskResultStatus.FAILED: "失败",
}


@dataclass(frozen=True, slots=True)
class JobState:
    """Where a job stands (任务状态)."""

    id: str
    zh: str
    status: str
    status_zh: str
    attempts: int
    done: int
    total: int
    note: str
    error_zh: str
    worker_id: str
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    next_try_at: datetime | None
    cancel_asked_by: str

    @property
    def is_ended(self) -> bool:
        """Whether nothing more will happen (是否已结束)."""
        return self.status in (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)

    @property
    def percent(self) -> int | None:
        """How far it is, 0–100; none when the job does not say (完成百分比)."""
        return min(100, self.done * 100 // self.total) if self.total else None


def state_of(job_id: str) -> JobState:
    """Where a job stands (任务状态).

    Raises:
        NotFound: ``jobs.unknown``.
    """
    return _state(_row(job_id))


def recent(limit: int = 100) -> list[JobState]:
    """The latest jobs, newest first (最近任务)."""
    rows = DBTaskResult.objects.select_related("run").order_by("-enqueued_at")[:limit]
    return [_state(row) for row in rows]


def states(rows: Iterable[DBTaskResult]) -> list[JobState]:
    """Where some rows of the queue stand, in words (任务状态列表); select their ``run`` along."""
    return [_state(row) for row in rows]


def _row(job_id: str, *, lock: bool = False) -> DBTaskResult:
    rows = DBTaskResult.objects.select_for_update() if lock else DBTaskResult.objects.select_related("run")
    try:
        return rows.get(pk=job_id)
    except (DBTaskResult.DoesNotExist, ValidationError) as e:
        raise NotFound("没有这个任务，它可能已按保存期清理。", rule="jobs.unknown", job=job_id) from e


def _state(row: DBTaskResult) -> JobState:
    run = getattr(row, "run", None) or JobRun(task=row)
    waits = row.status == TaskResultStatus.READY and row.run_after != get_date_max()
    return JobState(
        id=str(row.pk),
        zh=terms_of(row.task_path).zh,
        status=row.status,
        status_zh=_status_zh(row, run),
        attempts=run.attempts,
        done=run.done,
        total=run.total,
        note=run.note,
        error_zh="" if row.status == TaskResultStatus.SUCCESSFUL else run.last_error,
        worker_id=run.worker_id,
        enqueued_at=row.enqueued_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        next_try_at=row.run_after if waits else None,
        cancel_asked_by=run.cancel_asked_by,
    )


def _status_zh(row: DBTaskResult, run: JobRun) -> str:
    if is_cancelled(row) and row.status == TaskResultStatus.FAILED:
        return "已取消"
    if row.status == TaskResultStatus.READY and run.attempts:
        return "等待重试"
    if row.status == TaskResultStatus.RUNNING and run.cancel_asked_by:
        return "正在取消"
    return _ZH[TaskResultStatus(row.status)]


def cancel(job_id: str, *, by: str) -> JobState:
    """Ask for a job to be cancelled (取消任务): at once when it waits, at its next note of progress when it runs.

    Args:
        by: the key of whoever asks, e.g. ``account:12``.
    """
    with transaction.atomic():
        row = _row(job_id, lock=True)
        run, _ = JobRun.objects.get_or_create(task=row)
        if row.status in (TaskResultStatus.READY, TaskResultStatus.RUNNING):
            run.cancel_asked_by = by
            run.save(update_fields=["cancel_asked_by"])
        if row.status == TaskResultStatus.READY:
            row.status, row.finished_at = TaskResultStatus.FAILED, machine_now()
            row.exception_class_path, row.traceback = path_of(Cancelled), f"由 {by} 取消"
            row.save(update_fields=["status", "finished_at", "exception_class_path", "traceback"])
    return state_of(job_id)


def retry(job_id: str) -> JobState:
    """Put a job that failed or was cancelled into the queue again, with fresh tries (重试任务).

    Raises:
        NotFound: ``jobs.unknown``.
        Conflict: ``jobs.not_failed`` when it waits, runs or is done.
    """
    with transaction.atomic():
        row = _row(job_id, lock=True)
        if row.status != TaskResultStatus.FAILED:
            raise Conflict(
                "只有失败或已取消的任务可以重试，请刷新页面查看。", rule="jobs.not_failed", job=job_id
            )
        row.status, row.finished_at, row.run_after = TaskResultStatus.READY, None, machine_now()
        row.exception_class_path = row.traceback = ""
        row.save(update_fields=["status", "finished_at", "run_after", "exception_class_path", "traceback"])
        JobRun.objects.filter(task=row).update(
            attempts=0, token="", last_error="", cancel_asked_by="", done=0, total=0, note=""
        )
    return state_of(job_id)


def prune(keep: timedelta = timedelta(days=90)) -> int:
    """Clear away jobs that ended long ago (清理旧任务); how many."""
    ended = DBTaskResult.objects.finished().filter(finished_at__lt=machine_now() - keep)
    return ended.delete()[1].get(DBTaskResult._meta.label, 0)
