"""Services that the gateway publishes (共享服务), and the probes of them (可用性探测)."""

from __future__ import annotations

from django.db import models

from zhujianyun.base import clock
from zhujianyun.kernel.resource.models import Mount


class Service(models.Model):
    """A mount behind an address (共享服务): ``/r1/{instance}/GOV/{member}/{data|api}/{code}/…``."""

    code = models.SlugField("服务代码", max_length=60, unique=True)
    mount = models.OneToOneField(Mount, models.PROTECT, related_name="service", verbose_name="挂载资源")
    member = models.CharField("提供方代码", max_length=18)
    version = models.CharField("版本", max_length=12, default="v1")
    is_open = models.BooleanField("开放", default=True)
    opened_on = models.DateField("开通日期")
    closed_on = models.DateField("关闭日期", null=True, blank=True)
    paths = models.JSONField("可访问路径", default=list)
    methods = models.JSONField("可用方法", default=list)
    allow_private = models.JSONField("允许的内网网段", default=list)
    credential = models.CharField("调用凭据（密封）", max_length=600, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    changed_at = models.DateTimeField("变更时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "共享服务"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Probe(models.Model):
    """One look at whether a service answers (可用性探测): per service and day, how many were good."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="probes", verbose_name="服务")
    on = models.DateField("日期")
    good = models.PositiveIntegerField("成功次数", default=0)
    total = models.PositiveIntegerField("探测次数", default=0)
    history = models.BooleanField("历史数据", default=False)
    last_at = models.DateTimeField("最近探测", default=clock.now)
    last_why = models.CharField("最近失败原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "可用性探测"
        ordering = ["-on", "service"]
        constraints = [
            models.UniqueConstraint(fields=["service", "on", "history"], name="gateway_probe_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(good__lte=models.F("total")), name="gateway_probe_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.on}"
