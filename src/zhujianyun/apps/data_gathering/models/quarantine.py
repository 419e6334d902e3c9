"""Rows that were not let in (隔离行)."""

from __future__ import annotations

from django.db import models

from zhujianyun.apps.data_gathering.models.batch import Batch


class QuarantinedRow(models.Model):
    """A row that broke a rule (隔离行): what it was, which rule, why. Sealed where rows are about persons."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="quarantine", verbose_name="批次")
    number = models.PositiveBigIntegerField("来源行序")
    column = models.CharField("列", max_length=60, blank=True)
    rule = models.CharField("规则", max_length=60)
    reason = models.CharField("原因", max_length=300)
    content = models.BinaryField("行内容")
    is_sealed = models.BooleanField("已加密", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "隔离行"
        ordering = ["batch", "number"]
        indexes = [models.Index(fields=["batch", "rule"], name="gathering_quarantine_rule")]

    def __str__(self) -> str:
        return f"{self.batch} 第 {self.number} 行：{self.reason}"
