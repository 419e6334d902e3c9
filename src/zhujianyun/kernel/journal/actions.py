"""Recording (记录留痕): one act, many acts, a read of personal data.

An entry is written in the transaction of the business act: both are there or neither. The act that
was refused is recorded by the caller after the rollback, with another ``result``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import OperationalError, transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import OutsideFailed, RuleBroken
from zhujianyun.kernel.journal import models, private
from zhujianyun.kernel.journal.canonical import clean, facts_text
from zhujianyun.kernel.journal.models import Entry

_VERB = re.compile(r"[\w-]+(\.[\w-]+)*")
READ = "privacy.read"


def draft(
    verb: str,
    *,
    actor: str,
    object: tuple[str, str],  # noqa: A002
    facts: Mapping[str, Any] | None = None,
    case_id: int | None = None,
    reason: str = "",
    result: str = "ok",
    acting_for: str = "",
    source: str = "",
    private: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Entry:
    """An entry that is not written yet, for `record_many` (起草留痕).

    Raises:
        RuleBroken: ``journal.verb`` for a verb that is no lower-case dotted name, ``journal.time`` for a time
            without zone, ``journal.facts`` for facts that cannot be written down.
    """
    at = clock.now() if at is None else at
    if at.tzinfo is None:
        raise RuleBroken("留痕时间必须带时区。", rule="journal.time", at=str(at))
    object_type, object_id = object
    entry = Entry(
        at=at,
        verb=_checked(verb),
        actor=clean(actor, models.ACTOR_LENGTH),
        acting_for=clean(acting_for, models.ACTOR_LENGTH),
        object_type=clean(object_type, models.TYPE_LENGTH),
        object_id=clean(str(object_id), models.OBJECT_LENGTH),
        case_id=case_id,
        result=clean(result, models.RESULT_LENGTH),
        reason=clean(reason),
        source=clean(source, models.SOURCE_LENGTH),
        facts=facts_text(facts),
    )
    if private:
        _keep_apart(entry, private)
    return entry


@lru_cache(maxsize=4096)
def _checked(verb: str) -> str:
    # Lower case only: SQLite and PostgreSQL disagree about case when prefixes are compared.
    if len(verb) > models.VERB_LENGTH or not _VERB.fullmatch(verb) or verb != verb.lower():
        raise RuleBroken(f"留痕行为名“{clean(verb, 60)}”不合规，应为小写的点分名称。", rule="journal.verb")
    return verb


def _keep_apart(entry: Entry, body: Mapping[str, Any]) -> None:
    body_row = private.prepare(body, secrets.token_bytes(32))
    entry.private_body, entry.body_commit = body_row, body_row.commit


def record(verb: str, *, actor: str, object: tuple[str, str], **columns: Any) -> Entry:  # noqa: A002
    """Write one entry inside the caller's transaction (记录留痕); columns as in `draft`.

    Raises:
        OutsideFailed: when the database cannot take it (disk full, read-only): the act must not go on.
    """
    entry = draft(verb, actor=actor, object=object, **columns)
    try:
        if entry.private_body is not None:
            with transaction.atomic():
                entry.private_body.save(force_insert=True)
                entry.save(force_insert=True)
        else:
            entry.save(force_insert=True)
    except OperationalError as error:
        raise _cannot_write(error) from error
    return entry


def record_many(entries: Iterable[Entry]) -> list[Entry]:
    """Write drafts in their order inside the caller's transaction (批量留痕); ids are set.

    Raises:
        OutsideFailed: as `record`.
    """
    entries = list(entries)
    bodies = [entry.private_body for entry in entries if entry.private_body is not None]
    try:
        with transaction.atomic(savepoint=False):
            models.PrivateBody.objects.bulk_create(bodies, batch_size=1000)
            return Entry.objects.bulk_create(entries, batch_size=2000)
    except OperationalError as error:
        raise _cannot_write(error) from error


def _cannot_write(error: OperationalError) -> OutsideFailed:
    return OutsideFailed(
        "留痕暂时写不进去，本次操作没有办理。请稍后重试；反复出现时请系统管理员检查磁盘空间。",
        peer="journal",
        rule="journal.must_not_stop",
        cause=str(error),
    )


def record_read(
    actor: str,
    subject: str,
    fields: Sequence[str],
    purpose: str,
    *,
    case_id: int | None = None,
    source: str = "",
    result: str = "ok",
) -> Entry:
    """Record a read of personal data, before the answer leaves (记录个人信息查阅).

    ``subject`` is the key of the person, such as "subject:34". Outside a transaction the entry is
    committed when this returns.

    Raises:
        RuleBroken: ``journal.purpose`` when no purpose is given.
    """
    if not purpose.strip():
        raise RuleBroken("查阅个人信息必须写明目的。", rule="journal.purpose", subject=subject)
    kind, _, key = subject.partition(":")
    return record(
        READ,
        actor=actor,
        object=(kind, key or kind),
        facts={"fields": sorted(fields), "purpose": purpose},
        case_id=case_id,
        source=source,
        result=result,
    )
