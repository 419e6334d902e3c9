"""What is to go out and what became of it (外发消息的表)."""

from __future__ import annotations

from functools import cached_property

import orjson
from django.db import models

from zhujianyun.base import ciphers, clock
from zhujianyun.base.jobs.models import machine_now

LABEL = "outbox"  # of the sealing key


class Channel(models.TextChoices):
    """How a message goes out (渠道)."""

    EMAIL = "email", "电子邮件"
    SMS = "sms", "短信"
    WECOM = "wecom", "企业微信"
    DINGTALK = "dingtalk", "钉钉"


class State(models.TextChoices):
    """Where a message stands (状态)."""

    HELD = "held", "未外发"
    QUEUED = "queued", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已发送"
    SHOWN = "shown", "已展示"
    FAILED = "failed", "发送失败"
    CANCELLED = "cancelled", "已取消"


class Message(models.Model):
    """One message to one recipient (外发消息).

    Recipient and text lie sealed in ``body``; ``to_masked`` and ``title_masked`` are what lists show.
    ``next_try`` and ``tried_at`` are the machine's time: a neighbour does not follow the demo's clock.
    """

    channel = models.CharField("渠道", max_length=10, choices=Channel.choices)
    key = models.CharField("消息标识", max_length=200, unique=True)
    to_masked = models.CharField("收件人", max_length=200)
    to_hash = models.CharField("收件人杂凑", max_length=64)
    title_masked = models.CharField("标题", max_length=200)
    body = models.BinaryField("加密内容")
    is_secret = models.BooleanField("发出后销毁内容", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField("已尝试次数", default=0)
    next_try = models.DateTimeField("下次发送", default=machine_now)
    tried_at = models.DateTimeField("最近尝试", null=True, blank=True)
    token = models.CharField("发送凭据", max_length=32, blank=True, default="")
    last_error = models.CharField("最近错误", max_length=500, blank=True, default="")
    receipt = models.CharField("对方回执", max_length=200, blank=True, default="")
    created_at = models.DateTimeField("提交时间", default=clock.now)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "外发消息"
        indexes = [
            models.Index(fields=["state", "next_try"], name="outbox_due"),
            models.Index(fields=["channel", "to_hash", "tried_at"], name="outbox_recipient"),
            models.Index(fields=["-created_at", "-id"], name="outbox_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.to_masked}"

    @cached_property
    def opened(self) -> dict[str, str]:
        """Recipient, title, text and link in clear (明文内容); all empty once destroyed.

        Raises:
            RuleBroken: ``ciphers.seal.tag`` when the row was tampered with.
        """
        if not self.body:
            return dict.fromkeys(("to", "title", "text", "link"), "")
        return orjson.loads(ciphers.open_(LABEL, bytes(self.body), place(self.key)))

    @property
    def to(self) -> str:
        """The recipient in clear (收件人)."""
        return self.opened["to"]

    @property
    def title(self) -> str:
        """The title in clear (标题)."""
        return self.opened["title"]

    @property
    def text(self) -> str:
        """The text in clear (正文)."""
        return self.opened["text"]

    @property
    def link(self) -> str:
        """Where the message leads (链接)."""
        return self.opened["link"]


def place(key: str) -> bytes:
    """What the sealed body is bound to (密文所属): moved to another row it does not open."""
    return f"outbox_message:body:{key}".encode()


def sealed(key: str, *, to: str, title: str, text: str, link: str) -> bytes:
    """The body as it lies in the row (加密内容)."""
    plain = orjson.dumps({"to": to, "title": title, "text": text, "link": link})
    return ciphers.seal(LABEL, plain, place(key))
