"""Requests for shared data, item by item: what was asked, what was decided (共享申请)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhujianyun.base import clock

MODES = [("table", "库表查询"), ("api", "接口调用"), ("file", "文件下载")]


class SharingRequest(models.Model):
    """A request of a consumer for items of one entry (共享申请): the content beside its case.

    ``networks`` are CIDRs; ``row_filter`` is the typed grammar of ``kernel.resource.filters``. What was
    decided stands here and in the items; the grant is compiled from it at delivery. ``version`` grows
    with every saving, so that the slower of two is told.
    """

    case = models.OneToOneField("case.Case", models.PROTECT, related_name="sharing", verbose_name="办件")
    resource = models.ForeignKey(
        "resource.Resource", models.PROTECT, related_name="requests", verbose_name="资源目录"
    )
    consumer = models.ForeignKey("access.Office", models.PROTECT, related_name="+", verbose_name="使用方")
    system = models.ForeignKey(
        "system.BusinessSystem", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="使用系统",
    )  # fmt: skip
    applied_by = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="申请人")
    legal_basis = models.CharField("使用依据", max_length=300)
    scenario = models.CharField("使用场景", max_length=300)
    scope = models.CharField("使用范围", max_length=300)
    mode = models.CharField("共享方式", max_length=5, choices=MODES)
    valid_from = models.DateField("使用时限（起）")
    valid_to = models.DateField("使用时限（止）")
    calls_per_day = models.PositiveIntegerField("日调用量")
    responsible = models.CharField("责任人", max_length=60)
    responsible_phone = models.CharField("责任人电话", max_length=20, blank=True)
    networks = models.JSONField("来源网段", default=list)
    row_filter = models.JSONField("申请的行范围", default=list)
    is_test = models.BooleanField("测试用途", default=False)
    granted_filter = models.JSONField("同意的行范围", default=list)
    per_second = models.PositiveIntegerField("每秒上限", default=10)
    page_limit = models.PositiveIntegerField("每页上限", default=100)
    grant = models.OneToOneField(
        "resource.Grant", models.PROTECT, null=True, blank=True, related_name="sharing_request",
        verbose_name="授权",
    )  # fmt: skip
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals", verbose_name="续期自"
    )
    version = models.PositiveIntegerField("保存次数", default=1)
    opened_at = models.DateTimeField("申请时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "共享申请"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="request_ends_later"),
            models.CheckConstraint(
                condition=~Q(legal_basis="") & ~Q(scenario="") & ~Q(scope=""), name="request_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer}申请{self.resource}"

    def get_absolute_url(self) -> str:
        """Its page (共享申请页)."""
        return f"/workbench/data-catalogue/requests/{self.pk}/"


class RequestItem(models.Model):
    """One item of a request: asked and decided (申请信息项).

    Nothing can be granted that was not asked: the decision is written on the row of the asking.
    ``mask`` is a kind of ``base.masks``; empty where nothing is masked.
    """

    class Decision(models.TextChoices):
        OPEN = "", "未定"
        GRANTED = "granted", "同意"
        WITHHELD = "withheld", "不同意"

    request = models.ForeignKey(SharingRequest, models.PROTECT, related_name="items", verbose_name="申请")
    code = models.CharField("信息项代码", max_length=60)
    zh = models.CharField("信息项", max_length=120)
    sensitivity = models.CharField("敏感程度", max_length=10, blank=True, default="")
    asked_per_day = models.PositiveIntegerField("申请日用量")
    asked_until = models.DateField("申请使用至")
    decision = models.CharField("决定", max_length=8, choices=Decision.choices, blank=True, default="")
    granted_per_day = models.PositiveIntegerField("同意日用量", null=True, blank=True)
    granted_until = models.DateField("同意使用至", null=True, blank=True)
    mask = models.CharField("脱敏", max_length=12, blank=True, default="")
    exact_lookup = models.BooleanField("可按原值精确查询", default=False)
    why = models.CharField("理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "申请信息项"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "code"], name="request_item_once"),
            models.CheckConstraint(
                condition=~Q(decision="granted")
                | (
                    Q(granted_per_day__gte=1)
                    & Q(granted_per_day__lte=F("asked_per_day"))
                    & Q(granted_until__lte=F("asked_until"))
                ),
                name="request_item_within_asked",
            ),
            models.CheckConstraint(
                condition=~Q(decision="withheld") | ~Q(why=""), name="request_item_withheld_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zh}（{self.code}）"
