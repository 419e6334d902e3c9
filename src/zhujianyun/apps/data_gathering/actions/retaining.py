"""Clearing old versions away (清理旧版本): what may go by the rules, and nobody reads or stands on.

A version's files lie in the folder of its batch; files that stayed unchanged are linked into the
folders of later ones, so that removing one folder harms no other version. The row of the version
stays, with its count and digest: what it said can still be held against a file, only not shown.
"""

from __future__ import annotations

import shutil
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
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.models import Dataset, Snapshot


def policy_on(day: date) -> Policy:
    """The terms in force on a day (现行保留期限)."""
    row = registry.table("lake_retention", day)[0]
    return Policy(row.whole("keep_days"), row.whole("keep_month_ends"))


def retain() -> dict[str, int]:
    """Clear every data set whose turn it is (清理全部); how many versions went, how many were being read."""
    held = lake_pins.in_use()
    counts = {"removed": 0, "busy": 0}
    for dataset in Dataset.objects.filter(source__isnull=False):
        try:
            counts["removed"] += len(retain_one(dataset, held.get(dataset.code, set())))
        except Conflict:
            counts["busy"] += 1
    return counts


def retain_one(dataset: Dataset, held: set[int] | None = None) -> list[int]:
    """Clear the old versions of a data set (清理一个数据集); which went.

    ``held``: versions that figures stand on; looked up when not told.

    Raises:
        Conflict: while somebody reads it, or a batch of it runs.
    """
    kept = lake_pins.in_use().get(dataset.code, set()) if held is None else held
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
