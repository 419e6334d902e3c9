"""Clearing old versions away (清理旧版本): what may go by the rules, and nobody reads, stands on or must prove.

A version's files lie in the folder of its batch; files that stayed unchanged are linked into the
folders of later ones, so that removing one folder harms no other version. The row of the version
stays, with its count and digest: what it said can still be held against a file, only not shown.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from datetime import date

from zhujianyun.apps.data_gathering.models import Batch
from zhujianyun.apps.data_gathering.models.batch import ACTIVE
from zhujianyun.apps.data_gathering.rules.retention import Policy, Version, expired
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.indicator import lake_pins
from zhujianyun.kernel.resource import lake, pins
from zhujianyun.kernel.resource.models import Dataset, Snapshot

FIGURES_ZH = "现行指标由它计数，其间不清理"


def policy_on(day: date) -> Policy:
    """The terms in force on a day (现行保留期限)."""
    row = registry.table("lake_retention", day)[0]
    return Policy(row.whole("keep_days"), row.whole("keep_month_ends"))


def retain() -> dict[str, int]:
    """Clear every data set whose turn it is (清理全部); how many versions went, how many were being read."""
    found = held()
    counts = {"removed": 0, "busy": 0}
    for dataset in Dataset.objects.filter(source__isnull=False):
        try:
            counts["removed"] += len(retain_one(dataset, found.get(dataset.code, {})))
        except Conflict:
            counts["busy"] += 1
    return counts


def held(dataset: str = "") -> pins.Reasons:
    """The versions that stay whatever their age, and why (不清理的版本及原因); of one data set when it is named."""
    found = pins.needed(dataset)
    pins.add(found, {code: v for code, v in lake_pins.in_use().items() if dataset in ("", code)}, FIGURES_ZH)
    return found


def retain_one(dataset: Dataset, kept: Collection[int] | None = None) -> list[int]:
    """Clear the old versions of a data set (清理一个数据集); which went.

    ``kept``: versions that somebody needs; looked up when not told.

    Raises:
        Conflict: while somebody reads it, or a batch of it runs.
    """
    kept = held(dataset.code).get(dataset.code, {}) if kept is None else kept
    may_go = expired(versions_of(dataset), policy_on(clock.today()), clock.now(), clock.today(), kept)
    going = [version for version in may_go if lake.is_kept(dataset, version.batch)]
    if not going:
        return []
    if Batch.objects.filter(dataset=dataset, state__in=ACTIVE).exists():
        raise Conflict("正在归集，稍后再清理旧版本。", rule="gathering.retain_later", dataset=dataset.code)
    with lake.clearing(dataset):
        for version in going:
            shutil.rmtree(lake.folder(dataset.code) / version.batch)
    gone = [version.number for version in going]
    facts = {"versions": gone, "batches": [version.batch for version in going]}
    journal.record(
        "gathering.versions.remove", actor=SYSTEM.key, object=("dataset", dataset.code), facts=facts
    )
    return gone


def versions_of(dataset: Dataset) -> list[Version]:
    """The versions that batches of ours brought (版本)."""
    ours = Batch.objects.filter(dataset=dataset).values("code")
    rows = Snapshot.objects.filter(dataset=dataset, batch__in=ours).values_list(
        "version", "batch", "landed_at"
    )
    return [Version(number, batch, at, clock.local_day(at)) for number, batch, at in rows]
