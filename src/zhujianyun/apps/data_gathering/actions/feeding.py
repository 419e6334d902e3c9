"""Subjects learn what was gathered (主体入库): by the declared mapping, in bulk, history kept.

Incremental: a batch by digest or cursor wrote only what is new or changed; of a full one the rows that
the version before had already are passed over. When the mapping itself was changed since, every row is
told once more. Whatever contradicts the owner of an attribute is noted by the kernel (subject.conflict).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from zhujianyun.apps.data_gathering.actions import previous, staging
from zhujianyun.apps.data_gathering.models import Batch, Source
from zhujianyun.apps.data_gathering.rules import mapping
from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import Conflict, NotFound, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.models import Snapshot
from zhujianyun.kernel.subject import actions as subject
from zhujianyun.kernel.subject.actions import Registration

CHUNK = 2000


def feed(batch: Batch) -> dict[str, int]:
    """Register the subjects of what a batch brought (主体入库), and say what became of the rows.

    A row that cannot be taken (a number of two subjects, say) is counted and passed over; the others
    of its thousand are taken. Every chunk happens once, however often the job is tried.
    """
    source = Source.objects.select_related("dataset__system").get(dataset=batch.dataset)
    told = mapping.mapping_of(source.subjects, [c["name"] for c in batch.dataset.columns])
    counts = {"fed": 0, "refused": 0, "empty": 0, "unchanged": 0}
    before = Snapshot.objects.filter(dataset=batch.dataset, version__lt=batch.version).first()
    whole = before is not None and _mapped_anew(batch, before)
    for number, (rows, changed) in enumerate(_chunks(batch, told, None if whole else before, whole)):
        with jobs.once(f"feed:{batch.code}:{number}") as first:
            if first:
                counts["unchanged"] += int((~changed).sum())
                kept = [row for row, is_changed in zip(rows, changed, strict=True) if is_changed]
                _feed_chunk(kept, told, source, batch, counts)
        jobs.progress(sum(counts.values()), batch.landed, "登记主体")
    journal.record("gathering.subjects", actor=SYSTEM.key, object=("batch", batch.code), facts=counts)
    return counts


def _mapped_anew(batch: Batch, before: Snapshot) -> bool:
    """Whether the mapping was changed since the version before (映射有变)."""
    changes = journal.Entry.objects.filter(
        verb="gathering.source.change", object_type="dataset", object_id=batch.dataset.code,
        at__gt=before.landed_at,
    )  # fmt: skip
    return any("subjects" in change.facts_dict.get("changed", ()) for change in changes)


def _chunks(
    batch: Batch, told: mapping.Mapping, before: Snapshot | None, whole: bool
) -> Iterator[tuple[list[dict[str, Any]], np.ndarray]]:
    """Rows in steady portions, and which of them the version before did not have (分段)."""
    old = _old(batch, before) if batch.mode == Source.Mode.FULL else None
    for path in _parts(batch, whole):
        marks = staging.read_marks([path.with_suffix(staging.MARKS)]) if old is not None else None
        start = 0
        for portion in pq.ParquetFile(path).iter_batches(CHUNK, columns=told.columns):
            end = start + len(portion)
            changed = np.ones(len(portion), bool)
            if old is not None and marks is not None:
                changed = old.places(marks[start:end], whole=True) < 0
            yield portion.to_pylist(), changed
            start = end


def _parts(batch: Batch, whole: bool) -> list[Path]:
    """The files that the batch wrote; all of its version when everything is to be told."""
    if whole:
        return sorted(Path(name) for name in lake.files(batch.dataset, batch.version))
    return [staging.folder(batch) / f"{name}.parquet" for name in batch.parts.get("names", [])]


def _old(batch: Batch, before: Snapshot | None) -> previous.Previous | None:
    """The version before; none when there is none, or it is no longer kept: then all rows are told."""
    try:
        return previous.of(batch.dataset, before) if before is not None else None
    except (NotFound, FileNotFoundError):
        return None


def _feed_chunk(
    rows: list[dict[str, Any]], told: mapping.Mapping, source: Source, batch: Batch, counts: dict[str, int]
) -> None:
    day = clock.local_day(batch.taken_at or clock.now())
    said = [one for row in rows if (one := mapping.statement(row, told))]
    counts["empty"] += len(rows) - len(said)
    made = [Registration(**one, valid_from=day) for one in said]
    taken = _take(made, source, batch)
    counts["fed"] += taken
    counts["refused"] += len(made) - taken


def _take(made: list[Registration], source: Source, batch: Batch) -> int:
    """Register as many as can be (尽量登记): a chunk that is refused is halved."""
    if not made:
        return 0
    try:
        subject.register_many(made, source=source.dataset.system, by=SYSTEM, batch=batch.code)
    except Conflict:
        raise
    except RuleBroken:
        if len(made) == 1:
            return 0
        half = len(made) // 2
        return _take(made[:half], source, batch) + _take(made[half:], source, batch)
    return len(made)
