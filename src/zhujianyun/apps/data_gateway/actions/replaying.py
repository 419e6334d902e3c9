"""A recorded day answered again under other terms (重放): what would have been given, item by item.

The rows are found again in the snapshots of that day. Nothing of a person is shown that either of the two
answers would have hidden: of values that differ there is a number, and an example only where both are masked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from zhujianyun.apps.data_gateway.models import Call
from zhujianyun.apps.data_gateway.queries import rows
from zhujianyun.apps.data_gateway.rules import masking, openapi
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import correcting, granting
from zhujianyun.kernel.resource import queries as resources
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Dataset, Edition, Grant, Override

CALLS_MOST = 400


@dataclass(frozen=True, slots=True)
class Changed:
    """Other terms (改用的条款): empty means as they are."""

    masks: Mapping[str, str] = field(default_factory=dict)
    items: tuple[str, ...] = ()
    edition: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one item (逐项差异)."""

    code: str
    zh: str
    before: str
    after: str
    values: int  # of so many rows the value would differ
    example: tuple[str, str] | None

    @property
    def differs(self) -> bool:
        """Whether anything changes (有差异)."""
        return self.before != self.after or self.values > 0


@dataclass(slots=True)
class Replayed:
    """A day, answered again (重放结果)."""

    grant: Grant
    day: date
    calls: int = 0
    rows: int = 0
    wider: int = 0  # calls whose range holds more rows than they got: they were filtered
    gone: int = 0  # calls whose snapshot is no longer kept
    refused: str = ""  # under the other terms nothing would be served
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What the grant gave then, and what it would give (两种有效范围)."""

    before: granting.Effective
    after: granting.Effective | None


def replay(code: str, day: date, changed: Changed, *, by: Actor) -> Replayed:
    """Answer a day again (重放); the act is journalled.

    Raises:
        NotFound: for a grant or edition that does not exist, or a day without calls on tables.
    """
    grant = Grant.objects.filter(code=code).select_related("mount__dataset", "mount__resource", "resource", "consumer", "system").first()  # fmt: skip
    if grant is None:
        raise NotFound(f"没有编号为 {code} 的授权。", rule="replay.grant")
    calls = list(
        Call.objects.filter(grant=code, on=day, kind="call", plane="table", succeeded=True, rows__gt=0)
        .exclude(first_key="").order_by("pk")[:CALLS_MOST]
    )  # fmt: skip
    if not calls or grant.mount.dataset is None:
        raise NotFound(f"{day} 没有按这个授权读取库表的调用。", rule="replay.calls")
    found = Replayed(grant, day, calls=len(calls))
    sides = _sides(grant, changed, calls[-1].at, found)
    _compare(found, sides, _rows_of(found, calls, grant.mount.dataset, sides), calls)
    facts = {"day": str(day), "calls": found.calls, "masks": dict(changed.masks), "items": list(changed.items),
             "edition": changed.edition}  # fmt: skip
    journal.record("data_gateway.replay", actor=by.key, object=("grant", code), facts=facts)
    return found


def _sides(grant: Grant, changed: Changed, at: datetime, found: Replayed) -> _Sides:
    terms, offered = resources.terms(grant), resources.offered(grant.mount)
    living = replace(terms, state="active", valid_from=min(terms.valid_from, at))
    then = resources.edition_on(grant.resource, found.day, known_at=at)
    held = replace(offered, state="published", share=then.share, mounted=True, items=_items(then))
    before = granting.effective(living, held, at)
    other = replace(living, masks={**terms.masks, **changed.masks}, items=changed.items or terms.items)
    if changed.edition is not None:
        offered = _offered_in(offered, grant, changed.edition)
    try:
        return _Sides(before, granting.effective(other, offered, at))
    except (NotAllowed, RuleBroken) as error:
        found.refused = error.message_zh
        return _Sides(before, None)


def _offered_in(offered: granting.Offered, grant: Grant, number: int) -> granting.Offered:
    edition = Edition.objects.filter(resource=grant.resource, number=number).first()
    if edition is None:
        raise NotFound(f"目录“{grant.resource.title}”没有第 {number} 版。", rule="replay.edition")
    return replace(offered, share=edition.share, items=_items(edition))


def _items(edition: Edition) -> dict[str, Item]:
    return {item.code: item for item in edition.item_list}


def _rows_of(
    found: Replayed, calls: Sequence[Call], dataset: Dataset, sides: _Sides
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows that the calls reached, each once, by snapshot and key."""
    columns = {*sides.before.columns.values(), *(sides.after.columns.values() if sides.after else ())}
    reached: dict[tuple[Any, ...], dict[str, Any]] = {}
    corrections = list(Override.objects.filter(dataset=dataset).order_by("pk"))
    for call in calls:
        first, last = rows.key_of(call.first_key, dataset), rows.key_of(call.last_key, dataset)
        try:
            held = rows.between(dataset, call.snapshot, first, last, sorted(columns))
        except NotFound:
            found.gone += 1
            continue
        found.wider += len(held) > call.rows
        then = [one for one in corrections if one.made_at <= call.at and (one.ended_at or call.at) >= call.at]
        for row in _put_right(held, dataset, then):
            reached[(call.snapshot, *(row[name] for name in dataset.key))] = row
    found.rows = len(reached)
    return reached


