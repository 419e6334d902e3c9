"""Applicants and whom they may act for (申请人·经办授权), one-time codes, failures."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.subject.models import Subject

OPEN = Q(closed_at=None)


def new_uid() -> str:
    """A number that says nothing about whom it belongs to (编号)."""
    return secrets.token_hex(10)


class Applicant(models.Model):
    """A person who applies in the hall (申请人); no account of the department, and no right of an officer.

    Identity number, telephone and mail lie sealed; the two indexes are keyed digests by which the row
    is found. ``stamp`` stands in every session: a new one ends them all.
    """

    uid = models.CharField("申请人编号", max_length=40, unique=True, default=new_uid)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="applicants", verbose_name="主体")
    id_index = models.CharField("身份证号索引", max_length=64)
    phone_index = models.CharField("手机号索引", max_length=64)
    id_sealed = models.BinaryField("身份证号（加密）")
    phone_sealed = models.BinaryField("手机号（加密）")
    email_sealed = models.BinaryField("电子邮箱（加密）", blank=True, default=b"")
    password = models.CharField("口令", max_length=200)
    former_passwords = models.JSONField("用过的口令", default=list, blank=True)
    password_set_at = models.DateTimeField("口令设置时间", default=clock.now)
    stamp = models.CharField("会话标记", max_length=40, default=new_uid)
    registered_at = models.DateTimeField("注册时间", default=clock.now)
    last_signed_in_at = models.DateTimeField("最近登录", null=True, blank=True)
    closed_at = models.DateTimeField("注销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申请人"
        constraints = [
            models.UniqueConstraint(fields=["id_index"], condition=OPEN, name="hall_one_open_per_id"),
            models.UniqueConstraint(fields=["phone_index"], condition=OPEN, name="hall_one_open_per_phone"),
        ]

    def __str__(self) -> str:
        return self.subject.name

    @property
    def key(self) -> str:
        """How the journal names this applicant (申请人标识)."""
        return f"applicant:{self.pk}"


class Agency(models.Model):
    """That a person may act for an enterprise (经办授权). Ended, never deleted."""

    class State(models.TextChoices):
        ASKED = "asked", "待核验"
        ACTIVE = "active", "有效"
        REFUSED = "refused", "未通过"
        ENDED = "ended", "已取消"

    applicant = models.ForeignKey(Applicant, models.PROTECT, related_name="agencies", verbose_name="申请人")
    enterprise = models.ForeignKey(Subject, models.PROTECT, related_name="agencies", verbose_name="企业")
    is_admin = models.BooleanField("企业管理员", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField("提出时间", default=clock.now)
    decided_at = models.DateTimeField("核验时间", null=True, blank=True)
    decided_by = models.CharField("核验人", max_length=80, blank=True, default="")
    ended_at = models.DateTimeField("取消时间", null=True, blank=True)
    reason = models.CharField("说明", max_length=400, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "经办授权"
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "enterprise"], condition=Q(state__in=["asked", "active"]),
                name="hall_one_agency_at_a_time",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["enterprise", "state"], name="hall_agency_enterprise")]

    def __str__(self) -> str:
        return f"{self.enterprise.name}（{self.get_state_display()}）"


class OneTimeCode(models.Model):
    """A code sent to a telephone or mailbox (一次性验证码): kept as a digest, used once."""

    token = models.CharField("凭据", max_length=40, unique=True, default=new_uid)
    purpose = models.CharField("用途", max_length=20)
    to_index = models.CharField("接收人索引", max_length=64)
    address_index = models.CharField("来源地址索引", max_length=64)
    digest = models.CharField("验证码摘要", max_length=64)
    sent_at = models.DateTimeField("发送时间", default=clock.now)
    expires_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "一次性验证码"
        indexes = [
            models.Index(fields=["to_index", "sent_at"], name="hall_code_to"),
            models.Index(fields=["address_index", "sent_at"], name="hall_code_from"),
        ]


class Failure(models.Model):
    """One failed attempt (失败记录): on an account or from an address, under a keyed digest of either."""

    scope = models.CharField("范围", max_length=12)
    index = models.CharField("索引", max_length=64)
    at = models.DateTimeField("时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "失败记录"
        indexes = [models.Index(fields=["scope", "index", "at"], name="hall_failure_at")]
