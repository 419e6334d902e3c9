"""What is in somebody's list (消息查询)."""

from __future__ import annotations

from django.db.models import QuerySet

from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.notices.models import Notice

COUNTED = 100  # beyond it the sidebar says 99+


def mine(account: Account) -> QuerySet[Notice]:
    """All notices of an account, newest first (我的消息)."""
    return Notice.objects.filter(account=account).order_by("-at", "-pk")


def latest(account: Account, limit: int = 6) -> list[Notice]:
    """The newest unread notices, for other pages (最新未读消息). One query."""
    return list(mine(account).filter(read_at=None)[:limit])


def unread(account: Account) -> int:
    """How many are unread, counted up to ``COUNTED`` (未读条数). One query on a small index."""
    found = Notice.objects.filter(account=account, read_at=None)
    return found.order_by()[:COUNTED].count()
