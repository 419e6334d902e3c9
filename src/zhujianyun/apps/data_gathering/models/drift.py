"""Changes of a source's columns (结构变更)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.resource.models import Dataset


class Drift(models.Model):
    """One difference between what a source has now and what the data set says (结构变更)."""

    class Kind(models.TextChoices):
        ADDED = "added", "新增列"
        REMOVED = "removed", "列消失"
        WIDENED = "widened", "放宽"
        NARROWED = "narrowed", "收窄"
        RETYPED = "retyped", "类型改变"
        KEY = "key", "主键改变"
        RENAMED = "renamed", "疑似改名"

    class State(models.TextChoices):
        OPEN = "open", "待确认"
        ACCEPTED = "accepted", "已确认"
        DISMISSED = "dismissed", "不采纳"
        GONE = "gone", "已消失"

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="drifts", verbose_name="数据集")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    column = models.CharField("列", max_length=120)
    before = models.JSONField("原结构", default=dict)
    after = models.JSONField("现结构", default=dict)
    text = models.CharField("说明", max_length=400)
    stops = models.BooleanField("停止归集", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField("发现时间", default=clock.now)
    seen_at = models.DateTimeField("最近发现", default=clock.now)
    decided_by = models.CharField("处理人", max_length=80, blank=True, default="")
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "结构变更"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "kind", "column"], condition=Q(state="open"), name="gathering_drift_once"
            )
        ]

    def __str__(self) -> str:
        return self.text
