"""Values that were put right (更正值): beside the gathered rows, which stay as they came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock


class Override(models.Model):
    """A value put right in one row (更正值): it holds until the source delivers the right one itself.

    ``row_key`` are the parts of the key as text, joined by a stroke when the key has several columns. A
    later correction of the same value is another row; ``ended_at`` closes the former. ``was`` is what
    stood there when the correction was made, as the reporter saw it; ``told`` are the offices that had read
    the row and were told.
    """

    class Ended(models.TextChoices):
        REPLACED = "replaced", "已被后来的更正取代"
        DELIVERED = "delivered", "数源已自行改正"

    dataset = models.ForeignKey(
        "resource.Dataset", models.PROTECT, related_name="overrides", verbose_name="数据集"
    )
    row_key = models.CharField("记录标识", max_length=200)
    column = models.CharField("列", max_length=60)
    was = models.CharField("原值", max_length=400, blank=True, default="")
    value = models.CharField("更正值", max_length=400)
    case_number = models.CharField("办件编号", max_length=60)
    made_at = models.DateTimeField("更正时间", default=clock.now)
    ended_at = models.DateTimeField("失效时间", null=True, blank=True)
    ended_why = models.CharField("失效原因", max_length=9, choices=Ended.choices, blank=True, default="")
    told = models.JSONField("已告知的使用方", default=list)  # codes of offices
    told_calls = models.PositiveBigIntegerField("取得过原值的调用", default=0)
    told_at = models.DateTimeField("告知时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "更正值"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "row_key", "column"], condition=Q(ended_at=None),
                name="override_in_force",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["case_number"], name="override_of_case")]

    def __str__(self) -> str:
        return f"{self.column}：{self.row_key}"
