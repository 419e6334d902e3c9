"""Probes, what they found, and day by day how often it was good (探测).

Single results are kept for some days only; the sums of a day are kept for ever and are exact, for
they are added to in the same transaction as the result.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhujianyun.base import clock


class AllowedRange(models.Model):
    """A range of private addresses that probes may reach (探测内网白名单)."""

    cidr = models.CharField("地址段", max_length=50, unique=True)
    reason = models.CharField("理由", max_length=200)
    added_by = models.CharField("登记人", max_length=80)
    added_at = models.DateTimeField("登记时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "探测内网白名单"
        ordering = ["cidr"]

    def __str__(self) -> str:
        return self.cidr


class Probe(models.Model):
    """A question asked of a system at intervals (探测项), with what is known of the answer now.

    ``failures`` counts failed probes in a row; the state goes down at the second one. ``next_at``
    says when it is due; a probe under way holds a lease until ``held_until``.
    """

    class Kind(models.TextChoices):
        HTTP = "http", "网页"
        TCP = "tcp", "端口"
        CERTIFICATE = "certificate", "证书"
        DNS = "dns", "域名"

    class State(models.TextChoices):
        UNKNOWN = "unknown", "未探测"
        UP = "up", "正常"
        DEGRADED = "degraded", "异常"
        DOWN = "down", "中断"

    system = models.ForeignKey(
        "system.BusinessSystem", models.PROTECT, related_name="probes", verbose_name="业务系统"
    )
    kind = models.CharField("类型", max_length=12, choices=Kind.choices)
    target = models.CharField("目标", max_length=300)  # URL, host:port or name
    expect_status = models.PositiveSmallIntegerField("应答状态", default=200)
    expect_text = models.CharField("应含文字", max_length=120, blank=True, default="")
    min_bytes = models.PositiveIntegerField("最小字节数", default=0)
    expect_address = models.CharField("应解析到", max_length=60, blank=True, default="")
    slow_ms = models.PositiveIntegerField("缓慢阈值（毫秒）", default=3000)
    every_seconds = models.PositiveIntegerField("间隔（秒）", default=300)
    timeout_seconds = models.PositiveSmallIntegerField("时限（秒）", default=10)
    is_on = models.BooleanField("启用", default=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.UNKNOWN)
    state_since = models.DateTimeField("状态起始", null=True, blank=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    last_at = models.DateTimeField("最近探测", null=True, blank=True)
    last_ms = models.PositiveIntegerField("最近用时（毫秒）", null=True, blank=True)
    last_text = models.CharField("最近结果", max_length=200, blank=True, default="")
    expires_on = models.DateField("证书到期日", null=True, blank=True)
    next_at = models.DateTimeField("下次探测", default=clock.now)
    held_until = models.DateTimeField("占用至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "探测项"
        ordering = ["system_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "target"], name="probe_asked_once"),
            models.CheckConstraint(
                condition=Q(every_seconds__gte=30) & Q(timeout_seconds__range=(1, 60)), name="probe_pace"
            ),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(is_on=True), name="probe_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target}"


class ProbeResult(models.Model):
    """One answer to one probe (探测结果); pruned after some days."""

    probe = models.ForeignKey(Probe, models.CASCADE, related_name="results", verbose_name="探测项")
    at = models.DateTimeField("时间")
    good = models.BooleanField("正常")
    ms = models.PositiveIntegerField("用时（毫秒）", null=True, blank=True)
    text = models.CharField("说明", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "探测结果"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["probe", "-at"], name="probe_result_at")]

    def __str__(self) -> str:
        return f"{clock.local(self.at):%Y-%m-%d %H:%M}"


class ProbeDay(models.Model):
    """How often a probe asked on a day and how often the answer was good (探测日汇总)."""

    probe = models.ForeignKey(Probe, models.CASCADE, related_name="days", verbose_name="探测项")
    day = models.DateField("日期")
    asked = models.PositiveIntegerField("探测次数")
    good = models.PositiveIntegerField("正常次数")
    worst_ms = models.PositiveIntegerField("最慢（毫秒）", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "探测日汇总"
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["probe", "day"], name="probe_day_once"),
            models.CheckConstraint(condition=Q(good__lte=F("asked")), name="probe_day_good_of_asked"),
        ]
        indexes = [models.Index(fields=["day"], name="probe_day_day")]

    DRILL = (
        ("系统", "probe__system__name"), ("探测项", "probe__target"), ("日期", "day"), ("探测次数", "asked"),
        ("正常次数", "good"),
    )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.day} {self.good}/{self.asked}"

    def get_absolute_url(self) -> str:
        """The page of the system (系统页面)."""
        return f"/workbench/asset-inventory/systems/{self.probe.system.code}/"
