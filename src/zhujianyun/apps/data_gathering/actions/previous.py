"""The last snapshot as a batch sees it (上一快照): its files, and the marks of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zhujianyun.apps.data_gathering.actions import staging
from zhujianyun.apps.data_gathering.rules import buckets
from zhujianyun.kernel.resource import lake, queries
from zhujianyun.kernel.resource.models import Dataset, Snapshot

_ONE = np.uint64(1)


@dataclass
class Previous:
    """What was published last (上一快照); empty before the first one."""

    files: list[Path]
    starts: np.ndarray  # place of the first row of each file, and of the end
    table: buckets.Table

    def __post_init__(self) -> None:
        words = np.ascontiguousarray(self.table.marks).view(">u8").astype(np.uint64).reshape(-1, 4)
        self._words, self._first = words, np.ascontiguousarray(words[:, 0])

    @property
    def rows(self) -> int:
        """How many rows it has (行数)."""
        return len(self.table.order)

    def places(self, marks: np.ndarray, *, whole: bool) -> np.ndarray:
        """Where rows with these keys stand, with the same content when ``whole``; −1 for none (查找)."""
        if not self.rows or not len(marks):
            return np.full(len(marks), -1, np.int64)
        words = np.ascontiguousarray(marks).view(">u8").astype(np.uint64).reshape(-1, 4)
        at = np.minimum(np.searchsorted(self._first, words[:, 0]), self.rows - 1)
        width = 4 if whole else 2
        # Two keys that share 64 bits stand side by side; the second of them counts as not found here
        # and is written again: the answer stays right.
        same = (self._words[at, :width] == words[:, :width]).all(axis=1)
        return np.where(same, self.table.order[at], -1)


def previous(dataset: Dataset) -> Previous:
    """The last snapshot of a data set (上一快照)."""
    return of(dataset, queries.latest_snapshot(dataset))


def of(dataset: Dataset, snapshot: Snapshot | None) -> Previous:
    """A snapshot with its marks (某一快照); empty for none.

    Raises:
        NotFound: when it is no longer kept.
    """
    paths = sorted(Path(name) for name in lake.files(dataset, snapshot.version)) if snapshot else []
    marks = [staging.read_marks([path.with_suffix(staging.MARKS)]) for path in paths]
    starts = np.cumsum([0, *(len(one) for one in marks)])
    whole = np.concatenate(marks) if marks else np.empty((0, 32), np.uint8)
    return Previous(paths, starts, buckets.table_of(whole))
