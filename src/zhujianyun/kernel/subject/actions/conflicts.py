"""Two systems that differ on one attribute (来源矛盾): noted once, told by the journal, ended when they agree.

**subject.conflict** is written when a system says otherwise than the owner of the attribute
(一数一源). It follows whatever adds a statement or merges subjects; asking again adds nothing, and a
pair of systems is noted once as long as they differ, even while their values change.

=========  =====================================================================================
object     ``("subject", uid)`` — `queries.by_uid` finds it, also when it was merged away since
facts      ``contradiction`` pk of `models.Contradiction` (its ``owner_row``, ``other_row`` hold the
           values as they stand now) · ``kind`` of subject · ``attribute`` · ``owner``, ``other`` codes
           of the two systems · ``authority`` of the owner, ``authority_zh`` · ``owner_row``,
           ``other_row`` pks of `AttributeValue` as they stood when it was found
private    ``owner_value``, ``other_value``: sealed and erasable, the chain holds a commitment only
           (`journal.open_private(entry, actor=…, purpose=…)`)
source     the batch that brought it; empty for other acts
=========  =====================================================================================

**subject.conflict.end** has the same object and ``contradiction``, ``attribute``, ``owner``, ``other``:
both say the same again, or one of them says nothing any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.subject.models import AttributeValue, Contradiction, Subject
from zhujianyun.kernel.subject.owners import owner_of
from zhujianyun.kernel.subject.queries import MANY
from zhujianyun.kernel.subject.survivorship import Statement, dissent, standing, survivor

Place = tuple[int, str]  # subject, attribute
Pair = tuple[int, str, str, str]  # subject, attribute, owner's system, the other system


@dataclass(frozen=True, slots=True)
class _Difference:
    """The owner's statement and one that differs (一处矛盾)."""

    owner: Statement
    other: Statement


def look_at(subjects: Iterable[Subject], *, by: Actor) -> int:
    """Look at every owned attribute of some subjects (核对主体); how many new conflicts."""
    pks = {subject.pk for subject in subjects}
    said = AttributeValue.objects.filter(subject__in=list(_families(pks))).values_list("name", flat=True)
    noted = Contradiction.objects.filter(subject__in=pks, ended_at=None).values_list("attribute", flat=True)
    places = {(pk, name) for pk in pks for name in {*said.distinct(), *noted}}
    return look(places, by=by)


def look(places: set[Place], *, by: Actor, batch: str = "") -> int:
    """Note where a system contradicts the owner, and where they agree again (核对来源); how many new conflicts.

    Called within the transaction that added the statements.
    """
    listed, found = sorted(places), 0
    for start in range(0, len(listed), MANY):
        found += _look(set(listed[start : start + MANY]), by, batch)
    return found


def _look(places: set[Place], by: Actor, batch: str) -> int:
    heads = Subject.objects.in_bulk({pk for pk, _ in places})
    owned = {(pk, name) for pk, name in places if owner_of(heads[pk].kind, name).owner}
    if not owned:
        return 0
    now = _differences(owned, heads)
    open_ = {_pair(row): row for row in _open(owned)}
    entries = [
        _begin(heads[pair[0]], pair, now[pair], by, batch) for pair in sorted(now.keys() - open_.keys())
    ]
    entries += [_end(open_[pair], by, batch) for pair in sorted(open_.keys() - now.keys())]
    for pair in now.keys() & open_.keys():
        _keep(open_[pair], now[pair])
    journal.record_many(entries)
    return len(now.keys() - open_.keys())


def _differences(places: set[Place], heads: dict[int, Subject]) -> dict[Pair, _Difference]:
    """Who contradicts the owner as of today; a merged-away subject speaks through its survivor (现存矛盾)."""
    today, known, answer = clock.today(), clock.now(), {}
    alive = {(pk, name) for pk, name in places if heads[pk].merged_into_id is None}
    for (pk, name), said in _statements(alive).items():
        owner = owner_of(heads[pk].kind, name).owner
        held = standing(said, today, known)
        believed = survivor(held, owner)
        if believed is not None and believed.authority == owner:
            for other in dissent(held, believed):
                answer[pk, name, believed.source, other.source] = _Difference(believed, other)
    return answer


def _statements(places: set[Place]) -> dict[Place, list[Statement]]:
    families = _families({pk for pk, _ in places})
    rows = AttributeValue.objects.filter(
        subject__in=list(families), name__in={name for _, name in places}
    ).select_related("source")
    said: dict[Place, list[Statement]] = defaultdict(list)
    for row in rows:
        place = families[row.subject_id], row.name
        if place in places:
            source = row.source
            said[place].append(
                Statement(
                    row.value, source.code, source.authority, row.valid_from, row.known_at, row.trust, row.pk
                )
            )
    return said


def _families(pks: set[int]) -> dict[int, int]:
    """Each subject and whoever was merged into it, by key → the survivor among them (主体及其并入者)."""
    found, fresh = {pk: pk for pk in pks}, set(pks)
    while fresh:
        rows = Subject.objects.filter(merged_into__in=fresh).exclude(pk__in=found)
        joined = dict(rows.values_list("pk", "merged_into"))
        found |= {pk: found[into] for pk, into in joined.items() if into is not None}
        fresh = set(joined)
    return found


def _open(places: set[Place]) -> list[Contradiction]:
    rows = Contradiction.objects.filter(subject__in={pk for pk, _ in places}, ended_at=None)
    return [row for row in rows.select_related("subject", "owner", "other") if _place(row) in places]


def _place(row: Contradiction) -> Place:
    return row.subject_id, row.attribute


def _pair(row: Contradiction) -> Pair:
    return row.subject_id, row.attribute, row.owner.code, row.other.code


def _begin(subject: Subject, pair: Pair, found: _Difference, by: Actor, batch: str) -> journal.Entry:
    _, attribute, owner, other = pair
    rows = AttributeValue.objects.in_bulk([found.owner.row, found.other.row])
    row = Contradiction.objects.create(
        subject=subject, attribute=attribute, owner_id=rows[found.owner.row].source_id,
        other_id=rows[found.other.row].source_id, owner_row_id=found.owner.row, other_row_id=found.other.row,
    )  # fmt: skip
    ownership = owner_of(subject.kind, attribute)
    facts = {
        "contradiction": row.pk, "kind": str(subject.kind), "attribute": attribute, "owner": owner, "other": other,
        "authority": ownership.owner, "authority_zh": ownership.owner_zh, "owner_row": found.owner.row,
        "other_row": found.other.row,
    }  # fmt: skip
    private = {"owner_value": found.owner.value, "other_value": found.other.value}
    return journal.draft(
        "subject.conflict",
        actor=by.key,
        object=("subject", subject.uid),
        facts=facts,
        private=private,
        source=batch,
    )


def _end(row: Contradiction, by: Actor, batch: str) -> journal.Entry:
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    facts = {
        "contradiction": row.pk,
        "attribute": row.attribute,
        "owner": row.owner.code,
        "other": row.other.code,
    }
    return journal.draft(
        "subject.conflict.end", actor=by.key, object=("subject", row.subject.uid), facts=facts, source=batch
    )


def _keep(row: Contradiction, found: _Difference) -> None:
    """It still stands, perhaps with other values (更新矛盾)."""
    if (row.owner_row_id, row.other_row_id) != (found.owner.row, found.other.row):
        row.owner_row_id, row.other_row_id = found.owner.row, found.other.row
        row.save(update_fields=["owner_row", "other_row"])
