"""What is known of subjects (主体查询): by number, by name, in time; aliases lead to the survivor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from zhujianyun.base import clock, masks, search
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.subject import identifiers as numbers
from zhujianyun.kernel.subject.models import NAME, AttributeValue, Identifier, Subject, Tie
from zhujianyun.kernel.subject.owners import Ownership, owner_of
from zhujianyun.kernel.subject.survivorship import Statement, dissent, standing, survivor

MANY = 800  # values in one IN list: below every database's limit
HITS = 500  # names looked at before aliases are followed


def visible() -> QuerySet[Subject]:
    """The subjects that lists may show: neither merged away nor sealed (可见主体)."""
    return Subject.objects.filter(merged_into=None, is_sealed=False)


def surviving(subject: Subject) -> Subject:
    """The subject itself, or the one it was merged into, which then says by which alias (保留主体)."""
    found = subject
    while found.merged_into is not None:
        found = found.merged_into
    if found is not subject:
        found.alias_uid = subject.uid
    return found


def by_uid(uid: str) -> Subject:
    """The visible subject of a number of ours, or of an alias (按主体编号查找).

    Raises:
        NotFound: when there is none, or it is sealed.
    """
    found = Subject.objects.filter(uid=uid).select_related("merged_into").first()
    return _shown(found)


def by_identifier(scheme: str, value: str, on: date | None = None) -> Subject:
    """The visible subject that bore a number on a day (按标识查找).

    Without a day: who bears it now, else who bore it last. An organisation code finds the firm
    that is only known by its unified code, and the other way round. ``alias_uid`` of the answer
    says that the number belongs to a subject merged away.

    Raises:
        NotFound: when there is none, or it is sealed.
        RuleBroken: for a malformed number, or one that leads to two subjects.
    """
    rows = _bearing(numbers.sought(scheme, value))
    if on is not None:
        rows = [row for row in rows if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)]
    elif rows:
        last = max(_end(row) for row in rows)
        rows = [row for row in rows if _end(row) == last]
    found = {row.subject.pk: row.subject for row in rows}
    survivors = {subject.pk: subject for subject in map(surviving, found.values())}
    if len(survivors) > 1:
        raise RuleBroken("该编号对应两个主体，请先核实合并。", rule="subject.ambiguous")
    return _shown(next(iter(survivors.values()), None))


def owners_now(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Subject]:
    """Who bears these numbers at present, sealed ones too; for registering (现有归属)."""
    by_scheme: dict[str, list[str]] = defaultdict(list)
    for scheme, value in wanted:
        by_scheme[scheme].append(value)
    found: dict[tuple[str, str], Subject] = {}
    survivors: dict[int, Subject] = {}
    for scheme, values in by_scheme.items():
        for start in range(0, len(values), MANY):
            rows = Identifier.objects.filter(
                scheme=scheme, value__in=values[start : start + MANY], valid_to=None
            ).select_related("subject")
            for row in rows:
                subject = surviving(row.subject)
                found[scheme, row.value] = survivors.setdefault(subject.pk, subject)
    return found


def search_names(text: str, *, by: Actor, kind: str = "", limit: int = 20) -> list[Subject]:
    """The visible subjects of which a present or former name contains the text (按名称检索).

    Raises:
        NotAllowed: without "subject.view".
        RuleBroken: for a text without a letter or digit.
    """
    access.require(by, "subject.view")
    hits = Subject.objects.filter(identifiers__in=_named(text)).select_related("merged_into").distinct()
    found = {subject.pk: subject for subject in map(surviving, hits.order_by("name", "pk")[:HITS])}
    shown = [s for s in found.values() if not s.is_sealed and kind in ("", s.kind)]
    return sorted(shown, key=lambda subject: (subject.name, subject.pk))[:limit]


def name_on(subject: Subject, day: date) -> str:
    """The name that a paper of that day prints (当日名称)."""
    rows = subject.identifiers.filter(scheme=NAME, valid_from__lte=day)
    row = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day)).order_by("-valid_from").first()
    return row.value if row else subject.name


def bound_to(subject: Subject, kind: str, on: date) -> Subject | None:
    """The one to whom a subject was bound on a day, or None (当日关系方)."""
    rows = Tie.objects.filter(subject=subject, kind=kind, valid_from__lte=on)
    tie = rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).select_related("other__merged_into").first()
    return surviving(tie.other) if tie else None


@dataclass(frozen=True, slots=True)
class Golden:
    """The value that is believed (权威值), who says otherwise, and whether its owner went silent."""

    value: Any
    said: Statement
    others: tuple[Statement, ...]
    ownership: Ownership
    age_days: int

    @property
    def is_stale(self) -> bool:
        """Whether the owner has been silent beyond its cycle."""
        return bool(self.ownership.cycle_days) and self.age_days > self.ownership.cycle_days


def golden(
    subject: Subject, attribute: str, *, on: date | None = None, known: datetime | None = None
) -> Golden | None:
    """What is believed of an attribute for a day, as known at an instant; None when nobody said (权威值)."""
    on, known = on or clock.today(), known or clock.now()
    ownership = owner_of(subject.kind, attribute)
    said = standing(statements_of(subject, attribute), on, known)
    believed = survivor(said, ownership.owner)
    if believed is None:
        return None
    age = (clock.local_day(known) - clock.local_day(believed.known_at)).days
    return Golden(believed.value, believed, tuple(dissent(said, believed)), ownership, age)


def statements_of(subject: Subject, attribute: str, *, family: bool = True) -> list[Statement]:
    """All that was ever said of an attribute, of the aliases too unless told (全部陈述)."""
    pks = _family(subject) if family else [subject.pk]
    rows = AttributeValue.objects.filter(subject__in=pks, name=attribute).select_related("source")
    return [
        Statement(
            row.value, row.source.code, row.source.authority, row.valid_from, row.known_at, row.trust, row.pk
        )
        for row in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """A subject as a page may show it (主体名片)."""

    uid: str
    kind: str
    name: str
    division_code: str
    identifiers: tuple[tuple[str, str], ...]


def card(subject: Subject, *, by: Actor, purpose: str = "") -> Card:
    """A subject for the eyes of an actor; a person's data masked (主体名片).

    With a ``purpose`` and "subject.read_personal" a person is shown unmasked, and the read is
    journalled before the answer leaves.

    Raises:
        NotFound: for a sealed subject.
        NotAllowed: without "subject.view", or asking for plain text without the permission.
    """
    subject = _shown(Subject.objects.select_related("merged_into").get(pk=subject.pk))
    access.require(by, "subject.view")
    plain = bool(purpose) or subject.kind != Subject.Kind.PERSON
    if purpose and subject.kind == Subject.Kind.PERSON:
        access.require(by, "subject.read_personal")
        journal.record_read(by.key, subject.key, ["name", "identifiers"], purpose)
    rows = subject.identifiers.filter(valid_to=None).exclude(scheme=NAME).order_by("scheme", "value")
    return Card(
        uid=subject.uid,
        kind=str(subject.kind),
        name=subject.name if plain else masks.name(subject.name, "officer"),
        division_code=subject.division_code,
        identifiers=tuple((row.scheme, _masked(row, plain)) for row in rows),
    )


def _masked(row: Identifier, plain: bool) -> str:
    if plain or row.scheme not in numbers.PERSONAL:
        return row.value
    return masks.id_card(row.value, "officer") if row.scheme == "id_card" else masks.HIDDEN


def _family(subject: Subject) -> list[int]:
    found, queue = [], [subject.pk]
    while queue:
        found += queue
        queue = list(Subject.objects.filter(merged_into__in=queue).values_list("pk", flat=True))
    return found


def _bearing(wanted: Iterable[tuple[str, str]]) -> list[Identifier]:
    where = Q(pk__in=[])
    for scheme, value in wanted:
        where |= Q(scheme=scheme, value=value)
    return list(Identifier.objects.filter(where).select_related("subject__merged_into"))


def _end(row: Identifier) -> date:
    return row.valid_to or date.max


def _shown(subject: Subject | None) -> Subject:
    found = surviving(subject) if subject is not None else None
    if found is None or found.is_sealed:
        raise NotFound("没有这个主体。", rule="subject.known")
    return found


def _named(text: str) -> QuerySet[Identifier, Any]:
    """Identifiers whose name contains the text, through the index of the database in use."""
    rows = Identifier.objects.filter(scheme=NAME)
    if connection.vendor == "postgresql":
        return (
            rows.annotate(
                hit=RawSQL(
                    "to_tsvector('simple', tokens) @@ to_tsquery('simple', %s)",
                    [search.query(text, "tsquery")],
                )
            )
            .filter(hit=True)
            .values("pk")
        )
    match = "SELECT rowid FROM subject_name_search WHERE subject_name_search MATCH %s"
    return rows.filter(pk__in=RawSQL(match, [search.query(text)])).values("pk")
