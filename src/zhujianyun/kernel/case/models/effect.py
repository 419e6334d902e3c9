"""Effects carried out and cases offered (效果)."""

from __future__ import annotations

from django.db import models

from zhujianyun.kernel.case.models.case import Case


class EffectDone(models.Model):
    """The receipt of one effect of one event (效果回执): its uniqueness makes receivers idempotent."""

    event = models.BigIntegerField("留痕记录号")
    effect = models.CharField("效果", max_length=160)
    result = models.CharField("结果", max_length=20)  # done | unclaimed | failed
    detail = models.CharField("说明", max_length=300, blank=True, default="")
    attempts = models.PositiveIntegerField("次数", default=1)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "效果回执"
        constraints = [models.UniqueConstraint(fields=["event", "effect"], name="effect_done_once")]
        indexes = [
            models.Index(fields=["result"], condition=~models.Q(result="done"), name="effect_not_done")
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.effect}"


class Offered(models.Model):
    """A case that the applicant may start next, pre-filled (可申报事项)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="offered", verbose_name="来源办件")
    process = models.CharField("流程", max_length=60)
    facts = models.JSONField("预填要素", default=dict)
    event = models.BigIntegerField("留痕记录号", null=True, blank=True)
    taken = models.OneToOneField(
        Case, models.PROTECT, null=True, blank=True, related_name="taken_offer", verbose_name="已申报办件"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "可申报事项"

    def __str__(self) -> str:
        return f"{self.process} ← {self.case_id}"
