"""Private parts of entries (保密正文): only a salted commitment is in the chain, the body lies apart.

``body_commit = H(0x02 ‖ salt ‖ body)``. Lawful erasure deletes body and salt; the tree stays valid, and
nobody can find the body again by guessing, because the salt is gone too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction

from zhujianyun.base import ciphers
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel.journal import canonical
from zhujianyun.kernel.journal.models import Entry, PrivateBody

KEY_LABEL = "journal-private"


def prepare(body: Mapping[str, Any], salt: bytes) -> PrivateBody:
    """The body encrypted, under its commitment, not saved yet (准备保密正文)."""
    text = canonical.facts_text(body).encode()
    alg = hash_name()
    commit = _commit(alg, salt, text)
    return PrivateBody(commit=commit, alg=alg, salt=salt, sealed=ciphers.seal(KEY_LABEL, text, _aad(commit)))


def hash_name() -> str:
    """The hash of new logs and new bodies: ``ZJY_JOURNAL_HASH``, "sha256" or "sm3" (杂凑算法)."""
    return getattr(settings, "ZJY_JOURNAL_HASH", "sha256")


def _commit(alg: str, salt: bytes, text: bytes) -> str:
    return ciphers.hash_hex(alg, b"\x02" + salt + text)


def _aad(commit: str) -> bytes:
    return f"journal_privatebody:sealed:{commit}".encode()


def open_private(entry: Entry, *, actor: str, purpose: str) -> dict[str, Any]:
    """Read the private body; the read itself is recorded first (查阅保密正文).

    Raises:
        NotFound: when there is none, or it was erased.
        RuleBroken: ``journal.purpose`` without purpose, ``journal.body`` when the body does not
            belong to the entry.
    """
    from zhujianyun.kernel.journal.actions import record_read

    row = _row(entry)
    record_read(actor, f"journal.entry:{entry.pk}", ["private"], purpose, case_id=entry.case_id)
    text = ciphers.open_(KEY_LABEL, bytes(row.sealed), _aad(row.commit))
    if _commit(row.alg, bytes(row.salt), text) != entry.body_commit:
        raise RuleBroken(
            "保密正文与留痕的承诺值不符，疑被改动，请报告审计管理员。", rule="journal.body", entry=entry.pk
        )
    return orjson.loads(text)


def erase_private(entry: Entry, *, actor: str, reason: str) -> Entry:
    """Destroy body and salt of an entry, and record that (销毁保密正文). The chain stays valid.

    Raises:
        NotFound: when there is nothing left to erase.
        RuleBroken: ``journal.erase`` when no reason is given.
    """
    from zhujianyun.kernel.journal.actions import record

    if not reason.strip():
        raise RuleBroken("销毁保密正文必须写明依据。", rule="journal.erase", entry=entry.pk)
    row = _row(entry)
    with transaction.atomic():
        _overwrite_what_is_deleted()
        row.delete()
        return record(
            "journal.private.erase",
            actor=actor,
            object=("journal.entry", str(entry.pk)),
            case_id=entry.case_id,
            reason=reason,
        )


def _row(entry: Entry) -> PrivateBody:
    row = PrivateBody.objects.filter(commit=entry.body_commit).first() if entry.body_commit else None
    if row is None:
        raise NotFound("这条留痕没有保密正文，或正文已依法销毁。", rule="journal.body", entry=entry.pk)
    return row


def _overwrite_what_is_deleted() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
