"""Data sets gathered from the systems, and their snapshots (归集数据集与快照)."""

from __future__ import annotations

from django.db import models

from zhujianyun.base import clock
from zhujianyun.kernel.system.models import BusinessSystem


class Dataset(models.Model):
    """A table gathered from one system (归集数据集): where it lies, its columns and its key.

    ``columns`` is a list of {name, type, nullable}; types are text, integer, decimal, date, datetime
    and boolean. ``key`` names the columns that tell rows apart.
    """

    code = models.SlugField("代码", max_length=60, unique=True)
    title = models.CharField("名称", max_length=120)
    system = models.ForeignKey(
        BusinessSystem, models.PROTECT, related_name="datasets", verbose_name="来源系统"
    )
    columns = models.JSONField("列", default=list)
    key = models.JSONField("主键列", default=list)
    schema_version = models.PositiveIntegerField("结构版本", default=1)
    cadence_minutes = models.PositiveIntegerField("约定归集间隔（分钟）", default=1440)
    stopped_why = models.CharField("停止归集原因", max_length=300, blank=True)
    created_at = models.DateTimeField("登记时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "归集数据集"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class Snapshot(models.Model):
    """One complete state of a data set (数据快照): readers see complete ones only.

    ``version`` is the version of the Delta table; ``taken_at`` is when the source was read.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="snapshots", verbose_name="数据集")
    version = models.PositiveBigIntegerField("表版本")
    schema_version = models.PositiveIntegerField("结构版本")
    batch = models.CharField("批次", max_length=40, unique=True)
    rows = models.PositiveBigIntegerField("行数")
    digest = models.CharField("内容摘要值", max_length=64)
    taken_at = models.DateTimeField("取数时间")
    landed_at = models.DateTimeField("入库时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "数据快照"
        ordering = ["dataset", "-version"]
        constraints = [models.UniqueConstraint(fields=["dataset", "version"], name="snapshot_version_once")]
        indexes = [models.Index(fields=["dataset", "-landed_at"], name="snapshot_latest")]

    def __str__(self) -> str:
        return f"{self.dataset.code}@{self.version}"
