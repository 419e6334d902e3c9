"""The words of a message as a channel takes them (消息成文)."""

from __future__ import annotations

from django.conf import settings

from zhujianyun.base.outbox.models import Message


def address(message: Message) -> str:
    """The full address behind a message's link (完整链接); empty without one."""
    if not message.link or "://" in message.link:
        return message.link
    return getattr(settings, "ZJY_BASE_URL", "").rstrip("/") + message.link


def plain(message: Message) -> str:
    """Text and link as plain text (纯文本)."""
    found = address(message)
    return f"{message.text}\n\n详情：{found}\n" if found else f"{message.text}\n"


def markdown(message: Message) -> str:
    """Title, text and link as the robots' Markdown (Markdown 文本); nothing in it can be markup of others."""
    title, text = (_escaped(part) for part in (message.title, message.text))
    found = address(message)
    return f"**{title}**\n\n{text}" + (f"\n\n[查看详情]({found})" if found else "")


def _escaped(text: str) -> str:
    for sign in "\\`*_[]<>#":
        text = text.replace(sign, f"\\{sign}")
    return text
