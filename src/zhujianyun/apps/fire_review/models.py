"""What 消防审验 remembers beside its cases (消防审验的表): orders to stop using a building.

Cases, papers, clocks and draws are the kernel's. Inspectors are not a table: whoever holds the role
of inspector at the office on the day is in the pool.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class StopUseOrder(models.Model):
    """An order to stop using a work that failed its spot check (责令停止使用).

    Follows from the failed check and is lifted by the passed re-check, never by hand. The event
    numbers are those of the journal: the same event twice makes one order.
    """

    case = models.ForeignKey(
        "case.Case", models.PROTECT, related_name="stop_use_orders", verbose_name="备案办件"
    )
    number = models.CharField("决定书文号", max_length=120, unique=True)
    reason = models.TextField("不合格事项", blank=True, default="")
    ordered_at = models.DateTimeField("责令时间")
    ordered_on = models.DateField("责令日")
    ordered_event = models.BigIntegerField("责令留痕号", unique=True)
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lifted_on = models.DateField("解除日", null=True, blank=True)
    lifted_event = models.BigIntegerField("解除留痕号", null=True, blank=True, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "停止使用决定"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(lifted_on=None), name="stop_use_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(lifted_on=None) | Q(lifted_on__gte=F("ordered_on")), name="stop_use_days_in_order"
            ),
        ]

    DRILL = (
        ("决定书文号", "number"), ("备案办件", "case__number"), ("标题", "case__title"), ("不合格事项", "reason"),
        ("责令日", "ordered_on"), ("解除日", "lifted_on"),
    )  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The page of its case (备案办件页面)."""
        return self.case.get_absolute_url()

    @property
    def in_force(self) -> bool:
        """Whether the work may still not be used (是否在效)."""
        return self.lifted_on is None
