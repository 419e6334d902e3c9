"""The job that builds a kind for the first time (建立检索索引)."""

from __future__ import annotations

from zhujianyun.base import jobs
from zhujianyun.ui.search import index, registry


@jobs.job(retries=5, zh="建立检索索引")
def build_kind(kind: str) -> int:
    """Build one kind as a whole (建立检索索引); 0 when its app is gone."""
    one = registry.get(kind)
    if one is None:
        return 0
    return index.rebuild([one], report=lambda _, count: jobs.progress(count, note=one.zh))[kind]
