"""From parts to a version of the table (发布版本): one commit of the Delta log, then one row of the kernel.

A worker may be killed between the two: then the log's last entry names the batch, and the next worker
takes that version instead of writing another. A version that no snapshot names is seen by nobody.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zhujianyun.apps.data_gathering.actions import staging
from zhujianyun.apps.data_gathering.actions.previous import Previous
from zhujianyun.apps.data_gathering.models import Batch
from zhujianyun.base import clock
from zhujianyun.kernel.resource import lake

# The log is the only memory of old versions: it is kept as long as their files.
_CONFIGURATION = {"delta.logRetentionDuration": "interval 36500 days", "delta.enableDeletionVectors": "false"}


def carry_over(batch: Batch, old: Previous, keep: np.ndarray, schema: pa.Schema) -> list[str]:
    """Take the rows of the last snapshot that stay into the new one (沿用未变行); the names of their parts.

    A file that stays whole is linked, the others are written anew without what went.
    """
    names = []
    for number, path in enumerate(old.files):
        stays = keep[old.starts[number] : old.starts[number + 1]]
        name = f"kept-{number + 1:05}"
        if stays.all():
            staging.link(batch, name, path)
        elif stays.any():
            table = pq.read_table(path).cast(schema).filter(pa.array(stays))
            marks = staging.read_marks([path.with_suffix(staging.MARKS)])[stays]
            staging.write(batch, name, table.to_batches(), schema, marks)
        if stays.any():
            names.append(name)
    return names


def commit(batch: Batch, names: list[str], schema: pa.Schema) -> int:
    """Name the parts in the log of the table (提交版本); the number of the version."""
    from deltalake import CommitProperties, DeltaTable, Schema
    from deltalake.transaction import AddAction, create_table_with_add_actions

    place = lake.folder(batch.dataset.code)
    found = _committed(place, batch)
    if found is not None:
        return found
    adds = [
        AddAction(
            path, (place / path).stat().st_size, {}, int(clock.now().timestamp() * 1000), True,
            json.dumps({"numRecords": pq.read_metadata(place / path).num_rows}),
        )
        for path in (f"{batch.code}/{name}.parquet" for name in names)
    ]  # fmt: skip
    told = CommitProperties(custom_metadata={"batch": batch.code})
    create_table_with_add_actions(
        str(place), Schema.from_arrow(schema), adds, mode="overwrite", configuration=_CONFIGURATION,
        commit_properties=told,
    )  # fmt: skip
    return int(DeltaTable(str(place)).version())


def _committed(place: Path, batch: Batch) -> int | None:
    """The version that an earlier worker committed for this batch, if he did (已提交的版本)."""
    from deltalake import DeltaTable

    if not (place / "_delta_log").exists():
        return None
    (last,) = DeltaTable(str(place)).history(1)
    return int(last["version"]) if last.get("batch") == batch.code else None
