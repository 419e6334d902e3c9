"""Calls that were made (调用): each with its proof, and their sum per grant and day (用量)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office


class Call(models.Model):
    """One call (调用), taken over from the log of a plane once, in the order of the log; never altered.

    Times are µs since 1970-01-01 UTC. ``entry`` is its leaf in the journal. An abort that comes later is
    a further row with ``kind`` abort and the same ``call_id``.
    """

    call_id = models.CharField("调用编号", max_length=40)
    kind = models.CharField("类别", max_length=5, default="call")  # call | abort
    at = models.DateTimeField("调用时间")
    on = models.DateField("日期")
    request_in = models.PositiveBigIntegerField("收到请求")
    request_out = models.PositiveBigIntegerField("转出请求", default=0)
    response_in = models.PositiveBigIntegerField("收到答复", default=0)
    response_out = models.PositiveBigIntegerField("送出答复", default=0)
    plane = models.CharField("通道", max_length=5)
    consumer = models.CharField("调用方标识", max_length=120)
    key = models.CharField("密钥编号", max_length=24, blank=True)
    service = models.CharField("服务代码", max_length=60, blank=True)
    grant = models.CharField("授权编号", max_length=40, blank=True)
    grant_version = models.PositiveIntegerField("授权版本", default=0)
    purpose = models.CharField("用途", max_length=120, blank=True)
    issue = models.CharField("办件编号", max_length=60, blank=True)
    method = models.CharField("方法", max_length=8)
    path = models.CharField("路径", max_length=400)
    status = models.PositiveSmallIntegerField("状态码")
    succeeded = models.BooleanField("成功")
    counted = models.BooleanField("计量")
    fault_code = models.CharField("错误代码", max_length=60, blank=True)
    fault_side = models.CharField("错误方", max_length=8, blank=True)
    fault_zh = models.CharField("错误说明", max_length=300, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    items = models.JSONField("信息项", default=list)
    request_bytes = models.PositiveBigIntegerField("请求字节", default=0)
    response_bytes = models.PositiveBigIntegerField("答复字节", default=0)
    dataset = models.CharField("数据集", max_length=60, blank=True)
    snapshot = models.BigIntegerField("快照版本", default=-1)
    first_key = models.CharField("首行主键", max_length=200, blank=True)
    last_key = models.CharField("末行主键", max_length=200, blank=True)
    subject_hash = models.CharField("查询对象摘要", max_length=64, blank=True)
    request_hash = models.CharField("请求摘要", max_length=88, blank=True)
    response_hash = models.CharField("答复摘要", max_length=88, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    is_test = models.BooleanField("测试", default=False)
    rest = models.JSONField("其他", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "调用"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["call_id", "kind"], name="gateway_call_once")]
        indexes = [
            models.Index(fields=["grant", "-id"], name="gateway_call_of_grant"),
            models.Index(fields=["service", "-id"], name="gateway_call_of_service"),
            models.Index(fields=["consumer", "-id"], name="gateway_call_of_consumer"),
            models.Index(fields=["dataset", "snapshot"], name="gateway_call_of_snapshot"),
            models.Index(
                fields=["subject_hash"], condition=~Q(subject_hash=""), name="gateway_call_of_subject"
            ),
            models.Index(fields=["on"], name="gateway_call_on"),
        ]

    def __str__(self) -> str:
        return self.call_id


class UsageDay(models.Model):
    """Calls per grant, service and day (用量): what the figures count.

    ``history`` marks what was taken over from the years before the platform, as sums without single calls.
    """

    on = models.DateField("日期")
    service = models.CharField("服务代码", max_length=60)
    service_title = models.CharField("服务名称", max_length=120)
    provider = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="提供方")
    consumer = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="使用方")
    system = models.CharField("使用系统", max_length=120, blank=True)
    grant = models.CharField("授权编号", max_length=40, blank=True)
    purpose = models.CharField("用途", max_length=120, blank=True)
    calls = models.PositiveBigIntegerField("计量次数", default=0)
    failed = models.PositiveBigIntegerField("失败次数", default=0)
    rows = models.PositiveBigIntegerField("行数", default=0)
    history = models.BooleanField("历史数据", default=False)
    changed_at = models.DateTimeField("更新时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "用量"
        ordering = ["-on", "service"]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "service", "consumer", "grant", "history"], name="gateway_usage_once"
            )
        ]
        indexes = [
            models.Index(fields=["consumer", "on"], name="gateway_usage_consumer"),
            models.Index(fields=["provider", "on"], name="gateway_usage_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.service}"


class LogPiece(models.Model):
    """How far a log file of a plane was taken over (日志接收进度)."""

    name = models.CharField("文件", max_length=120, unique=True)
    offset = models.PositiveBigIntegerField("已接收字节", default=0)
    lines = models.PositiveBigIntegerField("已接收行数", default=0)
    changed_at = models.DateTimeField("更新时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "日志接收进度"

    def __str__(self) -> str:
        return self.name
