"""Findings: what is wrong with entries and mounts by the rules, since when, and what was decided (目录问题)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class CatalogueFinding(models.Model):
    """A rule that an entry does not meet (目录问题): open from ``first_seen_on`` until ``closed_on``.

    ``key`` tells apart findings of one rule at one entry (an item, a mount). A finding that comes back
    is a new row. A waiver lets it rest until a day and says why; it stays open.
    """

    class Severity(models.TextChoices):
        HIGH = "high", "高"
        MEDIUM = "medium", "中"
        LOW = "low", "低"

    resource = models.ForeignKey(
        "resource.Resource", models.PROTECT, related_name="findings", verbose_name="资源目录"
    )
    rule = models.CharField("规则", max_length=40)
    key = models.CharField("对象", max_length=120, blank=True, default="")
    severity = models.CharField("程度", max_length=8, choices=Severity.choices)
    text = models.CharField("问题", max_length=300)
    remedy = models.CharField("怎么办", max_length=300)
    first_seen_on = models.DateField("首次发现")
    last_seen_on = models.DateField("最近发现")
    closed_on = models.DateField("消除日", null=True, blank=True)
    waived_until = models.DateField("豁免至", null=True, blank=True)
    waived_why = models.CharField("豁免理由", max_length=200, blank=True, default="")
    waived_by = models.CharField("豁免人", max_length=80, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "目录问题"
        ordering = ["first_seen_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "rule", "key"], condition=Q(closed_on=None), name="catalogue_finding_once"
            ),
            models.CheckConstraint(
                condition=Q(waived_until=None) | ~Q(waived_why=""), name="catalogue_waiver_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["rule"], condition=Q(closed_on=None), name="catalogue_finding_open")]

    DRILL = (
        ("资源目录", "resource__title"), ("提供方", "resource__provider__name"),
        ("程度", "get_severity_display"), ("问题", "text"), ("首次发现", "first_seen_on"),
        ("消除日", "closed_on"),
    )  # fmt: skip

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        """The page of the entry (目录页面)."""
        return f"/workbench/data-catalogue/entries/{self.resource_id}/#findings"
