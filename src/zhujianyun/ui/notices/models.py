"""What somebody was told, and how he wishes to be told (消息、消息偏好)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.ui.notices.kinds import CHOICES, OTHER


class Notice(models.Model):
    """One line in somebody's list (消息). What comes again under its key is renewed, not repeated."""

    account = models.ForeignKey(
        "access.Account", models.CASCADE, db_index=False, related_name="notices", verbose_name="账号"
    )
    kind = models.CharField("类别", max_length=20, choices=CHOICES, default=OTHER)
    key = models.CharField("消息标识", max_length=200)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("正文", blank=True, default="")
    url = models.CharField("链接", max_length=300, blank=True, default="")
    count = models.PositiveIntegerField("件数", default=1)
    at = models.DateTimeField("时间", default=clock.now)
    day = models.DateField("日期", default=clock.today)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="notice_key_once")]
        indexes = [
            models.Index(fields=["account", "-at", "-id"], name="notice_latest"),
            models.Index(fields=["account"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["account", "kind", "day"], name="notice_of_day"),
        ]

    def __str__(self) -> str:
        return self.title


class Preference(models.Model):
    """Which kinds of notices reach an account by which way (消息偏好); nothing said: in the page only."""

    account = models.OneToOneField(
        "access.Account", models.CASCADE, related_name="notice_preference", verbose_name="账号"
    )
    chosen = models.JSONField("选择", default=dict)  # kind → ["page", "email", "sms"]

    class Meta:
        verbose_name = verbose_name_plural = "消息偏好"
