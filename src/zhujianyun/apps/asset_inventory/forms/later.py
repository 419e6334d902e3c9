"""Imports too large for a page to wait for (大表导入任务)."""

from __future__ import annotations

from zhujianyun.apps.asset_inventory.actions.importing import refuse
from zhujianyun.apps.asset_inventory.forms import importing
from zhujianyun.apps.asset_inventory.models import ImportRun
from zhujianyun.base import jobs
from zhujianyun.base.errors import PlatformError


@jobs.job(retries=1, zh="检查导入的台账文件")
def examine_later(run: int) -> str:
    """Read and judge a large file; running it twice gives the same rows (后台检查)."""
    found = ImportRun.objects.select_related("file", "by").get(pk=run)
    if found.state == ImportRun.State.READING:
        importing.examine(found, by=found.by.actor())
    return f"{found.total} 行"


@jobs.job(retries=1, atomic=True, zh="写入导入的台账")
def carry_out_later(run: int) -> str:
    """Write a large import, exactly once (后台写入)."""
    found = ImportRun.objects.select_related("file", "by").get(pk=run)
    if found.state == ImportRun.State.WRITING:
        try:
            importing.carry_out(found, by=found.by.actor())
        except PlatformError as error:  # somebody was faster: the person reads why on the page of the import
            refuse(found, [error.message_zh])
    return f"新增 {found.added}，更新 {found.changed}"
