"""Rules about public data that the department issued (管理办法)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock


class RegulationIssued(models.Model):
    """A regulation that was issued (管理办法): its number, its day and its text."""

    number = models.CharField("文号", max_length=60, unique=True)
    title = models.CharField("名称", max_length=160)
    issuer = models.ForeignKey("access.Office", models.PROTECT, related_name="+", verbose_name="印发单位")
    issued_on = models.DateField("印发日期")
    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="正文"
    )
    summary = models.CharField("主要内容", max_length=300, blank=True)
    entered_at = models.DateTimeField("登记时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "管理办法"
        ordering = ["-issued_on", "number"]
        constraints = [
            models.CheckConstraint(condition=~Q(number="") & ~Q(title=""), name="regulation_is_named")
        ]

    DRILL = (("文号", "number"), ("名称", "title"), ("印发单位", "issuer__name"), ("印发日期", "issued_on"))

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"

    def get_absolute_url(self) -> str:
        """The list of regulations (管理办法列表)."""
        return "/workbench/data-catalogue/regulations/"
