"""One turn of gathering (归集批次)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.resource.models import Dataset

ACTIVE = ("queued", "running")


class Batch(models.Model):
    """One turn of gathering a data set (归集批次).

    Either ``source_count = landed + rejected + duplicate`` holds, or the batch is incomplete and nobody
    sees it. ``parts`` is what a new worker needs to go on after the old one was killed.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "排队"
        RUNNING = "running", "归集中"
        COMPLETE = "complete", "完成"
        INCOMPLETE = "incomplete", "不平，未发布"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    code = models.CharField("批次号", max_length=40, unique=True)
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="batches", verbose_name="数据集")
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.QUEUED)
    mode = models.CharField("归集方式", max_length=8)
    schema_version = models.PositiveIntegerField("结构版本")
    source_count = models.PositiveBigIntegerField("来源行数", null=True, blank=True)
    landed = models.PositiveBigIntegerField("入库行数", default=0)
    rejected = models.PositiveBigIntegerField("拒收行数", default=0)
    duplicate = models.PositiveBigIntegerField("重复行数", default=0)
    late = models.PositiveBigIntegerField("迟到行数", default=0)
    inserted = models.PositiveBigIntegerField("新增行数", null=True, blank=True)
    updated = models.PositiveBigIntegerField("变更行数", null=True, blank=True)
    deleted = models.PositiveBigIntegerField("删除行数", null=True, blank=True)
    rows = models.PositiveBigIntegerField("快照行数", null=True, blank=True)
    version = models.PositiveBigIntegerField("表版本", null=True, blank=True)
    min_key = models.JSONField("最小主键", default=list)
    max_key = models.JSONField("最大主键", default=list)
    digest = models.CharField("内容摘要值", max_length=64, blank=True, default="")
    cursor = models.CharField("时间戳终点", max_length=40, blank=True, default="")
    findings = models.JSONField("提示计数", default=dict)
    parts = models.JSONField("续传记录", default=dict)
    resumed = models.PositiveSmallIntegerField("续传次数", default=0)
    why = models.CharField("说明", max_length=500, blank=True, default="")
    rule = models.CharField("规则", max_length=60, blank=True, default="")
    job = models.CharField("任务编号", max_length=40, blank=True, default="")
    asked_by = models.CharField("发起人", max_length=80)
    cancel_asked_by = models.CharField("取消人", max_length=80, blank=True, default="")
    asked_at = models.DateTimeField("发起时间", default=clock.now)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    taken_at = models.DateTimeField("取数时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "归集批次"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["dataset", "-id"], name="gathering_batch_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset"], condition=Q(state__in=ACTIVE), name="gathering_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="complete")
                | Q(source_count=models.F("landed") + models.F("rejected") + models.F("duplicate")),
                name="gathering_complete_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_active(self) -> bool:
        """Whether it still waits or runs (是否进行中)."""
        return self.state in ACTIVE

    @property
    def read(self) -> int:
        """Rows read so far (已取行数)."""
        return self.landed + self.rejected + self.duplicate

    @property
    def shares(self) -> list[dict[str, Any]]:
        """What became of the rows, in per cent of the source (去向占比)."""
        whole = max(self.source_count or 0, self.read) or 1
        kinds = (("landed", "入库"), ("rejected", "拒收"), ("duplicate", "重复"))
        told, start = [], 0.0
        for name, zh in kinds:
            rows = getattr(self, name)
            told.append({"name": name, "zh": zh, "rows": rows, "start": start, "share": rows * 100 / whole})
            start += rows * 100 / whole
        return told
