"""Terms of a job (任务约定): how often it is tried, and how long between."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from django_tasks_db.compat import Task, task_backends

LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed about a job (任务约定).

    Args:
        retries: how often more after the first try.
        backoff: seconds before the first retry; doubles each time, an hour at most.
        atomic: the function and the note that it is done are one transaction.
        zh: what people call the job.
    """

    retries: int = 3
    backoff: float = 10.0
    atomic: bool = False
    zh: str = ""

    def wait(self, attempts: int) -> timedelta:
        """How long to wait after so many tries (退避时长)."""
        doubled = self.backoff * 2 ** min(max(attempts - 1, 0), 20)
        return min(timedelta(seconds=doubled), LONGEST_WAIT)


_terms: dict[str, Terms] = {}


def job(
    function: Callable[..., Any] | None = None,
    *,
    retries: int = 3,
    backoff: float = 10.0,
    atomic: bool = False,
    zh: str = "",
    priority: int = 0,
) -> Any:
    """Make a module-level function a job (声明任务). See the package for what a job may rely on."""

    def declare(inner: Callable[..., Any]) -> Task:
        task: Task = task_backends["default"].task_class(func=inner, priority=priority)
        name = zh or (inner.__doc__ or inner.__name__).strip().splitlines()[0].rstrip(".")
        _terms[task.module_path] = Terms(retries, backoff, atomic, name)
        return task

    return declare(function) if function else declare


def terms_of(path: str) -> Terms:
    """The terms of the job at a dotted path; the usual ones for a task that was not declared by us."""
    if path not in _terms:
        with contextlib.suppress(ImportError):  # an app that is gone: its jobs still have rows
            import_module(path.rpartition(".")[0])
    return _terms.get(path) or Terms(zh=path.rpartition(".")[2])


def enqueue(task: Task, **arguments: Any) -> str:
    """Put a job into the queue, in the caller's transaction (任务入队); its id.

    Later or with more urgency: ``jobs.enqueue(fn.using(run_after=…, priority=…), …)``.
    """
    return str(task.enqueue(**arguments).id)
