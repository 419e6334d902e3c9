"""Clearing old messages away (清理旧消息): rows that ended long ago, half a year by default."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from zhujianyun.base import clock, jobs
from zhujianyun.base.outbox.models import Message, State

ENDED = (State.SENT, State.SHOWN, State.CANCELLED, State.HELD)


@jobs.daily_at("03:40")
@jobs.job(zh="清理旧的外发消息")
def prune() -> int:
    """Delete messages that ended more than ``ZJY_OUTBOX_KEEP_DAYS`` ago (清理外发消息); how many."""
    keep = timedelta(days=getattr(settings, "ZJY_OUTBOX_KEEP_DAYS", 183))
    old = Message.objects.filter(state__in=ENDED, created_at__lt=clock.now() - keep)
    return old.delete()[0]
