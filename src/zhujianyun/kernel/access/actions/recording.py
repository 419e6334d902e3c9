"""The frame of every verb (办理框架): guard, one transaction, one line in the journal.

A refused act is journalled after its transaction is gone, as refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction

from zhujianyun.base.errors import Conflict, NotAllowed
from zhujianyun.kernel.access import guard
from zhujianyun.kernel.access.actors import Actor
from zhujianyun.kernel.access.models import Account


class Note:
    """What the journal line of this act will say (留痕内容)."""

    def __init__(self, object_type: str, object_id: Any) -> None:
        self.object = (object_type, str(object_id))
        self.facts: dict[str, Any] = {}

    def says(self, **facts: Any) -> None:
        """Add facts; values must be plain."""
        self.facts.update(facts)


@contextmanager
def act(permission: str, *, by: Actor, on: tuple[str, Any], reason: str = "") -> Iterator[Note]:
    """Do one verb: it is named after the permission that it needs (办理).

    Raises:
        NotAllowed: without the permission; journalled as refused.
        Conflict: when the database refuses what the checks let pass, because another was faster.
    """
    note = Note(*on)
    try:
        with transaction.atomic():
            guard.require(by, permission)
            yield note
            record(permission, by, note, reason=reason)
    except NotAllowed as refusal:
        note.facts = {"rule": refusal.rule}
        record(permission, by, note, reason=refusal.message_zh, result="refused")
        raise
    except IntegrityError as error:
        # The checks passed and the database refused: somebody else was faster.
        raise Conflict("刚有他人办理了同一事项，请刷新后重试。", rule=permission) from error


@contextmanager
def own_act(verb: str, *, by: Actor, account: Account) -> Iterator[None]:
    """What everybody may do with his own account: one transaction, one line (本人操作)."""
    with transaction.atomic():
        yield
        record(verb, by, Note("account", account.pk))


def record(
    verb: str, by: Actor, note: Note, *, reason: str = "", result: str = "ok", source: str = ""
) -> None:
    """Write one line (留痕)."""
    from zhujianyun.kernel import journal

    journal.record(
        verb, actor=by.key, object=note.object, facts=note.facts, reason=reason, result=result, source=source
    )


def not_oneself(by: Actor, account: Account, what: str) -> None:
    """Nobody handles his own rights (不得处理本人).

    Raises:
        NotAllowed: when the account is the actor's own.
    """
    if by.account_id == account.pk:
        raise NotAllowed(f"不能为自己{what}，请由另一位管理员办理。", rule="access.not_oneself")
