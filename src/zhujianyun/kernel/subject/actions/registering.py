"""Registering subjects, one or ten thousand (登记主体): numbers join, names never do.

A row that names a subject already known adds to it; a row whose numbers belong to two subjects is
for a person to settle, never merged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.subject import identifiers as numbers
from zhujianyun.kernel.subject.actions.names import rebuild_names, tokens_of
from zhujianyun.kernel.subject.models import EVER, NAME, AttributeValue, Identifier, Subject
from zhujianyun.kernel.subject.queries import owners_now
from zhujianyun.kernel.system.models import BusinessSystem

Number = tuple[str, str]
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Registration:
    """What a source says of one subject (登记内容): ``identifiers`` are scheme → value."""

    kind: str
    name: str
    identifiers: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    division_code: str = ""
    valid_from: date = EVER
    trust: int = 2


def register(
    kind: str,
    name: str,
    identifiers: Mapping[str, str],
    attributes: Mapping[str, Any] | None = None,
    *,
    source: BusinessSystem,
    by: Actor,
    division_code: str = "",
    valid_from: date = EVER,
    trust: int = 2,
    batch: str = "",
) -> Subject:
    """Register one subject, or add to the one that has these numbers (登记主体).

    Raises:
        NotAllowed: without "subject.register".
        RuleBroken: for a bad number, or numbers that belong to two subjects or to another kind.
    """
    row = Registration(kind, name, identifiers, attributes or {}, division_code, valid_from, trust)
    return register_many([row], source=source, by=by, batch=batch)[0]


@transaction.atomic
def register_many(
    rows: Sequence[Registration], *, source: BusinessSystem, by: Actor, batch: str = ""
) -> list[Subject]:
    """Register many at once, in the order given; one bad row refuses all (批量登记主体).

    Raises:
        NotAllowed: without "subject.register".
        RuleBroken: as ``register``; ``details["row"]`` says which.
    """
    access.require(by, "subject.register")
    work = _Work(source, by, batch)
    asked = [_numbers_of(row, place) for place, row in enumerate(rows)]
    work.known = owners_now({number for _, given in asked for number in given})
    for place, (row, given) in enumerate(asked):
        work.take(place, row, given)
    return work.write()


def state(
    subject: Subject,
    attributes: Mapping[str, Any],
    *,
    source: BusinessSystem,
    by: Actor,
    valid_from: date,
    trust: int = 2,
    batch: str = "",
) -> Subject:
    """Add what a source says of a known subject; a new name is the attribute "name" (补充属性).

    Nothing is overwritten: a correction is another statement, known from now on.

    Raises:
        NotAllowed: without "subject.register".
    """
    access.require(by, "subject.register")
    work = _Work(source, by, batch)
    with transaction.atomic():
        work.add(subject, Registration(subject.kind, "", {}, attributes, "", valid_from, trust), {})
        work.write()
    return subject


def _numbers_of(row: Registration, place: int) -> tuple[Registration, dict[Number, bool]]:
    """The row with its numbers in normal form and what follows from them; True marks the derived."""
    given: dict[Number, bool] = {}
    try:
        if row.kind not in Subject.Kind.values:
            raise RuleBroken(f"没有“{row.kind}”这类主体。", rule="subject.kind_known")
        if not row.name.strip():
            raise RuleBroken("主体名称不能为空。", rule="subject.name_empty")
        for scheme, value in row.identifiers.items():
            if scheme == NAME:
                raise RuleBroken("名称请写入 name，不作为编号登记。", rule="subject.name_is_no_number")
            value = numbers.normal(scheme, value)
            given[scheme, value] = False
            for follows in numbers.derived(scheme, value):
                given.setdefault(follows, True)
    except RuleBroken as broken:
        broken.details["row"] = place
        raise
    return row, given


class _Work:
    """The rows of one call on their way to the database (登记批次)."""

    def __init__(self, source: BusinessSystem, by: Actor, batch: str) -> None:
        self.source, self.by, self.batch, self.now = source, by, batch, clock.now()
        self.known: dict[Number, Subject] = {}
        self.answer: list[Subject] = []
        self.fresh: list[Subject] = []
        self.identifiers: list[Identifier] = []
        self.values: list[tuple[Subject, AttributeValue]] = []
        self.notes: list[tuple[Subject, dict[str, Any]]] = []
        self.old: dict[int, Subject] = {}  # known before this call, by identity: new ones have no key yet
        self.renamed: dict[int, Subject] = {}  # told a name beyond their first

    def take(self, place: int, row: Registration, given: dict[Number, bool]) -> None:
        owners = {id(self.known[number]): self.known[number] for number in given if number in self.known}
        if len(owners) > 1:
            raise RuleBroken(
                "这些编号分属两个主体，请先核实，确属同一主体的办理合并。",
                rule="subject.ambiguous",
                row=place,
                subjects=sorted(owner.uid for owner in owners.values()),
            )
        subject = next(iter(owners.values()), None)
        if subject is None:
            subject = self._new(row)
        elif subject.kind != row.kind:
            raise RuleBroken("该编号已属于另一类主体，请核对。", rule="subject.kind_differs", row=place)
        else:
            self.renamed[id(subject)] = subject
        self.add(subject, row, given)
        self.answer.append(subject)

    def _new(self, row: Registration) -> Subject:
        name = row.name.strip()
        subject = Subject(kind=row.kind, name=name, division_code=row.division_code, registered_at=self.now)
        self.fresh.append(subject)
        self.identifiers.append(
            Identifier(
                subject=subject,
                scheme=NAME,
                value=name,
                tokens=tokens_of(name),
                valid_from=row.valid_from,
                source=self.source,
            )
        )
        return subject

    def add(self, subject: Subject, row: Registration, given: dict[Number, bool]) -> None:
        for (scheme, value), derived in given.items():
            if (scheme, value) not in self.known:
                self.known[scheme, value] = subject
                self.identifiers.append(
                    Identifier(
                        subject=subject,
                        scheme=scheme,
                        value=value,
                        derived=derived,
                        valid_from=EVER,
                        source=self.source,
                    )
                )
        said = {**({NAME: row.name.strip()} if row.name else {}), **row.attributes}
        for name, value in said.items():
            statement = AttributeValue(
                name=name,
                value=value,
                source=self.source,
                batch=self.batch,
                valid_from=row.valid_from,
                known_at=self.now,
                trust=row.trust,
            )
            self.values.append((subject, statement))
        if subject.pk is not None:
            self.old[id(subject)] = subject
            if NAME in said:
                self.renamed[id(subject)] = subject
        self.notes.append(
            (subject, {"schemes": sorted({scheme for scheme, _ in given}), "attributes": sorted(said)})
        )

    def write(self) -> list[Subject]:
        Subject.objects.bulk_create(self.fresh, batch_size=CHUNK)
        for identifier in self.identifiers:
            identifier.subject_id = identifier.subject.pk
        Identifier.objects.bulk_create(self.identifiers, batch_size=CHUNK)
        AttributeValue.objects.bulk_create(self._unsaid(), batch_size=CHUNK)
        journal.record_many(
            journal.draft(
                "subject.register",
                actor=self.by.key,
                object=("subject", subject.uid),
                facts={**facts, "source": self.source.code, "kind": str(subject.kind)},
                source=self.batch,
            )
            for subject, facts in self.notes
        )
        rebuild_names(self.renamed.values())
        return self.answer

    def _unsaid(self) -> Iterable[AttributeValue]:
        """The statements that this source has not made in the very same words before."""
        for subject, statement in self.values:
            statement.subject_id = subject.pk
        before = AttributeValue.objects.filter(
            subject__in=[subject.pk for subject in self.old.values()], source=self.source
        )
        said = {_words(value) for value in before} if self.old else set()
        for _, statement in self.values:
            words = _words(statement)
            if words not in said:
                said.add(words)
                yield statement


def _words(value: AttributeValue) -> tuple[Any, ...]:
    return value.subject_id, value.name, repr(value.value), value.valid_from, value.trust
