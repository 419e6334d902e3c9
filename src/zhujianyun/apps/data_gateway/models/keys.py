"""Keys of consumers' systems (访问密钥): shown once, kept as a digest."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem


class AccessKey(models.Model):
    """A key (密钥): two of one system may hold at once, so that it can be changed without a gap."""

    code = models.SlugField("编号", max_length=24, unique=True)
    digest = models.CharField("摘要值", max_length=64, unique=True)
    consumer = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="使用方")
    system = models.ForeignKey(
        BusinessSystem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="使用系统"
    )
    client = models.CharField("调用方标识", max_length=120)
    valid_from = models.DateTimeField("生效时间", default=clock.now)
    valid_until = models.DateTimeField("失效时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    reason = models.CharField("停用原因", max_length=300, blank=True)
    made_by = models.CharField("发放人", max_length=80)
    made_at = models.DateTimeField("发放时间", default=clock.now)
    note = models.CharField("备注", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "访问密钥"
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["consumer", "-made_at"], name="gateway_key_of_consumer")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="gateway_key_ends_later"
            )
        ]

    def __str__(self) -> str:
        return self.code
