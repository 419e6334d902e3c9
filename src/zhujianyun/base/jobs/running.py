"""Running jobs (任务运行): claim one, call it, note how it ended."""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from traceback import format_exception
from typing import Any

from django.db import OperationalError, connection, transaction
from django_tasks_db.compat import TaskResultStatus, normalize_json
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction, is_locked_database_exception

from zhujianyun.base.jobs import workers
from zhujianyun.base.jobs.models import JobMark, JobRun, machine_now
from zhujianyun.base.jobs.outcomes import Cancelled, Stopped, Superseded, path_of
from zhujianyun.base.jobs.terms import Terms, terms_of

log = logging.getLogger("zhujianyun.jobs")
_PROGRESS_EVERY = 1.0  # seconds between two notes of progress


@dataclass(slots=True)
class Running:
    """The run at hand (当前运行)."""

    row: DBTaskResult
    token: str
    attempts: int
    terms: Terms
    noted_at: float = field(default=float("-inf"))

    def hold(self) -> JobRun:
        """The row of this run, locked until the transaction ends (核对归属).

        Raises:
            Superseded: the job belongs to another worker now, or to nobody.
        """
        # Always the row of the queue first, then ours: one order of locks, no deadlock.
        list(DBTaskResult.objects.select_for_update().filter(pk=self.row.pk).values_list("pk"))
        run = JobRun.objects.filter(pk=self.row.pk, token=self.token).first()
        if run is None:
            raise Superseded(str(self.row.pk))
        return run


_current: ContextVar[Running | None] = ContextVar("zhujianyun_job", default=None)


def progress(done: int, total: int = 0, note: str = "") -> None:
    """Show how far the job is, and give way to a wish to cancel (报告进展).

    Outside a job it does nothing. At most one note a second is written. In an ``atomic`` job nobody
    sees the note before the end.

    Raises:
        Cancelled: somebody asked for it.
        Superseded: the job was given to another worker.
    """
    running = _current.get()
    if running is None or (
        monotonic() - running.noted_at < _PROGRESS_EVERY and not (total and done >= total)
    ):
        return
    running.noted_at = monotonic()
    with transaction.atomic():
        run = running.hold()
        if not run.cancel_asked_by:
            run.done, run.total, run.note = done, total, note[:200]
            run.save(update_fields=["done", "total", "note"])
            return
    raise Cancelled(f"由 {run.cancel_asked_by} 取消")


@contextlib.contextmanager
def once(key: str) -> Iterator[bool]:
    """A portion of a job as one transaction with its mark (部分只生效一次): true on the first time.

    Outside a job it is a plain transaction and always the first time.
    """
    running = _current.get()
    with transaction.atomic():
        if running is None:
            yield True
            return
        running.hold()
        _, first = JobMark.objects.get_or_create(task=running.row, key=key)
        yield first


def claim(worker_id: str) -> Running | None:
    """Take the next job that is ready (领取任务); no two workers get the same."""
    ready = DBTaskResult.objects.ready().filter(backend_name="default")
    if not ready.exists():  # an idle worker does not ask SQLite for its one pen
        return None
    try:
        with exclusive_transaction(ready.db):
            row = ready.get_locked()
            return _take(row, worker_id) if row is not None else None
    except OperationalError as e:
        if is_locked_database_exception(e):
            return None
        raise


def _take(row: DBTaskResult, worker_id: str) -> Running:
    row.claim(worker_id)
    run, _ = JobRun.objects.get_or_create(task=row)
    run.token, run.worker_id, run.attempts = uuid.uuid4().hex, worker_id, run.attempts + 1
    run.save()
    return Running(row, run.token, run.attempts, terms_of(row.task_path))


def execute(running: Running) -> None:
    """Call the function of a job and note how it ended (执行任务)."""
    mark = _current.set(running)
    try:
        _call(running)
    except Superseded:
        log.warning("任务 %s 已转交其他后台进程，本次运行作废", running.row.pk)
    except Stopped:
        connection.close()  # whatever it was in the middle of is undone
        give_back(running)
    except (Exception, SystemExit) as e:  # noqa: BLE001 - a job may fail in any way, the worker goes on
        fail(running, e)
    finally:
        _current.reset(mark)


def _call(running: Running) -> None:
    task, kwargs = running.row.task, running.row.args_kwargs
    with transaction.atomic() if running.terms.atomic else contextlib.nullcontext():
        value = normalize_json(task.call(*kwargs["args"], **kwargs["kwargs"]))
        _note(running, TaskResultStatus.SUCCESSFUL, return_value=value, finished_at=machine_now())


def _note(running: Running, status: str, *, count: bool = True, error: str = "", **columns: Any) -> None:
    """Write the state of a job, if it is still ours (登记结果)."""
    with transaction.atomic():
        run = running.hold()
        settled = DBTaskResult.objects.filter(pk=running.row.pk, status=TaskResultStatus.RUNNING)
        defaults = {"exception_class_path": "", "traceback": ""}
        settled.update(status=status, **(defaults | columns))
        run.token = ""
        run.attempts -= not count
        run.last_error = error or run.last_error
        run.save(update_fields=["token", "attempts", "last_error"])


def fail(running: Running, error: BaseException) -> None:
    """Note a failure: try again later, or give up visibly (登记失败)."""
    line = f"{type(error).__name__}: {error}"[:2000]
    columns: dict[str, Any] = {
        "exception_class_path": path_of(type(error)),
        "traceback": "".join(format_exception(error)),
    }
    again = running.attempts <= running.terms.retries and not isinstance(error, Cancelled)
    if again:
        columns["run_after"] = machine_now() + running.terms.wait(running.attempts)
        status = TaskResultStatus.READY
    else:
        columns |= {"finished_at": machine_now(), "return_value": None}
        status = TaskResultStatus.FAILED
    log.warning("任务 %s（%s）第 %s 次失败：%s", running.terms.zh, running.row.pk, running.attempts, line)
    try:
        _note(running, status, error=line, **columns)
    except Superseded:
        log.warning("任务 %s 已转交其他后台进程，失败不再登记", running.row.pk)


def give_back(running: Running) -> None:
    """Put a job back that the worker has no time for; the try does not count (退还任务)."""
    try:
        _note(running, TaskResultStatus.READY, count=False, run_after=machine_now())
    except Superseded:
        return


def run_ready(limit: int = 1_000_000) -> int:
    """Run the jobs that are ready, here and now (就地执行); how many.

    For tests and for the demo year; a job that fails waits for its next try.
    """
    worker, count = workers.register(), 0
    while count < limit and (running := claim(worker.id)) is not None:
        execute(running)
        count += 1
    workers.sign_off(worker.id)
    return count
