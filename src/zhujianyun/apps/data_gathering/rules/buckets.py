"""Buckets of digests (摘要分桶): which rows two states of a table do not share, without a cursor.

A row's mark is 16 bytes of key digest and 16 of row digest. Its bucket is the first ten bits of the
key digest; a bucket's digest is taken over its sorted marks; the root over the 1 024 bucket digests.
Equal buckets need no second look.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

BUCKETS = 1024
_SHIFT = np.uint64(64 - 10)


@dataclass(frozen=True)
class Table:
    """The marks of one state (状态摘要): sorted by key digest, with where each bucket begins."""

    marks: np.ndarray  # n × 32 bytes, sorted
    order: np.ndarray  # place of each sorted mark among the rows as given
    edges: np.ndarray  # BUCKETS + 1 places
    digests: tuple[bytes, ...]

    @property
    def root(self) -> str:
        """The digest of the whole state (内容摘要值), hexadecimal."""
        return hashlib.sha256(b"".join(self.digests)).hexdigest()


@dataclass(frozen=True)
class Changes:
    """What differs (变更集): places of rows in the old state and in the new one."""

    inserted: np.ndarray  # places in the new state
    updated: np.ndarray  # places in the new state
    updated_old: np.ndarray  # the same rows in the old state
    deleted: np.ndarray  # places in the old state
    unequal_buckets: int

    @property
    def count(self) -> int:
        """How many rows differ (变更行数)."""
        return len(self.inserted) + len(self.updated) + len(self.deleted)


def table_of(marks: np.ndarray) -> Table:
    """Sort marks into buckets and take their digests (分桶); keys must be distinct."""
    words = np.ascontiguousarray(marks).view(">u8").astype(np.uint64).reshape(-1, 4)
    order = np.lexsort((words[:, 1], words[:, 0]))
    sorted_marks = marks[order]
    numbers = words[order, 0] >> _SHIFT
    edges = np.searchsorted(numbers, np.arange(BUCKETS + 1, dtype=np.uint64))
    spans = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    taken = tuple(hashlib.sha256(sorted_marks[a:b].tobytes()).digest() for a, b in spans)
    return Table(sorted_marks, order, edges, taken)


def changes(old: Table, new: Table) -> Changes:
    """The exact change set between two states (变更比对); only unequal buckets are opened."""
    unequal = [n for n in range(BUCKETS) if old.digests[n] != new.digests[n]]
    found = [_bucket_changes(old, new, n) for n in unequal]
    parts = [np.concatenate([one[k] for one in found] or [np.empty(0, np.int64)]) for k in range(4)]
    return Changes(parts[0], parts[1], parts[2], parts[3], len(unequal))


def _bucket_changes(old: Table, new: Table, number: int) -> tuple[np.ndarray, ...]:
    olds, old_at = _span(old, number)
    news, new_at = _span(new, number)
    old_keys, new_keys = _keys(olds), _keys(news)
    _, in_old, in_new = np.intersect1d(old_keys, new_keys, assume_unique=True, return_indices=True)
    differs = (olds[in_old, 16:] != news[in_new, 16:]).any(axis=1)
    gone, fresh = np.ones(len(olds), bool), np.ones(len(news), bool)
    gone[in_old], fresh[in_new] = False, False
    return new_at[fresh], new_at[in_new[differs]], old_at[in_old[differs]], old_at[gone]


def _span(table: Table, number: int) -> tuple[np.ndarray, np.ndarray]:
    a, b = table.edges[number], table.edges[number + 1]
    return table.marks[a:b], table.order[a:b]


def _keys(marks: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(marks[:, :16]).view("S16").reshape(-1)