def _put_right(
    held: list[dict[str, Any]], dataset: Dataset, corrections: Sequence[Override]
) -> list[dict[str, Any]]:
    """Rows as they were served: with the values that were put right by then."""
    kinds = {column["name"]: column["type"] for column in dataset.columns}
    by_key = {tuple(str(row[name]) for name in dataset.key): row for row in held}
    for one in corrections:
        parts = correcting.key_parts(one.row_key, dataset.key)
        row = by_key.get(parts) if parts else None
        if row is not None and one.column in row:
            with suppress(ValueError):
                row[one.column] = rows.stored(correcting.typed(one.value, kinds[one.column]))
    return held


def _compare(
    found: Replayed, sides: _Sides, reached: Mapping[tuple[Any, ...], dict[str, Any]], calls: Sequence[Call]
) -> None:
    given = {code for call in calls for code in call.items}
    before = {item.code: item for item in sides.before.items if item.code in given}
    after = {item.code: item for item in sides.after.items} if sides.after else {}
    for code in dict.fromkeys([*before, *after]):
        item = before.get(code) or after[code]
        was = _shown(code, before, sides.before.masks)
        will = _shown(code, after, sides.after.masks if sides.after else {})
        values, example = _values(code, before, after, sides, reached.values())
        found.lines.append(Line(code, item.zh, was, will, values, example))


def _shown(code: str, items: Mapping[str, Any], masks: Mapping[str, str]) -> str:
    if code not in items:
        return "不提供"
    return f"脱敏：{openapi.masked_zh(masks[code])}" if masks.get(code) else "原值"


def _values(
    code: str, before: Mapping[str, Any], after: Mapping[str, Any], sides: _Sides, reached: Any
) -> tuple[int, tuple[str, str] | None]:
    """In how many rows the value differs, and one pair of values where both are masked."""
    if code not in before or code not in after or sides.after is None:
        return (len(reached) if (code in before) != (code in after) else 0), None
    was, will = sides.before.masks.get(code, ""), sides.after.masks.get(code, "")
    if was == will:
        return 0, None
    column = sides.before.columns[code]
    pairs = [(_as(was, row.get(column)), _as(will, row.get(column))) for row in reached]
    differing = [pair for pair in pairs if pair[0] != pair[1]]
    return len(differing), (differing[0] if differing and was and will else None)


def _as(kind: str, value: Any) -> str:
    text = "" if value is None else str(value)
    return (masking.masked(kind, text) or "") if kind else text
