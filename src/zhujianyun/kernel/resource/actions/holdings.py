"""Data sets and their snapshots (数据集与快照登记)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.items import TYPES
from zhujianyun.kernel.resource.models import Dataset, Snapshot
from zhujianyun.kernel.system.models import BusinessSystem

GATHER = "resource.gather"


@transaction.atomic
def register_dataset(
    code: str, title: str, system: BusinessSystem, columns: Sequence[dict[str, Any]], key: Sequence[str], *,
    by: Actor, cadence_minutes: int = 1440,
) -> Dataset:  # fmt: skip
    """Make a data set known (登记数据集).

    Raises:
        NotAllowed: without "resource.gather" at the system's owner.
        RuleBroken: for a code in use, columns of no known type, or a key that is no column.
    """
    access.require(by, GATHER, system.owner)
    _fit(columns, key)
    if Dataset.objects.filter(code=code).exists():
        raise RuleBroken(f"数据集代码 {code} 已被使用。", rule="dataset.code_once", code=code)
    dataset = Dataset.objects.create(
        code=code, title=title, system=system, columns=list(columns), key=list(key),
        cadence_minutes=cadence_minutes,
    )  # fmt: skip
    facts = {"system": system.code, "columns": [c["name"] for c in columns], "key": list(key)}
    journal.record("resource.dataset.register", actor=by.key, object=("dataset", code), facts=facts)
    return dataset


@transaction.atomic
def land(
    dataset: Dataset, *, version: int, batch: str, rows: int, digest: str, taken_at: datetime, by: Actor
) -> Snapshot:
    """Let readers see a complete new state (发布快照): the switch is this row.

    Raises:
        NotAllowed: without "resource.gather" at the system's owner.
        RuleBroken: when the version is not newer than the last one.
    """
    access.require(by, GATHER, dataset.system.owner)
    last = Snapshot.objects.filter(dataset=dataset).order_by("-version").first()
    if last is not None and last.version >= version:
        raise RuleBroken(
            f"数据集 {dataset.code} 已有第 {last.version} 版快照，不能发布第 {version} 版。",
            rule="snapshot.newer",
        )
    snapshot = Snapshot.objects.create(
        dataset=dataset, version=version, schema_version=dataset.schema_version, batch=batch, rows=rows,
        digest=digest, taken_at=taken_at,
    )  # fmt: skip
    facts = {"version": version, "rows": rows, "digest": digest, "batch": batch}
    journal.record("resource.dataset.land", actor=by.key, object=("dataset", dataset.code), facts=facts)
    return snapshot


@transaction.atomic
def accept_schema(dataset: Dataset, columns: Sequence[dict[str, Any]], *, by: Actor, reason: str) -> Dataset:
    """Accept changed columns as a new schema version (确认结构变更); old snapshots keep theirs.

    Raises:
        NotAllowed: without "resource.gather" at the system's owner.
        RuleBroken: for columns of no known type or a key column that is gone.
    """
    access.require(by, GATHER, dataset.system.owner)
    _fit(columns, dataset.key)
    dataset.columns, dataset.schema_version = list(columns), dataset.schema_version + 1
    dataset.stopped_why = ""
    dataset.save(update_fields=["columns", "schema_version", "stopped_why"])
    facts = {"schema_version": dataset.schema_version, "columns": [c["name"] for c in columns]}
    journal.record(
        "resource.dataset.accept_schema",
        actor=by.key,
        object=("dataset", dataset.code),
        facts=facts,
        reason=reason,
    )
    return dataset


@transaction.atomic
def promise_cadence(dataset: Dataset, minutes: int, *, by: Actor) -> Dataset:
    """Promise another interval between two gatherings (约定归集间隔).

    Raises:
        NotAllowed: without "resource.gather" at the system's owner.
        RuleBroken: for less than a minute.
    """
    access.require(by, GATHER, dataset.system.owner)
    if minutes < 1:
        raise RuleBroken("约定归集间隔至少 1 分钟。", rule="dataset.cadence", fields=["cadence_minutes"])
    before, dataset.cadence_minutes = dataset.cadence_minutes, minutes
    dataset.save(update_fields=["cadence_minutes"])
    facts = {"before": before, "minutes": minutes}
    journal.record("resource.dataset.cadence", actor=by.key, object=("dataset", dataset.code), facts=facts)
    return dataset


@transaction.atomic
def stop_dataset(dataset: Dataset, *, by: Actor, reason: str) -> Dataset:
    """Stop gathering a data set; its last snapshot stays in service (停止归集)."""
    access.require(by, GATHER, dataset.system.owner)
    dataset.stopped_why = reason
    dataset.save(update_fields=["stopped_why"])
    journal.record("resource.dataset.stop", actor=by.key, object=("dataset", dataset.code), reason=reason)
    return dataset


def _fit(columns: Sequence[dict[str, Any]], key: Sequence[str]) -> None:
    names = [column["name"] for column in columns]
    if not names or len(set(names)) != len(names):
        raise RuleBroken("数据集至少有一列，且列名不得重复。", rule="dataset.columns")
    if odd := [c["name"] for c in columns if c.get("type") not in TYPES]:
        raise RuleBroken(
            f"列 {'、'.join(odd)} 的类型不在 {'、'.join(TYPES)} 之列。", rule="dataset.column_type"
        )
    if not key or any(name not in names for name in key):
        raise RuleBroken("主键列至少一列，且必须是数据集的列。", rule="dataset.key")
