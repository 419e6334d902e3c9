"""What bridge watch remembers (桥梁台账)."""

from __future__ import annotations

from django.db import models


class Bridge(models.Model):
    """A city bridge (城市桥梁)."""

    code = models.CharField("桥梁编号", max_length=20, unique=True)
    name = models.CharField("桥名", max_length=100)
    city_code = models.CharField("城市", max_length=6, db_index=True)
    opened_on = models.DateField("通车日期")
    closed_on = models.DateField("封闭日期", null=True, blank=True)

    class Meta:
        verbose_name = "城市桥梁"
        verbose_name_plural = "城市桥梁"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"
