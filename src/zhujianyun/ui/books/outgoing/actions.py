"""What the system officer does with messages (外发消息动作): read one in full, send again, take back."""

from __future__ import annotations

from django.db import transaction

from zhujianyun.base import outbox
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.outbox import Message
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor

MANAGE, READ_TEXT = "outbox.manage", "outbox.read_text"


def resend(message: Message, *, by: Actor, reason: str) -> Message:
    """Send a message again (重发).

    Raises:
        NotAllowed, RuleBroken, Conflict: see ``outbox.resend``; also without reason.
    """
    return _act("outbox.resend", outbox.resend, message, by, reason)


def cancel(message: Message, *, by: Actor, reason: str) -> Message:
    """Take a message back that has not gone out (取消).

    Raises:
        NotAllowed, RuleBroken, Conflict: see ``outbox.cancel``; also without reason.
    """
    return _act("outbox.cancel", outbox.cancel, message, by, reason)


def read_in_full(message: Message, *, by: Actor, purpose: str, source: str = "") -> dict[str, str]:
    """Recipient and text in clear; the journal knows before the reader does (查看全文).

    Raises:
        NotAllowed: without the permission.
        RuleBroken: without a purpose.
    """
    access.require(by, READ_TEXT)
    if len(purpose.strip()) < 4:
        raise RuleBroken("查看全文须写明目的，不少于 4 个字。", rule="outbox.purpose")
    journal.record_read(
        by.key, f"outbox:{message.pk}", ["to", "title", "text"], purpose.strip(), source=source
    )
    return message.opened


def _act(verb, change, message: Message, by: Actor, reason: str) -> Message:  # type: ignore[no-untyped-def]
    access.require(by, MANAGE)
    if not reason.strip():
        raise RuleBroken("请写明理由。", rule="outbox.reason")
    with transaction.atomic():
        before = message.state
        changed: Message = change(message)
        journal.record(
            verb, actor=by.key, object=("outbox", str(message.pk)), reason=reason.strip(),
            facts={"channel": message.channel, "to": message.to_masked, "from": before, "to_state": changed.state},
        )  # fmt: skip
    return changed
