"""Jobs (任务与计划): work that a page must not wait for, and work that comes round by the clock.

A job is a module-level function under ``@jobs.job(retries=…, backoff=…)``; ``jobs.enqueue(fn, a=1)``
puts it into the queue *in the caller's transaction*: no commit, no job. Workers (``jobs.Loop``) take
jobs one by one, any number of workers on PostgreSQL or SQLite.

What a job may rely on, and what not
------------------------------------
A job runs **at least once**. A worker may be killed after the work and before the note that it is
done; then another worker runs the job again. Three ways to make that harmless:

1. ``@jobs.job(atomic=True)``: the function and the note that it is done are one transaction. Effects
   in the database happen exactly once. For jobs of seconds: SQLite has one writer.
2. ``with jobs.once("row:17") as first: if first: …`` inside a long job: each portion is one transaction
   together with its mark; a second run passes over the portions that are marked.
3. An effect outside the database (a message, a file) must be harmless twice: send a key along that the
   neighbour recognises, or write the same file under the same name.

A worker that was taken for dead and comes back cannot spoil anything: ``once``, ``progress`` and the
note at the end check that the job is still his, and stop it if not (``Superseded``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhujianyun.base.jobs.loop import Loop
    from zhujianyun.base.jobs.orphans import sweep
    from zhujianyun.base.jobs.outcomes import Cancelled, Stopped, Superseded, WorkerLost
    from zhujianyun.base.jobs.running import once, progress, run_ready
    from zhujianyun.base.jobs.schedule import daily_at, every, run_due
    from zhujianyun.base.jobs.terms import enqueue, job
    from zhujianyun.base.jobs.watching import JobState, cancel, prune, recent, retry, state_of, states

_HOMES = {
    "Loop": "loop",
    "sweep": "orphans",
    "Cancelled": "outcomes",
    "Stopped": "outcomes",
    "Superseded": "outcomes",
    "WorkerLost": "outcomes",
    "once": "running",
    "progress": "running",
    "run_ready": "running",
    "daily_at": "schedule",
    "every": "schedule",
    "run_due": "schedule",
    "enqueue": "terms",
    "job": "terms",
    "JobState": "watching",
    "cancel": "watching",
    "prune": "watching",
    "recent": "watching",
    "retry": "watching",
    "state_of": "watching",
    "states": "watching",
}
__all__ = [
    "Cancelled",
    "JobState",
    "Loop",
    "Stopped",
    "Superseded",
    "WorkerLost",
    "cancel",
    "daily_at",
    "enqueue",
    "every",
    "job",
    "once",
    "progress",
    "prune",
    "recent",
    "retry",
    "run_due",
    "run_ready",
    "state_of",
    "states",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """The public names, loaded on first use: Django imports this package before models may be."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
