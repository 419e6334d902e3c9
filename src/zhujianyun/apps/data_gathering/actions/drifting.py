"""What a changed source means, and what a person decides of it (结构变更办理)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from zhujianyun.apps.data_gathering.actions.connectors import Connector
from zhujianyun.apps.data_gathering.models import Batch, Drift
from zhujianyun.apps.data_gathering.queries import RUN
from zhujianyun.apps.data_gathering.rules import drift
from zhujianyun.apps.data_gathering.rules.drift import Difference, Found
from zhujianyun.apps.data_gathering.rules.shape import Column, columns_of
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.resource import actions as resource
from zhujianyun.kernel.resource import lake, queries
from zhujianyun.kernel.resource.models import Dataset

SAMPLE = 2000  # values looked at for a rename


def compare(dataset: Dataset, found: Sequence[Found], connector: Connector) -> list[Difference]:
    """What differs from last time (比对), renames proposed by their values."""
    columns = columns_of(dataset.columns)
    told = drift.differences(columns, dataset.key, found, known(dataset, found))
    gone = [d.column for d in told if d.kind == "removed"]
    fresh = [d.column for d in told if d.kind == "added"]
    if gone and fresh:
        told += drift.renames(told, _old_values(dataset, columns, gone), _new_values(connector, fresh))
    return told


def known(dataset: Dataset, found: Sequence[Found]) -> dict[str, Found]:
    """What the source offered when last it was read whole, with what people accepted since (已知结构)."""
    batch = Batch.objects.filter(dataset=dataset, state=Batch.State.COMPLETE).order_by("-pk").first()
    if batch is None or not batch.parts.get("found"):
        return {one.name: one for one in found}
    known = {row["name"]: Found(**row) for row in batch.parts["found"]}
    accepted = Drift.objects.filter(
        dataset=dataset, state=Drift.State.ACCEPTED, decided_at__gte=batch.ended_at
    ).order_by("decided_at")
    for row in accepted:
        if row.after.get("name"):
            known[row.after["name"]] = Found(**{"type": "", **row.after})
    return known


@transaction.atomic
def note(dataset: Dataset, told: Sequence[Difference]) -> list[Drift]:
    """Keep what differs; what no longer does is gone (登记结构变更)."""
    now = clock.now()
    standing = {(row.kind, row.column): row for row in Drift.objects.filter(dataset=dataset, state="open")}
    rows = []
    for one in told:
        row = standing.pop((one.kind, one.column), None) or Drift(
            dataset=dataset, kind=one.kind, column=one.column
        )
        is_new = row.pk is None
        row.before, row.after = dict(one.before or {}), dict(one.after or {})
        row.text, row.stops, row.seen_at = one.text_zh[:400], one.stops, now
        row.save()
        rows.append(row)
        if is_new:
            facts = {"kind": one.kind, "column": one.column, "stops": one.stops}
            journal.record("gathering.drift", actor=SYSTEM.key, object=("dataset", dataset.code), facts=facts)
    Drift.objects.filter(pk__in=[row.pk for row in standing.values()]).update(state=Drift.State.GONE)
    return rows


@transaction.atomic
def confirm(row: Drift, *, by: Actor, reason: str) -> Dataset:
    """Accept a change: the data set follows it, as a new schema version (确认结构变更).

    Raises:
        NotAllowed: without "data_gathering.run" at the system's owner.
        RuleBroken: without a reason, or where a key column would be lost.
        Conflict: when it was decided already.
    """
    dataset = _decide(row, Drift.State.ACCEPTED, by, reason)
    columns = columns_of(dataset.columns)
    if row.kind == "key" and row.after.get("key"):
        names = {c.source_name: c.name for c in columns}
        dataset.key = [names[name] for name in row.after["key"] if name in names]
        dataset.save(update_fields=["key"])
    else:
        columns = _followed(columns, row)
    resource.accept_schema(dataset, [c.row() for c in columns], by=by, reason=reason)
    if row.kind == "renamed":
        pair = (("removed", row.column), ("added", row.after["name"]))
        for kind, column in pair:
            Drift.objects.filter(dataset=dataset, state="open", kind=kind, column=column).update(state="gone")
    return dataset


@transaction.atomic
def dismiss(row: Drift, *, by: Actor, reason: str) -> Drift:
    """Leave the data set as it is (不采纳)."""
    _decide(row, Drift.State.DISMISSED, by, reason)
    return row


def _decide(row: Drift, state: str, by: Actor, reason: str) -> Dataset:
    dataset = Dataset.objects.select_related("system__owner").get(pk=row.dataset_id)
    access.require(by, RUN, dataset.system.owner)
    if not reason.strip():
        raise RuleBroken("请写明理由。", rule="gathering.reason", fields=["reason"])
    held = Drift.objects.select_for_update().get(pk=row.pk)
    if held.state != Drift.State.OPEN:
        raise Conflict(
            f"这项变更已由他人处理（{held.get_state_display()}）。", rule="gathering.drift_decided"
        )
    row.state, row.decided_by, row.decided_at, row.reason = state, by.key, clock.now(), reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    facts = {"kind": row.kind, "column": row.column, "state": str(state)}
    journal.record(
        "gathering.drift.decide",
        actor=by.key,
        object=("dataset", dataset.code),
        facts=facts,
        reason=row.reason,
    )
    return dataset


def _followed(columns: tuple[Column, ...], row: Drift) -> tuple[Column, ...]:
    if row.kind == "added":
        return (
            *columns,
            Column(row.column, row.after.get("type") or "text", length=row.after.get("length", 0)),
        )
    if row.kind == "renamed":
        return drift.renamed(columns, row.column, row.after["name"])
    if row.kind in ("removed", "key"):
        return drift.without(columns, row.column)
    return drift.adjusted(columns, row.after)


def _old_values(dataset: Dataset, columns: Sequence[Column], gone: Sequence[str]) -> dict[str, set[str]]:
    if queries.latest_snapshot(dataset) is None:
        return {}
    ours = {c.source_name: c.name for c in columns}
    with lake.reading() as connection:
        table = lake.table(connection, dataset)
        names = {name: ours[name] for name in gone if ours[name] in table.columns}
        rows = table.select(*names.values()).limit(SAMPLE).to_pyarrow() if names else None
    return (
        {name: _texts(rows[ours_].to_pylist()) for name, ours_ in names.items()} if rows is not None else {}
    )


def _new_values(connector: Connector, fresh: Sequence[str]) -> dict[str, set[str]]:
    """Values of the first batch of the new columns; the reader is opened anew afterwards."""
    values: dict[str, set[str]] = {name: set() for name in fresh}
    for batch in connector.batches(list(fresh)):
        for name in fresh:
            values[name] |= _texts(batch.column(name).slice(0, SAMPLE).to_pylist())
        break
    return values


def _texts(values: Sequence[Any]) -> set[str]:
    return {str(value).strip() for value in values if value not in (None, "")}
