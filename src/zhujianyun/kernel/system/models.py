"""What is remembered of a business system (业务系统): who answers for it, where it runs, what it is tied to.

Networks, clouds and links are spoken of by more than one app (inventory, security, exchange), so they
stand here; vendors, contracts, probes and findings are the inventory's own tables.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office


class Network(models.Model):
    """A network on which systems run (网络): the Internet, the government's own, a special one of a trade."""

    class Kind(models.TextChoices):
        INTERNET = "internet", "互联网"
        GOVERNMENT = "government", "政务外网"
        SPECIAL = "special", "业务专网"
        LOCAL = "local", "局域网"

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    joined_on = models.DateField("打通日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "网络"
        ordering = ["code"]

    DRILL = (("代码", "code"), ("名称", "name"), ("类别", "get_kind_display"), ("打通日", "joined_on"))

    def __str__(self) -> str:
        return self.name


class Cloud(models.Model):
    """A cloud or data centre that hosts systems (云平台)."""

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120)
    provider = models.CharField("提供单位", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "云平台"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


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
        RETIRED = "retired", "停用"
        MERGED = "merged", "已合并"

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Office, models.PROTECT, related_name="systems", verbose_name="责任单位")
    authority = models.CharField("数据权属", max_length=10, choices=Authority.choices)
    protection_level = models.PositiveSmallIntegerField("等保级别", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    registered_at = models.DateTimeField("登记时间", default=clock.now)
    retired_on = models.DateField("停用或合并日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name="承接系统"
    )
    network = models.ForeignKey(
        Network, models.PROTECT, null=True, blank=True, related_name="systems", verbose_name="所在网络"
    )
    cloud = models.ForeignKey(
        Cloud, models.PROTECT, null=True, blank=True, related_name="systems", verbose_name="所在云"
    )
    cloud_since = models.DateField("上云日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "业务系统"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(protection_level=None) | Q(protection_level__range=(1, 5)),
                name="system_protection_level",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["retired", "merged"], retired_on__isnull=False)
                | (~Q(state__in=["retired", "merged"]) & Q(retired_on=None)),
                name="system_retired_has_day",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged", successor__isnull=False) | ~Q(state="merged"))
                & (Q(successor=None) | ~Q(successor=F("id"))),
                name="system_merged_into_another",
            ),
            models.CheckConstraint(
                condition=Q(cloud_since=None) | Q(cloud__isnull=False), name="system_cloud_day_has_cloud"
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="system_is_named"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Being built or in use (未停用、未合并)."""
        return self.state in (self.State.BUILDING, self.State.RUNNING)


class SystemLink(models.Model):
    """Something that flows from one system to another, from a day on (系统互联): interface, table, file, sign-on.

    For single sign-on the target is the system in which the user arrives signed in.
    """

    class Kind(models.TextChoices):
        INTERFACE = "interface", "接口"
        TABLE = "table", "库表"
        FILE = "file", "文件"
        SIGN_ON = "sign_on", "单点登录"

    source = models.ForeignKey(
        BusinessSystem, models.PROTECT, related_name="links_out", verbose_name="提供方"
    )
    target = models.ForeignKey(BusinessSystem, models.PROTECT, related_name="links_in", verbose_name="使用方")
    kind = models.CharField("方式", max_length=10, choices=Kind.choices)
    flows = models.CharField("传递内容", max_length=200)
    since = models.DateField("启用日")
    until = models.DateField("停用日", null=True, blank=True)  # that day it no longer flows
    noted_at = models.DateTimeField("登记时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "系统互联"
        ordering = ["since", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="system_link_two_ends"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="system_link_days_in_order"
            ),
            models.UniqueConstraint(
                fields=["source", "target", "kind", "flows"],
                condition=Q(until=None),
                name="system_link_live_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}（{self.get_kind_display()}）"
