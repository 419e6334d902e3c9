"""Orphans (孤儿任务): jobs that stand as running though their worker is gone.

On the same machine the truth is at hand: the process lives or it does not. A worker elsewhere is
taken for dead when nothing was heard of it for ``STALE``; one on this machine that lives but keeps
silent (stopped, hung) for ``HUNG``. SQLite has one writer, so a long transaction silences everybody
for a while: therefore silence alone does not count at once where the process can be seen.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from zhujianyun.base.jobs import hosts
from zhujianyun.base.jobs.models import JobRun, Worker, machine_now
from zhujianyun.base.jobs.outcomes import WorkerLost, path_of
from zhujianyun.base.jobs.terms import terms_of

log = logging.getLogger("zhujianyun.jobs")
STALE = timedelta(seconds=60)
HUNG = timedelta(minutes=10)


def is_lost(worker: Worker | None, now: datetime) -> bool:
    """Whether nobody can wait for this worker any longer (后台进程是否失联)."""
    if worker is None or worker.stopped_at is not None:
        return True
    silence = now - worker.seen_at
    if worker.host != hosts.here():
        return silence > STALE
    return silence > HUNG or not hosts.lives(worker.pid, worker.born)


def sweep(*, busy_with: str | None = None, worker_id: str = "") -> int:
    """Give orphans back to the queue, or up when they were tried too often (收回孤儿任务); how many.

    Args:
        worker_id: the worker that sweeps; a job that stands under his name while he is busy with
            another (or none) is an orphan too: the note of its end was lost.
        busy_with: the id of the job he is at.
    """
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, run__isnull=False)
    rows = list(running.select_related("run"))
    workers = Worker.objects.in_bulk({row.run.worker_id for row in rows})
    now, swept = machine_now(), 0
    for row in rows:
        run = row.run
        mine = run.worker_id == worker_id
        begun = row.started_at or now
        forgotten = mine and str(row.pk) != busy_with and begun < now - STALE
        if forgotten or (not mine and is_lost(workers.get(run.worker_id), now)):
            swept += _take_back(row, run.token)
    return swept


def _take_back(row: DBTaskResult, token: str) -> bool:
    """Take one orphan back, unless somebody was faster (收回一个)."""
    with transaction.atomic():
        mine = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING)
        held = list(
            mine.select_for_update(skip_locked=True).values_list("pk")
        )  # lock order: see Running.hold
        run = JobRun.objects.filter(pk=row.pk, token=token).first()
        if not held or run is None:
            return False
        terms = terms_of(row.task_path)
        error = f"后台进程 {run.worker_id} 中断"
        if run.attempts > terms.retries:
            mine.update(
                status=TaskResultStatus.FAILED,
                finished_at=machine_now(),
                exception_class_path=path_of(WorkerLost),
                traceback=f"{error}，已尝试 {run.attempts} 次，不再重试。",
            )
        else:
            mine.update(status=TaskResultStatus.READY, run_after=machine_now())
        run.token, run.last_error = "", error
        run.save(update_fields=["token", "last_error"])
    log.warning("任务 %s（%s）的后台进程 %s 已中断，任务已收回", terms.zh, row.pk, run.worker_id)
    return True
