"""What the journal knows (留痕查询): the history of an object, who read a person's data."""

from __future__ import annotations

from django.db.models import F, QuerySet

from zhujianyun.kernel.journal.actions import READ
from zhujianyun.kernel.journal.models import Entry


def history(object_type: str, object_id: str) -> QuerySet[Entry]:
    """All entries about one object, oldest first, with ``seq`` where sealed (对象的全部留痕)."""
    about = Entry.objects.filter(object_type=object_type, object_id=object_id)
    return about.annotate(seq=F("seal__seq")).order_by("id")  # type: ignore[no-redef]


def reads_of(subject: str) -> QuerySet[Entry]:
    """Who read the personal data of a person, such as "subject:34", and why (个人信息查阅记录)."""
    kind, _, key = subject.partition(":")
    return history(kind, key or kind).filter(verb=READ)
