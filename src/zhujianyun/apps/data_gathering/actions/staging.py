"""Parts of a batch on disk (暂存): written beside the table, unknown to readers until they are published.

Every batch has a folder of its own under the table's. A part is a Parquet file and the marks of its
rows (32 bytes each, in the same order). What a part means is noted in the database only when its bytes
are on the disk: whoever comes after a killed worker finds the noted parts whole and removes the rest.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zhujianyun.apps.data_gathering.models import Batch
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.models import Dataset

MARKS, KEPT = ".marks", ".kept"


def folder(batch: Batch) -> Path:
    """Where the parts of a batch lie (暂存目录)."""
    return lake.folder(batch.dataset.code) / batch.code


def begin(batch: Batch, noted: Iterable[str]) -> None:
    """Make the folder, without whatever was not noted (整理暂存)."""
    place = folder(batch)
    with _room():
        place.mkdir(parents=True, exist_ok=True)
    wanted = set(noted)
    for path in place.iterdir():
        if path.name.partition(".")[0] not in wanted:
            path.unlink()


def write(batch: Batch, name: str, rows: list[pa.RecordBatch], schema: pa.Schema, marks: np.ndarray) -> None:
    """Write one part and make sure that it is on the disk (写入一段)."""
    place = folder(batch)
    with _room():
        table = pa.Table.from_batches(rows, schema)
        pq.write_table(table, place / f"{name}.parquet", compression="zstd", compression_level=1)
        (place / f"{name}{MARKS}").write_bytes(np.ascontiguousarray(marks).tobytes())
        for suffix in (".parquet", MARKS):
            _sync(place / f"{name}{suffix}")


def write_kept(batch: Batch, name: str, places: np.ndarray) -> None:
    """Note which rows of the last snapshot were met again unchanged (记录未变行)."""
    path = folder(batch) / f"{name}{KEPT}"
    with _room():
        path.write_bytes(places.astype(np.int64).tobytes())
        _sync(path)


def link(batch: Batch, name: str, old: Path) -> None:
    """Take over an old part whole, without copying it (沿用旧文件)."""
    place = folder(batch)
    with _room():
        for source, suffix in ((old, ".parquet"), (old.with_suffix(MARKS), MARKS)):
            target = place / f"{name}{suffix}"
            try:
                os.link(source, target)
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise
                shutil.copyfile(source, target)


def marks_of(batch: Batch, names: Iterable[str]) -> np.ndarray:
    """The marks of some parts, in their order (读取行标记)."""
    return read_marks(folder(batch) / f"{name}{MARKS}" for name in names)


def read_marks(paths: Iterable[Path]) -> np.ndarray:
    """Marks from their files (读取行标记)."""
    found = [np.fromfile(path, np.uint8).reshape(-1, 32) for path in paths]
    return np.concatenate(found) if found else np.empty((0, 32), np.uint8)


def kept_of(batch: Batch, names: Iterable[str]) -> np.ndarray:
    """The unchanged rows that some parts noted (读取未变行)."""
    paths = [path for name in names if (path := folder(batch) / f"{name}{KEPT}").exists()]
    found = [np.fromfile(path, np.int64) for path in paths]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def drop(batch: Batch) -> None:
    """Leave nothing of a batch that came to nothing (清除暂存)."""
    shutil.rmtree(folder(batch), ignore_errors=True)


def size(dataset: Dataset) -> int:
    """Bytes on disk, all versions (占用空间); linked files count once."""
    stats = [path.stat() for path in lake.folder(dataset.code).rglob("*") if path.is_file()]
    return sum({stat.st_ino: stat.st_size for stat in stats}.values())


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


class _room:  # noqa: N801 - reads as a sentence
    """A full disk, said so that people know what to do (磁盘已满)."""

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RuleBroken(
                "数据湖所在磁盘空间不足，本批未发布，读者仍看到上一次的数据；请清理或扩容后重新归集。",
                rule="gathering.disk_full",
            ) from error
