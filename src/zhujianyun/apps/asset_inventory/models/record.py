"""The record of a system in the inventory (系统档案): purpose, users, contracts, contacts, data, documents.

The system itself, its network, cloud and links are the kernel's. Only what is not classified
(非涉密) may stand here: there is no place for a secret system, its name included.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhujianyun.base import clock


class Vendor(models.Model):
    """A firm that builds or looks after systems (承建运维单位)."""

    name = models.CharField("名称", max_length=120, unique=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "承建运维单位"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SystemRecord(models.Model):
    """What the inventory knows of one system (系统档案).

    ``gathered_on`` is the day on which the system was gathered into the inventory; it counts as
    gathered until it is retired or merged. ``level_filed_on`` is the day of the filing of its
    protection level; a system without it is a finding.
    """

    class Backup(models.TextChoices):
        NONE = "none", "无备份"
        LOCAL = "local", "本地备份"
        OFFSITE = "offsite", "异地备份"

    system = models.OneToOneField(
        "system.BusinessSystem", models.PROTECT, related_name="record", verbose_name="业务系统"
    )
    purpose = models.CharField("用途", max_length=300, blank=True, default="")
    users_who = models.CharField("使用对象", max_length=120, blank=True, default="")
    users_count = models.PositiveIntegerField("用户数", null=True, blank=True)
    address = models.CharField("访问地址", max_length=300, blank=True, default="")
    vendor = models.ForeignKey(
        Vendor, models.PROTECT, null=True, blank=True, related_name="records", verbose_name="承建运维单位"
    )
    backup = models.CharField("备份方式", max_length=10, choices=Backup.choices, default=Backup.NONE)
    level_filed_on = models.DateField("定级备案日", null=True, blank=True)
    level_number = models.CharField("备案证明编号", max_length=60, blank=True, default="")
    gathered_on = models.DateField("归集日")
    is_service = models.BooleanField("政务服务业务办理系统", default=False)
    docked_on = models.DateField("对接政务服务平台日", null=True, blank=True)
    reviewed_on = models.DateField("最近复核日", null=True, blank=True)
    note = models.TextField("备注", blank=True, default="")
    version = models.PositiveIntegerField("版本号", default=1)
    changed_at = models.DateTimeField("最近变更", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "系统档案"
        ordering = ["system__code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(docked_on=None) | Q(is_service=True), name="record_docks_service"
            ),
        ]

    DRILL = (
        ("代码", "system__code"), ("系统", "system__name"), ("责任单位", "system__owner__name"),
        ("状态", "state_zh"), ("归集日", "gathered_on"), ("上云日期", "system__cloud_since"),
        ("停用或合并日期", "system__retired_on"),
    )  # fmt: skip

    def __str__(self) -> str:
        return self.system.name

    def get_absolute_url(self) -> str:
        """The page of the system (系统页面)."""
        return f"/workbench/asset-inventory/systems/{self.system.code}/"

    @property
    def state_zh(self) -> str:
        """The state of the system in Chinese (状态)."""
        return self.system.get_state_display()


class Contract(models.Model):
    """A contract for building or looking after a system (合同); the amount is in fen."""

    system = models.ForeignKey(
        "system.BusinessSystem", models.PROTECT, related_name="contracts", verbose_name="业务系统"
    )
    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="contracts", verbose_name="承建运维单位")
    number = models.CharField("合同编号", max_length=80, unique=True)
    starts_on = models.DateField("起始日")
    ends_on = models.DateField("终止日")
    amount_fen = models.PositiveBigIntegerField("金额（分）")
    service_hours = models.CharField("服务时间", max_length=60, blank=True, default="")
    reports_incidents = models.BooleanField("约定安全事件报告义务", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "合同"
        ordering = ["-ends_on", "number"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="contract_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def yuan(self) -> str:
        """The amount in yuan, grouped, with fen (金额（元）)."""
        return f"{self.amount_fen // 100:,}.{self.amount_fen % 100:02}"


class Contact(models.Model):
    """Whom to call about a system (联系人): personal data, masked in lists, reading it is journalled."""

    system = models.ForeignKey(
        "system.BusinessSystem", models.PROTECT, related_name="contacts", verbose_name="业务系统"
    )
    part = models.CharField("职责", max_length=40)
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("电话", max_length=20, blank=True, default="")
    ended_on = models.DateField("停用日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联系人"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.part


class HeldData(models.Model):
    """A set of data that a system holds, with the names of its attributes (系统数据).

    ``attribute_key`` is the digest of the sorted, normalised names: two systems with the same key
    hold the same data.
    """

    system = models.ForeignKey(
        "system.BusinessSystem", models.PROTECT, related_name="held_data", verbose_name="业务系统"
    )
    name = models.CharField("数据名称", max_length=120)
    attributes = models.JSONField("信息项", default=list)
    attribute_key = models.CharField("信息项摘要", max_length=64, db_index=True)
    resource = models.ForeignKey(
        "resource.Resource",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="held_by",
        verbose_name="资源目录",
    )

    class Meta:
        verbose_name = verbose_name_plural = "系统数据"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["system", "name"], name="held_data_named_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A paper about a system (系统文档): a file of the store under a title."""

    system = models.ForeignKey(
        "system.BusinessSystem", models.PROTECT, related_name="documents", verbose_name="业务系统"
    )
    title = models.CharField("标题", max_length=120)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name="文件")
    added_at = models.DateTimeField("上传时间", default=clock.now)
    added_by = models.CharField("上传人", max_length=80, blank=True, default="")
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "系统文档"
        ordering = ["-added_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class LinkedSpan(models.Model):
    """A time in which a system counts as linked (互联互通区间): derived from its links by ``rules``.

    Half open: on ``until`` it no longer counts. Re-reckoned in the act that changes a link.
    """

    system = models.ForeignKey(
        "system.BusinessSystem", models.CASCADE, related_name="linked_spans", verbose_name="业务系统"
    )
    since = models.DateField("起始日")
    until = models.DateField("终止日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "互联互通区间"
        ordering = ["since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="linked_span_days_in_order"
            ),
            models.UniqueConstraint(fields=["system", "since"], name="linked_span_once"),
        ]

    DRILL = (
        ("代码", "system__code"), ("系统", "system__name"), ("责任单位", "system__owner__name"),
        ("起始日", "since"), ("终止日", "until"),
    )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.since} – {self.until or ''}"

    def get_absolute_url(self) -> str:
        """The page of the system (系统页面)."""
        return f"/workbench/asset-inventory/systems/{self.system.code}/"
