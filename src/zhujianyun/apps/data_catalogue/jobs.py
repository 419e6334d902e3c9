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


@jobs.every(minutes=1)
@jobs.job(zh="与自治区平台交换")
def exchange_with_region() -> str:
    """Take receipts and drop what is built (上报交换); nothing while reporting is switched off."""
    from zhujianyun.apps.data_catalogue.actions import reporting

    if not reporting.has_place():
        return "没有启用上报"
    taken, dropped = reporting.exchange()
    return f"接收回执 {taken} 份，投递 {dropped} 批"


@jobs.daily_at("04:20")
@jobs.job(zh="上报资源目录")
def report_daily() -> str:
    """Build the package of the day when something is due and the last one is answered (每日上报)."""
    from zhujianyun.apps.data_catalogue.actions import reporting
    from zhujianyun.base.errors import Conflict
    from zhujianyun.kernel.access import SYSTEM

    if not reporting.has_place():
        return "没有启用上报"
    try:
        made = reporting.build(by=SYSTEM)
    except Conflict as waiting:
        return waiting.message_zh
    return f"第 {made.sequence} 批，{made.count} 条" if made else "没有变化"


@jobs.daily_at("00:05")
@jobs.job(zh="共享授权到期")
def expire_grants() -> str:
    """Mark what ran out at midnight and close its cases (授权到期); it served nothing from that instant."""
    from zhujianyun.apps.data_catalogue.actions import granting

    return f"到期 {granting.expire()} 个"
