"""Where a data set comes from, and how it is fetched (数据源)."""

from __future__ import annotations

from django.db import models

from zhujianyun.base import clock
from zhujianyun.kernel.resource.models import Dataset


class Source(models.Model):
    """How one data set is fetched (数据源).

    ``place`` says where, in the words of the connector (path, table, url …) and without secrets;
    ``sealed_secret`` holds the password or token. ``subjects`` maps columns to subjects, or is empty.
    """

    class Kind(models.TextChoices):
        SQLITE = "sqlite", "SQLite"
        POSTGRESQL = "postgresql", "PostgreSQL／人大金仓"
        MYSQL = "mysql", "MySQL／MariaDB"
        ORACLE = "oracle", "Oracle"
        DM = "dm", "达梦"
        CSV = "csv", "CSV 文件"
        XLSX = "xlsx", "Excel 表格"
        JSON = "json", "JSON 文件"
        XML = "xml", "XML 文件"
        REST = "rest", "REST 接口"

    class Mode(models.TextChoices):
        FULL = "full", "全量"
        DIGEST = "digest", "摘要比对增量"
        CURSOR = "cursor", "时间戳增量"

    dataset = models.OneToOneField(
        Dataset, models.PROTECT, related_name="source", primary_key=True, verbose_name="数据集"
    )
    kind = models.CharField("接入方式", max_length=12, choices=Kind.choices)
    place = models.JSONField("接入参数", default=dict)
    sealed_secret = models.BinaryField("口令（加密）", default=b"", blank=True)
    mode = models.CharField("归集方式", max_length=8, choices=Mode.choices, default=Mode.FULL)
    cursor_column = models.CharField("时间戳列", max_length=60, blank=True, default="")
    overlap_minutes = models.PositiveIntegerField("重叠窗口（分钟）", default=60)
    full_every_days = models.PositiveSmallIntegerField("全量核对间隔（天）", default=7)
    rows_per_second = models.PositiveIntegerField("取数速率上限（行每秒，0 为不限）", default=0)
    holds_personal = models.BooleanField("含个人信息", default=False)
    subjects = models.JSONField("主体映射", default=dict, blank=True)
    is_on = models.BooleanField("按计划归集", default=True)
    next_at = models.DateTimeField("下次归集", default=clock.now)
    changed_at = models.DateTimeField("修改时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "数据源"
        ordering = ["dataset"]
        indexes = [models.Index(fields=["is_on", "next_at"], name="gathering_source_due")]

    def __str__(self) -> str:
        return f"{self.dataset}（{self.get_kind_display()}）"
