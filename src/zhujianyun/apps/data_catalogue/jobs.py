"""What comes round by the clock in 资源目录 (资源目录计划任务)."""

from __future__ import annotations

from zhujianyun.base import jobs


@jobs.daily_at("03:10")
@jobs.job(zh="核查资源目录")
def look_nightly() -> str:
    """Judge every entry by the rules of the new day (夜间核查)."""
    from zhujianyun.apps.data_catalogue.actions import finding

    new, gone = finding.look_everywhere()
    return f"新发现 {new} 条，消除 {gone} 条"
