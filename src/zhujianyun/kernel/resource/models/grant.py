"""Who may use what for which purpose (共享授权): made from a decision, never typed twice."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models.entry import Resource
from zhujianyun.kernel.resource.models.mount import Mount
from zhujianyun.kernel.system.models import BusinessSystem


class Grant(models.Model):
    """A grant (授权): consumer, mount, items, rows, masks, purpose, period and quota.

    ``row_filter`` is a list of {item, op, value}; ``masks`` maps item codes to kinds of
    ``base.masks``; ``quota`` is {per_second, per_day, total, lookups_per_hour}, absent or null means no limit of that
    kind; ``networks`` are CIDRs, empty means any. Access at a moment is the grant cut down to what
    the entry then offers: see ``resource.granting``.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "生效"
        SUSPENDED = "suspended", "暂停"
        REVOKED = "revoked", "撤销"
        EXPIRED = "expired", "到期"

    code = models.CharField("授权编号", max_length=40, unique=True)
    version = models.PositiveIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.ACTIVE)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="grants", verbose_name="资源")
    mount = models.ForeignKey(Mount, models.PROTECT, related_name="grants", verbose_name="挂载资源")
    consumer = models.ForeignKey(Office, models.PROTECT, related_name="grants", verbose_name="使用方")
    system = models.ForeignKey(
        BusinessSystem, models.PROTECT, null=True, blank=True, related_name="grants",
        verbose_name="使用系统",
    )  # fmt: skip
    items = models.JSONField("信息项", default=list)
    row_filter = models.JSONField("行范围", default=list)
    masks = models.JSONField("脱敏", default=dict)
    exact_lookup = models.JSONField("可精确查询的脱敏项", default=list)
    purpose = models.CharField("用途", max_length=120)
    legal_basis = models.CharField("使用依据", max_length=300)
    valid_from = models.DateTimeField("生效时间")
    valid_until = models.DateTimeField("失效时间")
    quota = models.JSONField("配额", default=dict)
    page_limit = models.PositiveIntegerField("每页上限", default=100)
    networks = models.JSONField("来源网段", default=list)
    case_number = models.CharField("办件编号", max_length=60, blank=True)
    is_test = models.BooleanField("测试用途", default=False)
    issued_at = models.DateTimeField("授权时间", default=clock.now)
    changed_at = models.DateTimeField("变更时间", default=clock.now)
    reason = models.CharField("变更原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "共享授权"
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="grant_ends_later"),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(legal_basis=""), name="grant_has_purpose_and_basis"
            ),
        ]
        indexes = [
            models.Index(fields=["consumer", "state"], name="grant_of_consumer"),
            models.Index(fields=["mount", "state"], name="grant_on_mount"),
        ]

    def __str__(self) -> str:
        return self.code
