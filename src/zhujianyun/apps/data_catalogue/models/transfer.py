"""What was reported to the region's platform and what it answered (上报): packages, records, receipts."""

from __future__ import annotations

from typing import Any

import orjson
from django.db import models
from django.db.models import F, Q

from zhujianyun.apps.data_catalogue.rules.transfer.records import Reported
from zhujianyun.base import clock


class TransferPackage(models.Model):
    """One package (上报批次): its bytes follow from its records, its number is never used again."""

    class State(models.TextChoices):
        BUILT = "built", "已组包"
        DROPPED = "dropped", "已投递"
        RECEIVED = "received", "已收讫"
        ACCEPTED = "accepted", "全部收录"
        PARTLY = "partly", "部分收录"
        REJECTED = "rejected", "退回"
        VOID = "void", "已作废"

    OPEN = (State.BUILT, State.DROPPED, State.RECEIVED)

    sequence = models.PositiveIntegerField("批次", unique=True)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.BUILT)
    built_at = models.DateTimeField("组包时间", default=clock.now)
    built_by = models.CharField("组包人", max_length=80)
    dropped_at = models.DateTimeField("投递时间", null=True, blank=True)
    received_at = models.DateTimeField("收讫时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    previous = models.CharField("上一批摘要值", max_length=64, blank=True, default="")
    digest = models.CharField("包摘要值", max_length=64, unique=True)
    size = models.PositiveBigIntegerField("字节数")
    signature = models.CharField("签名", max_length=300)
    signature_alg = models.CharField("签名算法", max_length=10)
    key_id = models.CharField("公钥指纹", max_length=16)
    count = models.PositiveIntegerField("记录数")
    accepted = models.PositiveIntegerField("收录", default=0)
    rejected = models.PositiveIntegerField("退回", default=0)
    reason = models.CharField("原因", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "上报批次"
        ordering = ["-sequence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted__lte=F("count"), rejected__lte=F("count"), count__gt=0),
                name="transfer_counts_fit",
            ),
            models.CheckConstraint(condition=~Q(state="void") | ~Q(reason=""), name="transfer_void_says_why"),
        ]

    def __str__(self) -> str:
        return f"第 {self.sequence} 批"

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited (待回执)."""
        return self.state in self.OPEN


class TransferRecord(models.Model):
    """One thing inside a package, as it was sent, and the verdict on it (上报记录)."""

    class Kind(models.TextChoices):
        ENTRY = "entry", "目录"
        MOUNT = "mount", "资源"
        GRANT = "grant", "授权"

    class State(models.TextChoices):
        PENDING = "pending", "待回执"
        ACCEPTED = "accepted", "已收录"
        REJECTED = "rejected", "退回"
        VOID = "void", "随批作废"

    package = models.ForeignKey(TransferPackage, models.PROTECT, related_name="records", verbose_name="批次")
    kind = models.CharField("类别", max_length=5, choices=Kind.choices)
    code = models.CharField("代码", max_length=60)
    title = models.CharField("名称", max_length=160)
    content = models.TextField("上报内容")  # canonical text: its bytes must not change with the database
    digest = models.CharField("内容摘要值", max_length=64)
    tries = models.PositiveSmallIntegerField("连续报送次数", default=1)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.PENDING)
    rule = models.CharField("退回规则", max_length=60, blank=True, default="")
    reason = models.CharField("退回原因", max_length=300, blank=True, default="")
    answered_at = models.DateTimeField("回执时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "上报记录"
        ordering = ["package", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["package", "kind", "code"], name="transfer_record_once"),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""), name="transfer_rejection_says_why"
            ),
        ]
        indexes = [models.Index(fields=["kind", "code", "-package"], name="transfer_last_of_thing")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.code}"

    @property
    def reported(self) -> Reported:
        """As the rules see it (上报内容)."""
        return Reported(self.kind, self.code, self.title, self.content)

    @property
    def told(self) -> dict[str, Any]:
        """The content, read (内容)."""
        return orjson.loads(self.content)


class TransferReceipt(models.Model):
    """A receipt that came, taken or refused (回执). Never altered: it is the other side's word."""

    package = models.ForeignKey(
        TransferPackage, models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name="批次"
    )
    name = models.CharField("文件名", max_length=160)
    digest = models.CharField("文件摘要值", max_length=64)
    kind = models.CharField("类别", max_length=8, blank=True, default="")
    stated_at = models.DateTimeField("出具时间", null=True, blank=True)
    looked_at = models.DateTimeField("查验时间", default=clock.now)
    accepted = models.PositiveIntegerField("收录", default=0)
    rejected = models.PositiveIntegerField("退回", default=0)
    rule = models.CharField("规则", max_length=60, blank=True, default="")
    refused = models.CharField("不采信的原因", max_length=300, blank=True, default="")
    text = models.TextField("原文", blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "上报回执"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["name", "digest"], name="transfer_receipt_file")]

    def __str__(self) -> str:
        return self.name
