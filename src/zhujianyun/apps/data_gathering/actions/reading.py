"""Reading a source into parts (取数入段): judged, counted, marked; what goes wrong is put aside.

Nothing grows with the size of the table but the digests of its keys (about 100 bytes a row): rows
travel in batches and leave in parts.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from zhujianyun.apps.data_gathering.actions import staging
from zhujianyun.apps.data_gathering.actions.connectors import Connector, paced
from zhujianyun.apps.data_gathering.actions.previous import Previous
from zhujianyun.apps.data_gathering.models import Batch, QuarantinedRow, Source
from zhujianyun.apps.data_gathering.rules import canonical, checking
from zhujianyun.apps.data_gathering.rules.checking import Reason, Verdict
from zhujianyun.apps.data_gathering.rules.shape import Column, columns_of, schema_of
from zhujianyun.base import ciphers, clock, jobs
from zhujianyun.base.errors import RuleBroken

PART_ROWS = 100_000
MOST_REJECTED = 100_000  # beyond this the mapping is wrong, not the rows
SEAL = "gathering"
T = TypeVar("T")
Arrived = tuple[pa.RecordBatch, Verdict, Any]


class Cancelled(RuleBroken):
    """Somebody asked for the batch to end (已取消)."""


@dataclass
class Portion:
    """What will become one part (一段)."""

    rows: list[pa.RecordBatch] = field(default_factory=list)
    marks: list[np.ndarray] = field(default_factory=list)
    kept: list[np.ndarray] = field(default_factory=list)
    bad: list[QuarantinedRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """Rows read into it (已取行数)."""
        return sum(self.counts[name] for name in ("landed", "rejected", "duplicate"))


class Reading:
    """One reading of a source for a batch (一次取数)."""

    def __init__(self, batch: Batch, source: Source, old: Previous | None) -> None:
        self.batch, self.source, self.old = batch, source, old
        self.columns: tuple[Column, ...] = columns_of(batch.dataset.columns)
        self.names = [column.name for column in self.columns]
        self.kinds = [column.type for column in self.columns]
        self.key = list(batch.dataset.key)
        self.key_places = [self.names.index(name) for name in self.key]
        self.schema = schema_of(self.columns)
        self.today = clock.today()
        self.seen: set[bytes] = set()
        self.cursor: Any = batch.parts.get("cursor")
        self.ends: list[Any] = [batch.min_key or None, batch.max_key or None]

    def run(self, connector: Connector, since: tuple[str, Any] | None = None) -> None:
        """Read to the end (取数); notes each part when it is safe on the disk."""
        self._take_up()
        portion = Portion()
        wanted = [column.source_name for column in self.columns]
        batches = connector.batches(wanted, self.batch.parts.get("position"), since)
        batches = paced(_not_empty(batches), self.source.rows_per_second)
        position = None
        with closing(ahead(lambda: self._next(batches, connector))) as arrived:
            for given, verdict, position in arrived:
                self._take(given, verdict, portion)
                self._may_go_on(portion)
                if portion.read >= PART_ROWS:
                    self._note(portion, position)
                    portion = Portion()
        self._note(portion, position)

    def _next(self, batches: Iterator[pa.RecordBatch], connector: Connector) -> Arrived | None:
        """The next batch, judged, with the place behind it; runs beside the rest (下一批)."""
        given = next(batches, None)
        if given is None:
            return None
        return given, checking.judge(given, self.columns, self.key, self.today), connector.position

    def _take_up(self) -> None:
        """What an earlier worker read of this batch (接续)."""
        names = self.batch.parts.get("names", [])
        for marks in (staging.marks_of(self.batch, names), self._kept_marks(names)):
            self.seen.update(_keys(marks))

    def _kept_marks(self, names: list[str]) -> np.ndarray:
        places = staging.kept_of(self.batch, names)
        if self.old is None or not len(places):
            return np.empty((0, 32), np.uint8)
        by_row = np.empty_like(self.old.table.marks)
        by_row[self.old.table.order] = self.old.table.marks
        return by_row[places]

    def _take(self, given: pa.RecordBatch, verdict: Verdict, portion: Portion) -> None:
        first = self.batch.read + portion.read + 1
        for place, reason in sorted(verdict.reasons.items()):
            portion.bad.append(self._put_aside(given, place, first + place, reason))
        portion.findings += verdict.findings
        rows = verdict.rows.filter(pa.array(verdict.good)) if verdict.reasons else verdict.rows
        marks = canonical.marks(rows, self.kinds, self.key_places, self.batch.schema_version)
        fresh = self._fresh(marks)
        portion.counts["rejected"] += len(verdict.reasons)
        portion.counts["duplicate"] += len(marks) - int(fresh.sum())
        portion.counts["landed"] += int(fresh.sum())
        if not fresh.all():
            rows, marks = rows.filter(pa.array(fresh)), marks[fresh]
        self._look_at_ends(rows)
        self._keep(rows, marks, portion)

    def _fresh(self, marks: np.ndarray) -> np.ndarray:
        """Which rows bear a key that was not met yet (首次出现)."""
        keys = _keys(marks)
        here = set(keys)
        if len(here) == len(keys) and self.seen.isdisjoint(here):
            self.seen |= here
            return np.ones(len(keys), bool)
        fresh = np.zeros(len(keys), bool)
        for place, key in enumerate(keys):
            if key not in self.seen:
                self.seen.add(key)
                fresh[place] = True
        return fresh

    def _keep(self, rows: pa.RecordBatch, marks: np.ndarray, portion: Portion) -> None:
        if self.old is not None:
            at = self.old.places(marks, whole=True)
            portion.kept.append(at[at >= 0])
            changed = at < 0
            if not changed.all():
                rows, marks = rows.filter(pa.array(changed)), marks[changed]
            self._count_late(rows, portion)
        if rows.num_rows:
            portion.rows.append(rows)
            portion.marks.append(marks)

    def _count_late(self, rows: pa.RecordBatch, portion: Portion) -> None:
        """Changed rows that lie before the last cursor: the overlap window caught them (迟到)."""
        bound = self.batch.parts.get("bound")
        if bound is not None and rows.num_rows:
            column = rows.column(self.names.index(self.source.cursor_column))
            late = pc.sum(pc.less(column, pa.scalar(_typed(bound, column.type), column.type))).as_py()
            portion.counts["late"] += late or 0

    def _look_at_ends(self, rows: pa.RecordBatch) -> None:
        """The least and the greatest key, and the greatest cursor (首末主键)."""
        if not rows.num_rows:
            return
        ends = pc.min_max(rows.column(self.key_places[0])).as_py()
        for place, (name, better) in enumerate((("min", operator.lt), ("max", operator.gt))):
            noted = self.ends[place]
            if noted is None or better(ends[name], _like(noted[0], ends[name])):
                self.ends[place] = [ends[name]]
        if self.source.cursor_column:
            greatest = pc.max(rows.column(self.names.index(self.source.cursor_column))).as_py()
            if greatest is not None and (self.cursor is None or greatest > _like(self.cursor, greatest)):
                self.cursor = greatest

    def _put_aside(self, given: pa.RecordBatch, place: int, number: int, reason: Reason) -> QuarantinedRow:
        row = {c.name: _told(v) for c, v in zip(self.columns, _row(given, place), strict=True)}
        content = orjson.dumps(row, default=str)
        if self.source.holds_personal:
            content = ciphers.seal(SEAL, content, quarantine_place(self.batch.code, number))
        return QuarantinedRow(
            batch=self.batch, number=number, column=reason.column, rule=reason.rule, reason=reason.text_zh,
            content=content, is_sealed=self.source.holds_personal,
        )  # fmt: skip

    def _may_go_on(self, portion: Portion) -> None:
        """Show how far it is; stop when somebody asked for it or too much is wrong (检查)."""
        done = self.batch.read + portion.read
        jobs.progress(done, self.batch.source_count or 0, f"已取 {done} 行")
        asked = Batch.objects.filter(pk=self.batch.pk).values_list("cancel_asked_by", flat=True).first()
        if asked:
            raise Cancelled("本批已取消，读者仍看到上一次的数据。", rule="gathering.cancelled")
        if self.batch.rejected + portion.counts["rejected"] > MOST_REJECTED:
            raise RuleBroken(
                f"被拒收的行已超过 {MOST_REJECTED} 行，多半是列的映射或类型有误，请核对后重新归集。",
                rule="gathering.too_many_rejected",
            )

    def _note(self, portion: Portion, position: Any) -> None:
        """Make a portion safe and note it (记入一段): files first, then the note, in one transaction."""
        if not portion.read:
            return
        batch, parts = self.batch, dict(self.batch.parts)
        name = f"part-{len(parts.get('names', [])) + 1:05}"
        staging.write(batch, name, portion.rows, self.schema, _joined(portion.marks))
        if self.old is not None:
            staging.write_kept(batch, name, np.concatenate(portion.kept or [np.empty(0, np.int64)]))
        parts |= {"names": [*parts.get("names", []), name], "position": position, "cursor": self.cursor}
        with jobs.once(f"{batch.code}:{name}:{batch.resumed}"), transaction.atomic():
            for count, rows in portion.counts.items():
                setattr(batch, count, getattr(batch, count) + rows)
            batch.findings = dict(Counter(batch.findings) + portion.findings)
            batch.min_key, batch.max_key = ([_told(v) for v in end or []] for end in self.ends)
            batch.parts = _plain(parts)
            batch.save()
            QuarantinedRow.objects.bulk_create(portion.bad, batch_size=500)


# One thread for the process: a thread for each batch would leave a heap of its own behind every time.
_AHEAD = ThreadPoolExecutor(1, thread_name_prefix="gather")


def ahead(make: Callable[[], T | None]) -> Generator[T, None, None]:
    """What ``make`` gives until it gives none, one made in advance by a thread of its own (提前一步).

    Drivers and Arrow work outside the interpreter's lock, so the source is read and judged while the
    batch before is digested. Close it before closing what ``make`` uses.
    """
    coming = _AHEAD.submit(make)
    try:
        while (made := coming.result()) is not None:
            coming = _AHEAD.submit(make)
            yield made
    finally:
        coming.cancel()
        wait([coming])


def quarantine_place(batch: str, number: int) -> bytes:
    """What a sealed row is bound to (密文位置)."""
    return f"gathering.quarantine:{batch}:{number}".encode()


def _not_empty(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return (batch for batch in batches if batch.num_rows)


def _keys(marks: np.ndarray) -> list[bytes]:
    """The key digests as values that a set can hold (键摘要)."""
    keys: list[bytes] = np.ascontiguousarray(marks[:, :16]).view("V16").reshape(-1).tolist()
    return keys


def _joined(marks: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(marks) if marks else np.empty((0, 32), np.uint8)


def _row(batch: pa.RecordBatch, place: int) -> list[Any]:
    return [column[place].as_py() for column in batch.columns]


def _told(value: Any) -> Any:
    """A value as JSON can hold it (值)."""
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)


def _plain(parts: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(parts, default=str))
    return plain


def _typed(text: Any, kind: pa.DataType) -> Any:
    """A noted cursor as a value of its column (还原时间戳)."""
    return pa.array([str(text)]).cast(kind)[0].as_py()


def _like(noted: Any, value: Any) -> Any:
    return noted if type(noted) is type(value) else _typed(noted, pa.scalar(value).type)
