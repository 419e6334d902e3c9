"""How a job may end other than well (任务的非正常结束)."""

from __future__ import annotations

from collections.abc import Callable

from django_tasks_db.models import DBTaskResult


class Cancelled(Exception):
    """Somebody asked the job to stop, and it did (已取消)."""


class WorkerLost(Exception):
    """Its worker vanished more often than the job may be tried (后台进程中断)."""


class Superseded(BaseException):
    """The job was given to another worker; this run must not change anything more (已转交).

    Not an ``Exception``, so that a job's own ``except Exception`` does not swallow it.
    """


class Stopped(BaseException):
    """The worker is told to stop and cannot wait for the job any longer (后台进程停止)."""


def path_of(kind: type[BaseException] | Callable[..., object]) -> str:
    """The dotted path by which an outcome stands in the row of the job (类路径)."""
    return f"{kind.__module__}.{kind.__qualname__}"


def is_cancelled(row: DBTaskResult) -> bool:
    """Whether a job that ended did so because somebody asked (是否已取消)."""
    return row.exception_class_path == path_of(Cancelled)
