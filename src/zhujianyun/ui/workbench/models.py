"""What the workbench remembers for an officer (工作台的个人设置与产物): views, columns, exports, bulk acts.

Nothing here is business: a case is changed by the engine only.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q

from zhujianyun.base import clock

KEPT_DAYS = 7


def new_token() -> str:
    """A name that cannot be guessed (随机名)."""
    return secrets.token_hex(16)


class SavedView(models.Model):
    """A list as an officer likes to open it (我的视图): the filters as they stand in the address."""

    account = models.ForeignKey(
        "access.Account", models.CASCADE, related_name="saved_views", verbose_name="账号"
    )
    name = models.CharField("名称", max_length=30)
    query = models.TextField("筛选条件", blank=True, default="")
    is_default = models.BooleanField("默认打开", default=False)
    place = models.PositiveIntegerField("次序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "我的视图"
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="saved_view_named_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(is_default=True), name="saved_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListSetting(models.Model):
    """How an officer likes the list to look (列表设置): columns in their order, lines per page."""

    account = models.OneToOneField(
        "access.Account", models.CASCADE, related_name="list_setting", verbose_name="账号"
    )
    columns = models.JSONField("列", default=list)
    per_page = models.PositiveIntegerField("每页行数", default=50)

    class Meta:
        verbose_name = verbose_name_plural = "列表设置"


class Export(models.Model):
    """Rows of the list taken away as a file (导出): whose, which, how many, until when."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        READY = "ready", "可下载"
        FAILED = "failed", "未完成"
        EXPIRED = "expired", "已过期"

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel 表格"
        CSV = "csv", "CSV 文本"

    account = models.ForeignKey("access.Account", models.PROTECT, related_name="exports", verbose_name="账号")
    token = models.CharField("文件标识", max_length=32, unique=True, default=new_token)
    format = models.CharField("格式", max_length=4, choices=Format.choices)
    query = models.TextField("筛选条件", blank=True, default="")
    said = models.TextField("筛选条件说明", blank=True, default="")
    columns = models.JSONField("列", default=list)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    rows = models.PositiveIntegerField("行数", default=0)
    job = models.CharField("任务", max_length=40, blank=True, default="")
    asked_at = models.DateTimeField("申请时间")
    ready_at = models.DateTimeField("生成时间", null=True, blank=True)
    error = models.CharField("未完成原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "导出"
        indexes = [models.Index(fields=["account", "-asked_at"], name="export_account_asked")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """The name under which it is saved (文件名)."""
        return f"办件-{clock.local(self.asked_at):%Y%m%d-%H%M}-{self.pk}.{self.format}"

    @property
    def path(self) -> Path:
        """Where the file lies until it expires (存放位置)."""
        return Path(settings.ZJY_EXPORTS) / f"{self.token}.{self.format}"

    @property
    def expires_at(self) -> datetime | None:
        """The instant after which it is gone (有效期至)."""
        return self.ready_at + timedelta(days=KEPT_DAYS) if self.ready_at else None


class BulkRun(models.Model):
    """One act on many cases, with what came of each (批量办理). The acts themselves are in the journal."""

    account = models.ForeignKey(
        "access.Account", models.PROTECT, related_name="bulk_runs", verbose_name="账号"
    )
    token = models.CharField("凭据", max_length=40)
    action_zh = models.CharField("动作", max_length=80)
    at = models.DateTimeField("办理时间")
    lines = models.JSONField("逐件结果", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "批量办理"
        constraints = [models.UniqueConstraint(fields=["account", "token"], name="bulk_run_once")]

    def __str__(self) -> str:
        return f"{self.action_zh} {self.at:%Y-%m-%d}"
