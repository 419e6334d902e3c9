"""What callers do with messages (提交、重发、取消): rows only; nothing goes out in the caller's time."""

from __future__ import annotations

import re
import uuid
from email.utils import parseaddr

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from zhujianyun.base import masks
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.base.jobs.models import machine_now
from zhujianyun.base.outbox import terms
from zhujianyun.base.outbox.models import Channel, Message, State, sealed

MAX_TEXT = 4000
_EMAIL = re.compile(r"[^@\s\"<>,;:\\]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
_PHONE = re.compile(r"\+?[0-9]{6,20}")
_ROBOT = re.compile(r"[\w.-]{1,60}")


def send(
    channel: str, *, to: str, title: str, text: str, link: str = "", key: str = "", secret: bool = False
) -> Message:
    """Hand a message over, in the caller's transaction (提交外发消息). The same key twice is the same message.

    Args:
        to: an address, a mobile number, or the name of a robot in settings.
        link: a path on this platform; the full address is made when the message goes out.
        secret: the content is destroyed as soon as it is out (验证码 and the like).

    Raises:
        RuleBroken: ``outbox.channel``, ``outbox.recipient``, ``outbox.text``.
    """
    to, title, text = to.strip(), " ".join(title.split())[:200], text.strip()
    _check(channel, to, text)
    key = key[:200] or f"{channel}:{uuid.uuid4().hex}"
    known = Message.objects.filter(key=key).first()
    if known is not None:
        return known
    row = Message(
        channel=channel,
        key=key,
        to_masked=masked(channel, to),
        to_hash=hashed(channel, to),
        title_masked=masks.free_text(title, "officer")[:200],
        body=sealed(key, to=to, title=title, text=text, link=link),
        is_secret=secret,
        state=State.QUEUED if is_on(channel) else State.HELD,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Message.objects.get(key=key)  # somebody was faster with the same key
    return row


def _check(channel: str, to: str, text: str) -> None:
    if channel not in Channel.values:
        raise RuleBroken(
            f"没有“{channel}”这个外发渠道，请用 {'、'.join(Channel.values)}。", rule="outbox.channel"
        )
    if not text or len(text) > MAX_TEXT:
        raise RuleBroken(f"消息正文应为 1 至 {MAX_TEXT} 字，请修改后再提交。", rule="outbox.text")
    shape, said = {
        Channel.EMAIL: (_EMAIL, "电子邮箱格式不正确，请填写完整的邮箱地址。"),
        Channel.SMS: (_PHONE, "手机号格式不正确，请只填数字。"),
    }.get(Channel(channel), (_ROBOT, "机器人名称不正确，请填写配置中的名称。"))
    if not shape.fullmatch(to) or (channel == Channel.EMAIL and parseaddr(to)[1] != to):
        raise RuleBroken(said, rule="outbox.recipient", channel=channel)


def is_on(channel: str) -> bool:
    """Whether a channel goes anywhere (渠道是否启用)."""
    return terms.name_of(channel) != "off"


def masked(channel: str, to: str) -> str:
    """A recipient as lists show him (收件人掩码)."""
    if channel == Channel.SMS:
        return masks.phone(to, "officer")
    if channel == Channel.EMAIL:
        name, _, host = to.partition("@")
        return f"{name[:1]}***@{host}"
    return to


def hashed(channel: str, to: str) -> str:
    """By which a recipient is found again without being named (收件人杂凑)."""
    return salted_hmac(f"outbox:{channel}", to.lower(), algorithm="sha256").hexdigest()


def resend(message: Message) -> Message:
    """Put a message that did not go out into the queue again, with fresh tries (重发).

    Raises:
        RuleBroken: ``outbox.off`` when its channel is off, ``outbox.destroyed`` when nothing is left to send.
        Conflict: ``outbox.state`` when it is under way or out already.
    """
    if not is_on(message.channel):
        raise RuleBroken(
            f"{message.get_channel_display()}渠道没有启用，请先在配置中启用后再重发。", rule="outbox.off"
        )
    again = (State.HELD, State.FAILED, State.CANCELLED, State.QUEUED)
    now = machine_now()
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message.pk)
        if row.state not in again:
            raise Conflict(f"消息{row.get_state_display()}，不能重发。请刷新页面查看。", rule="outbox.state")
        if not row.body:
            raise RuleBroken("消息内容已按规定销毁，不能重发，请重新办理。", rule="outbox.destroyed")
        row.state, row.attempts, row.next_try, row.last_error = State.QUEUED, 0, now, ""
        row.save(update_fields=["state", "attempts", "next_try", "last_error"])
    return row


def cancel(message: Message) -> Message:
    """Let a message that has not gone out never go (取消).

    Raises:
        Conflict: ``outbox.state`` when it is under way or out already.
    """
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message.pk)
        if row.state not in (State.HELD, State.QUEUED, State.FAILED):
            raise Conflict(f"消息{row.get_state_display()}，不能取消。请刷新页面查看。", rule="outbox.state")
        row.state = State.CANCELLED
        row.save(update_fields=["state"])
    return row
