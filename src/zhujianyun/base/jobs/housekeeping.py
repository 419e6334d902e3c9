"""The jobs' own housekeeping (任务清理)."""

from __future__ import annotations

from zhujianyun.base.jobs.schedule import daily_at
from zhujianyun.base.jobs.terms import job
from zhujianyun.base.jobs.watching import prune


@daily_at("03:10")
@job(retries=1)
def clear_old_jobs() -> int:
    """清理 90 天前结束的任务."""
    return prune()
