"""What one does with one's own notices (消息动作): read them, choose how to be told.

Reading is nobody else's business and is not journalled; a change of wishes is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.notices.kinds import KINDS, PAGE, WAYS
from zhujianyun.ui.notices.models import Notice, Preference


def read(account: Account, chosen: Collection[int] | None) -> int:
    """Mark notices of one's own as read, all when none is named (标为已读); how many were unread."""
    found = Notice.objects.filter(account=account, read_at=None)
    if chosen is not None:
        found = found.filter(pk__in=list(chosen))
    return found.update(read_at=clock.now())


def choose(account: Account, chosen: Mapping[str, Collection[str]]) -> Preference:
    """Say by which ways each kind of notice shall come (保存消息偏好). A kind may come by no way at all.

    Raises:
        RuleBroken: ``notices.wish`` for a kind or way that does not exist.
    """
    if set(chosen) - set(KINDS) or any(set(ways) - set(WAYS) for ways in chosen.values()):
        raise RuleBroken("消息类别或接收方式不存在，请刷新页面后重新选择。", rule="notices.wish")
    wanted = {kind: [way for way in WAYS if way in chosen.get(kind, (PAGE,))] for kind in KINDS}
    with transaction.atomic():
        row, _ = Preference.objects.update_or_create(account=account, defaults={"chosen": wanted})
        journal.record("notices.choose", actor=account.key, object=("account", str(account.pk)), facts=wanted)
    return row
