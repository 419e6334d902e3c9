"""What is remembered of a resource (资源): a catalogued thing that is shared, with its fields.

Mounts, grants and quality come with the catalogue; here is what a name, a provider and a sharing
type mean (政务信息资源目录编制指南: 无条件共享、有条件共享、不予共享).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem


class Resource(models.Model):
    """A catalogued thing that is shared (资源).

    ``fields`` is a list of {name, zh, type, personal}. A resource that is not shared, or only under
    conditions, must say on which basis.
    """

    class Share(models.TextChoices):
        OPEN = "open", "无条件共享"
        CONDITIONAL = "conditional", "有条件共享"
        WITHHELD = "withheld", "不予共享"

    code = models.CharField("目录代码", max_length=60, unique=True)
    title = models.CharField("名称", max_length=120)
    provider = models.ForeignKey(Office, models.PROTECT, related_name="resources", verbose_name="提供单位")
    system = models.ForeignKey(
        BusinessSystem,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="resources",
        verbose_name="来源系统",
    )
    fields = models.JSONField("信息项", default=list)
    share = models.CharField("共享类型", max_length=12, choices=Share.choices, default=Share.CONDITIONAL)
    share_basis = models.CharField("共享条件或不予共享依据", max_length=300, blank=True)
    catalogued_at = models.DateTimeField("编目时间", default=clock.now)
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "资源"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__in=["open", "conditional", "withheld"]), name="resource_share_known"
            ),
            models.CheckConstraint(
                condition=Q(share="open") | ~Q(share_basis=""), name="resource_share_has_basis"
            ),
        ]

    def __str__(self) -> str:
        return self.title
