"""Subjects learn what was gathered (主体入库): by the declared mapping, in bulk, history kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow.parquet as pq

from zhujianyun.apps.data_gathering.actions import staging
from zhujianyun.apps.data_gathering.models import Batch, Source
from zhujianyun.apps.data_gathering.rules import mapping
from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.subject import actions as subject
from zhujianyun.kernel.subject.actions import Registration

CHUNK = 2000


def feed(batch: Batch) -> dict[str, int]:
    """Register the subjects of what a batch brought (主体入库): only new and changed rows were written by it.

    A row that cannot be taken (a number of two subjects, say) is counted and passed over; the others
    of its thousand are taken. Every chunk happens once, however often the job is tried.
    """
    source = Source.objects.select_related("dataset__system").get(dataset=batch.dataset)
    told = mapping.mapping_of(source.subjects, [c["name"] for c in batch.dataset.columns])
    counts = {"fed": 0, "refused": 0, "empty": 0}
    for number, rows in enumerate(_chunks(_rows(batch, told))):
        with jobs.once(f"feed:{batch.code}:{number}") as first:
            if first:
                _feed_chunk(rows, told, source, batch, counts)
        jobs.progress(sum(counts.values()), batch.landed, "登记主体")
    journal.record("gathering.subjects", actor=SYSTEM.key, object=("batch", batch.code), facts=counts)
    return counts


def _rows(batch: Batch, told: mapping.Mapping) -> Iterator[dict[str, Any]]:
    for name in batch.parts.get("names", []):
        file = pq.ParquetFile(staging.folder(batch) / f"{name}.parquet")
        for portion in file.iter_batches(CHUNK, columns=told.columns):
            yield from portion.to_pylist()


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


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
