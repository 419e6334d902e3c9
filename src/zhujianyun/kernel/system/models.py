"""What is remembered of a business system (业务系统): as much as a source of attributes needs.

The inventory (vendor, network, cloud, links, probes) adds its own tables beside this one.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office


class BusinessSystem(models.Model):
    """A business system of the department or of a neighbour (业务系统): the source of what we are told.

    ``authority`` names the field of government it speaks for; survivorship of attributes asks for it.
    """

    class Authority(models.TextChoices):
        HOUSING = "housing", "住建"
        MARKET = "market", "市场监管"
        REFORM = "reform", "发改"
        LABOUR = "labour", "人社"
        CIVIL = "civil", "民政"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        BUILDING = "building", "在建"
        RUNNING = "running", "在用"
        RETIRED = "retired", "下线"

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Office, models.PROTECT, related_name="systems", verbose_name="责任单位")
    authority = models.CharField("数据权属", max_length=10, choices=Authority.choices)
    protection_level = models.PositiveSmallIntegerField("等保级别", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    registered_at = models.DateTimeField("登记时间", default=clock.now)
    retired_on = models.DateField("下线日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "业务系统"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(protection_level=None) | Q(protection_level__range=(1, 5)),
                name="system_protection_level",
            ),
            models.CheckConstraint(
                condition=Q(state="retired", retired_on__isnull=False)
                | (~Q(state="retired") & Q(retired_on=None)),
                name="system_retired_has_day",
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="system_is_named"),
        ]

    def __str__(self) -> str:
        return self.name
