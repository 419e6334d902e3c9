"""Registering subjects, one or ten thousand (登记主体): numbers join, names never do.

A row that names a subject already known adds to it; a row whose numbers belong to two subjects is
for a person to settle, never merged here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.subject import identifiers as numbers
from zhujianyun.kernel.subject.actions import conflicts
from zhujianyun.kernel.subject.actions.names import rebuild_names, tokens_of
from zhujianyun.kernel.subject.models import EVER, NAME, AttributeValue, Identifier, Subject
from zhujianyun.kernel.subject.queries import MANY, owners_now
from zhujianyun.kernel.subject.rows import as_day, as_instant, as_json, insert
from zhujianyun.kernel.system.models import BusinessSystem

Number = tuple[str, str]
CHUNK = 2000
LOWEST = 1  # the trust of what is told only to be compared


@dataclass(frozen=True, slots=True)
class Registration:
    """What a source says of one subject (登记内容): ``identifiers`` are scheme → value.

    ``compared`` is said of attributes that have another source: kept at the lowest trust.
    """

    kind: str
    name: str
    identifiers: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    division_code: str = ""
    valid_from: date = EVER
    trust: int = 2
    compared: Mapping[str, Any] = field(default_factory=dict)


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


def register_many(
    rows: Sequence[Registration], *, source: BusinessSystem, by: Actor, batch: str = ""
) -> list[Subject]:
    """Register many at once, in the order given; one bad row refuses all (批量登记主体).

    Raises:
        NotAllowed: without "subject.register".
        RuleBroken: as ``register``; ``details["row"]`` says which.
        Conflict: when another registered one of the numbers at the same moment; try again.
    """
    access.require(by, "subject.register")
    work = _Work(source, by, batch)
    asked = [_numbers_of(row, place) for place, row in enumerate(rows)]
    try:
        with transaction.atomic():
            work.known = owners_now({number for _, given in asked for number in given})
            for place, (row, given) in enumerate(asked):
                work.take(place, row, given)
            return work.write()
    except IntegrityError as error:
        raise Conflict("刚有他人登记了相同编号，请重试。", rule="subject.registered_meanwhile") from error


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


class _Saying(NamedTuple):
    """One statement on its way (陈述)."""

    subject: Subject
    name: str
    value: Any
    valid_from: date
    trust: int

    @property
    def words(self) -> tuple[Any, ...]:
        return self.subject.pk, self.name, repr(self.value), self.valid_from, self.trust


class _Work:
    """The rows of one call on their way to the database (登记批次)."""

    def __init__(self, source: BusinessSystem, by: Actor, batch: str) -> None:
        self.source, self.by, self.batch = source, by, batch
        self.known: dict[Number, Subject] = {}
        self.answer: list[Subject] = []
        self.fresh: list[Subject] = []
        self.numbers: list[tuple[Subject, str, str, str, date, bool]] = []
        self.sayings: list[_Saying] = []
        self.notes: list[tuple[Subject, dict[str, Any]]] = []
        self.old: set[int] = set()  # keys of subjects known before this call

    def take(self, place: int, row: Registration, given: dict[Number, bool]) -> None:
        owners = {id(self.known[number]): self.known[number] for number in given if number in self.known}
        if len(owners) > 1:
            raise RuleBroken(
                "这些编号分属两个主体，请先核实，确属同一主体的办理合并。",
                rule="subject.ambiguous",
                row=place,
                subjects=sorted(owner.uid for owner in owners.values()),
            )
        subject = next(iter(owners.values()), None) or self._new(row)
        if subject.kind != row.kind:
            raise RuleBroken("该编号已属于另一类主体，请核对。", rule="subject.kind_differs", row=place)
        self.add(subject, row, given)
        self.answer.append(subject)

    def _new(self, row: Registration) -> Subject:
        name = row.name.strip()
        subject = Subject(kind=row.kind, name=name, division_code=row.division_code)
        self.fresh.append(subject)
        self.numbers.append((subject, NAME, name, tokens_of(name), row.valid_from, False))
        return subject

    def add(self, subject: Subject, row: Registration, given: dict[Number, bool]) -> None:
        if subject.pk is not None:
            self.old.add(subject.pk)
        for (scheme, value), derived in given.items():
            if (scheme, value) not in self.known:
                self.known[scheme, value] = subject
                self.numbers.append((subject, scheme, value, "", EVER, derived))
        said = {**({NAME: row.name.strip()} if row.name else {}), **row.attributes}
        self.sayings += [_Saying(subject, *one, row.valid_from, row.trust) for one in said.items()]
        self.sayings += [_Saying(subject, *one, row.valid_from, LOWEST) for one in row.compared.items()]
        schemes = sorted({scheme for scheme, _ in given})
        self.notes.append((subject, {"schemes": schemes, "attributes": sorted({*said, *row.compared})}))

    def write(self) -> list[Subject]:
        Subject.objects.bulk_create(self.fresh, batch_size=CHUNK)
        self._write_numbers()
        new = self._unsaid()
        self._write_sayings(new)
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
        rebuild_names(self._renamed(new))
        conflicts.look(
            {(one.subject.pk, one.name) for one in new if one.subject.pk in self.old},
            by=self.by,
            batch=self.batch,
        )
        return self.answer

    def _write_numbers(self) -> None:
        source = self.source.pk
        insert(
            Identifier,
            ("subject", "scheme", "value", "tokens", "valid_from", "derived", "source"),
            (
                (subject.pk, scheme, value, tokens, as_day(start), derived, source)
                for subject, scheme, value, tokens, start, derived in self.numbers
            ),
        )

    def _write_sayings(self, new: list[_Saying]) -> None:
        source, now = self.source.pk, as_instant(clock.now())
        insert(
            AttributeValue,
            ("subject", "name", "value", "valid_from", "trust", "source", "batch", "known_at"),
            (
                (
                    one.subject.pk,
                    one.name,
                    as_json(one.value),
                    as_day(one.valid_from),
                    one.trust,
                    source,
                    self.batch,
                    now,
                )
                for one in new
            ),
        )

    def _unsaid(self) -> list[_Saying]:
        """The statements that this source has not made in the very same words before."""
        said = {one.words for one in self._said_before()}
        new = []
        for one in self.sayings:
            if one.words not in said:
                said.add(one.words)
                new.append(one)
        return new

    def _said_before(self) -> Iterator[_Saying]:
        old = sorted(self.old)
        for start in range(0, len(old), MANY):
            rows = AttributeValue.objects.filter(subject__in=old[start : start + MANY], source=self.source)
            for row in rows.select_related("subject"):
                yield _Saying(row.subject, row.name, row.value, row.valid_from, row.trust)

    def _renamed(self, new: list[_Saying]) -> list[Subject]:
        """Subjects told a name beyond their first: their names in time must be looked at again."""
        told: dict[int, list[Subject]] = defaultdict(list)
        for one in new:
            if one.name == NAME:
                told[one.subject.pk].append(one.subject)
        return [subjects[0] for pk, subjects in told.items() if pk in self.old or len(subjects) > 1]
