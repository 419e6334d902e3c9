"""Clearing away what nobody can read (清理数据湖): folders of batches that came to nothing."""

from __future__ import annotations

import shutil

from zhujianyun.apps.data_gathering.models import Batch, Source
from zhujianyun.apps.data_gathering.models.batch import ACTIVE
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.models import Snapshot


def sweep() -> int:
    """Remove the folders of batches that neither run nor are named by a snapshot (清理); how many."""
    return sum(sweep_one(source) for source in Source.objects.select_related("dataset"))


def sweep_one(source: Source) -> int:
    """The same for one data set (清理一个数据集)."""
    place = lake.folder(source.dataset.code)
    if not place.is_dir():
        return 0
    kept = set(Snapshot.objects.filter(dataset=source.dataset).values_list("batch", flat=True))
    kept |= set(Batch.objects.filter(dataset=source.dataset, state__in=ACTIVE).values_list("code", flat=True))
    # Only folders that a batch of ours made: what else lies there is not ours to remove.
    ours = set(Batch.objects.filter(dataset=source.dataset).values_list("code", flat=True))
    litter = [path for path in place.iterdir() if path.is_dir() and path.name in ours - kept]
    for path in litter:
        shutil.rmtree(path)
    return len(litter)
