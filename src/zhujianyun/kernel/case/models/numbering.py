"""Number sequences and the numbers given up (编号)."""

from __future__ import annotations

from django.db import models


class NumberSequence(models.Model):
    """The last number given in one scope, e.g. 桂消备2020-450100-{seq:5} (编号序列)."""

    scope = models.CharField("范围", max_length=120, unique=True)
    last = models.PositiveIntegerField("已用至", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号序列"

    def __str__(self) -> str:
        return f"{self.scope} {self.last}"


class VoidedNumber(models.Model):
    """A number that will never be used, and why (作废编号): the only lawful gap."""

    scope = models.CharField("范围", max_length=120)
    seq = models.PositiveIntegerField("序号")
    reason = models.CharField("原因", max_length=200)
    by = models.CharField("经办", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "作废编号"
        constraints = [models.UniqueConstraint(fields=["scope", "seq"], name="voided_number_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.seq}"
