"""Corrections of single values (数据校核); the values that were put right lie with the data set."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock


class DataCorrection(models.Model):
    """A value that somebody says is wrong (数据校核): the content beside its case.

    Either an item of a row of an entry, or an attribute of a subject on which two systems do not agree
    (``subject``, ``attribute``). Values lie in the facts of the case, which are personal there.
    """

    class Source(models.TextChoices):
        CONSUMER = "consumer", "使用方"
        PERSON = "person", "当事人"
        CONFLICT = "conflict", "系统比对"

    case = models.OneToOneField("case.Case", models.PROTECT, related_name="correction", verbose_name="办件")
    source = models.CharField("来源", max_length=8, choices=Source.choices)
    resource = models.ForeignKey(
        "resource.Resource", models.PROTECT, null=True, blank=True, related_name="corrections",
        verbose_name="资源目录",
    )  # fmt: skip
    dataset = models.ForeignKey(
        "resource.Dataset", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="数据集"
    )
    row_key = models.CharField("记录标识", max_length=200)
    item = models.CharField("信息项", max_length=60)
    provider = models.ForeignKey("access.Office", models.PROTECT, related_name="+", verbose_name="数源单位")
    reporter = models.ForeignKey(
        "access.Office", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="报告单位"
    )
    subject = models.ForeignKey(
        "subject.Subject", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主体"
    )
    attribute = models.CharField("属性", max_length=40, blank=True, default="")
    systems = models.JSONField("不一致的系统", default=list)
    opened_at = models.DateTimeField("提出时间", default=clock.now)
    applied_event = models.BigIntegerField("更正留痕号", null=True, blank=True, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据校核"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resource__isnull=False) | (Q(subject__isnull=False) & ~Q(attribute="")),
                name="correction_names_a_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}（{self.row_key}）"

    def get_absolute_url(self) -> str:
        """Its page (校核页)."""
        return f"/workbench/data-catalogue/corrections/{self.pk}/"
