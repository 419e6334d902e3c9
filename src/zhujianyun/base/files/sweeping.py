"""The daily sweep of the file store (文件库清理)."""

from __future__ import annotations

from zhujianyun.base import jobs
from zhujianyun.base.files.store import sweep


@jobs.daily_at("03:20")
@jobs.job(retries=1)
def sweep_files() -> int:
    """清理无主文件."""
    return sweep()
