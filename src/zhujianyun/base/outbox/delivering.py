"""Bringing messages out (投递): claim, send, note; one message at a time, each with a claim of its own.

Three steps, two transactions. A worker that is killed between sending and noting leaves the row as
发送中; after ``LEASE`` another takes it up again with the same key. So every channel delivers *at
least once*; where the other side knows the key (text messages, the Message-ID of an e-mail) a second
copy is recognised there, robots of WeCom and DingTalk know no key.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import OutsideFailed, PlatformError
from zhujianyun.base.jobs.models import machine_now
from zhujianyun.base.outbox import terms
from zhujianyun.base.outbox.models import Message, State

log = logging.getLogger("zhujianyun.outbox")
LEASE = timedelta(minutes=3)  # longer than any channel may take
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)
MOST_ATTEMPTS = 6  # 15 s, 30 s, 1, 2, 4 minutes
MOST_AT_ONCE = 50
LOOKED_AT = 10  # due rows per claim: those whose recipient must wait are put off
_OUT = (State.SENT, State.SHOWN, State.SENDING)


def deliver() -> int:
    """Bring out what is due (投递到期消息); how many were taken up. The worker's tick."""
    if not _due(machine_now()).exists():
        return 0
    _take_back()
    taken = 0
    while taken < MOST_AT_ONCE and (message := _claim()) is not None:
        _attempt(message)
        taken += 1
    return taken


def _due(now: datetime):  # type: ignore[no-untyped-def]
    return Message.objects.filter(state__in=(State.QUEUED, State.SENDING), next_try__lte=now)


def _take_back() -> None:
    """Messages whose sender vanished go back into the queue (收回中断的发送)."""
    lost = Message.objects.filter(state=State.SENDING, next_try__lte=machine_now())
    lost.update(state=State.QUEUED, token="", last_error="上次发送中断，可能已送达；已重新排队。")


def _claim() -> Message | None:
    """The next due message, marked as ours (领取一条)."""
    now = machine_now()
    with transaction.atomic():
        rows = Message.objects.filter(state=State.QUEUED, next_try__lte=now).order_by("next_try", "pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        for row in rows[:LOOKED_AT]:
            free_at = _free_at(row, now)
            if free_at is None:
                return _mark(row, now)
            row.next_try, row.last_error = free_at, "同一收件人发送过于频繁，已顺延。"
            row.save(update_fields=["next_try", "last_error"])
    return None


def _free_at(row: Message, now: datetime) -> datetime | None:
    """When the recipient may hear from us again (限频); none when at once."""
    count, seconds = limit_of(row.channel)
    window = timedelta(seconds=seconds)
    recent = Message.objects.filter(
        channel=row.channel, to_hash=row.to_hash, state__in=_OUT, tried_at__gt=now - window
    ).order_by("-tried_at")
    times = [at for at in recent.values_list("tried_at", flat=True)[:count] if at]
    return times[-1] + window if len(times) >= count else None


def limit_of(channel: str) -> tuple[int, int]:
    """So many messages to one recipient in so many seconds (收件人限频), from ``ZJY_OUTBOX_LIMITS``."""
    count, _, seconds = str(getattr(settings, "ZJY_OUTBOX_LIMITS", {}).get(channel, "20/60")).partition("/")
    return max(1, int(count)), int(seconds)


def _mark(row: Message, now: datetime) -> Message:
    row.state, row.token = State.SENDING, secrets.token_hex(16)
    row.attempts, row.tried_at, row.next_try = row.attempts + 1, now, now + LEASE
    row.save(update_fields=["state", "token", "attempts", "tried_at", "next_try"])
    return row


def _attempt(message: Message) -> None:
    """Send one claimed message and note what came of it (发送并记录)."""
    try:
        sent = terms.backend_of(message.channel)(message, terms.terms_of(message.channel))
    except OutsideFailed as error:
        _failed(message, error.message_zh, retriable=error.retriable)
    except PlatformError as error:
        _failed(message, error.message_zh, retriable=False)
    except Exception as error:  # noqa: BLE001 - whatever a channel does wrong stands on its message
        # The kind only: the text of an unforeseen error may hold an address or a credential.
        _failed(message, f"渠道出错（{type(error).__name__}）。", retriable=True)
    else:
        state = State.SHOWN if sent.shown else State.SENT
        kept = {"body": b""} if message.is_secret and not sent.shown else {}
        _note(message, state=state, sent_at=clock.now(), receipt=sent.receipt[:200], last_error="", **kept)


def _failed(message: Message, said_zh: str, *, retriable: bool) -> None:
    if retriable and message.attempts < MOST_ATTEMPTS:
        wait = min(FIRST_WAIT * 2 ** (message.attempts - 1), LONGEST_WAIT)
        _note(message, state=State.QUEUED, next_try=machine_now() + wait, last_error=said_zh[:500])
        return
    _note(message, state=State.FAILED, last_error=said_zh[:500])
    log.error("外发消息 %s 第 %s 次发送失败，不再重试", message.pk, message.attempts)


def _note(message: Message, **found: object) -> None:
    """Write down what came of it, unless the message was given to another (记录结果)."""
    mine = Message.objects.filter(pk=message.pk, state=State.SENDING, token=message.token)
    if not mine.update(token="", **found):
        log.warning("外发消息 %s 的结果来得太晚，已由他人接手", message.pk)
