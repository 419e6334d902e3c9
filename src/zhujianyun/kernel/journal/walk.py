"""One walk along the chain (逐条核验): recomputes leaves and roots, stops at the first bad record.

Places are counted from 0 in the tree and from 1 in every sentence that people read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from zhujianyun.kernel.journal import rows, tree
from zhujianyun.kernel.journal.canonical import row_bytes
from zhujianyun.kernel.journal.marks import Mark
from zhujianyun.kernel.journal.models import LogState
from zhujianyun.kernel.journal.rows import ENTRY, LEAF, PREV, SEQ
from zhujianyun.kernel.journal.sealing import NO_LEAF

NOTICE_LIMIT = 20
JUMP_SECONDS = 60  # smaller steps back are concurrent transactions
_AT = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """The first bad record (首个坏记录)."""

    kind: str  # "entry" | "seal" | "checkpoint" | "external" | "state"
    seq: int | None  # place in the chain; for checkpoints their number, or the line of the file
    entry_id: int | None
    text_zh: str

    def __str__(self) -> str:
        return self.text_zh


class Walk:
    """The state of one walk (核验过程)."""

    def __init__(self, state: LogState, marks: list[Mark]) -> None:
        self.state = state
        self.h = tree.HASHES.get(state.alg, tree.HASHES["sha256"])
        self.frontier = tree.Frontier(self.h)
        self.prev = NO_LEAF
        self.last: tuple[Any, ...] | None = None
        self.checkpoints = 0
        self.notices: list[str] = []
        self._jumps, self._first_jump = 0, ""
        self.in_order = connection.vendor == "sqlite"  # one writer: ids are sealed in their order
        self._marks = sorted(marks, key=lambda mark: (mark.size, mark.kind, mark.number), reverse=True)
        self._vouched = 0
        self._absent: Fault | None = None  # a checkpoint that the table lacks: said when the records are good

    @property
    def count(self) -> int:
        """Records found good so far (已核条数)."""
        return self.frontier.size

    def run(self, end: int) -> Fault | None:
        """Walk to ``end``; the first fault, or nothing (核验到底)."""
        fault = self._due_marks()
        if fault is None:
            try:
                fault = self._through(rows.sealed(end))
            except DatabaseError:
                fault = self._unreadable(end)
        return fault or self._checkpoints_left() or self._state_fault() or self._absent

    def _through(self, chunks: Any) -> Fault | None:
        for chunk in chunks:
            for row in chunk:
                fault = self._one(row)
                if fault is not None:
                    return fault
        return None

    def _one(self, row: tuple[Any, ...]) -> Fault | None:
        count = self.frontier.size
        if row[SEQ] != count:
            return _gap(count, row)
        leaf = self._leaf(row)
        if leaf is None or leaf.hex() != row[LEAF]:
            return self._altered(row)
        if row[PREV] != self.prev:
            return self._replaced(row)
        if self.in_order and self.last is not None and row[0] != self.last[0] + 1:
            if row[0] <= self.last[0]:
                return _fault("entry", row, "编号小于前一条：是事后插入后再封存的")
            self._note(f"记录 {self.last[0]} 与 {row[0]} 之间缺号：封存之前有记录被删除。")
        if self.last is not None and row[_AT] < self.last[_AT]:
            self._note_jump(row)
        self.frontier.add(leaf)
        self.prev, self.last = row[LEAF], row
        if self._marks and self._marks[-1].size <= count + 1:
            return self._due_marks()
        return None

    def _leaf(self, row: tuple[Any, ...], h: tree.Hash | None = None) -> bytes | None:
        if row[0] is None:
            return None
        try:
            return (h or self.h)(b"\x00" + row_bytes(row[SEQ], row[PREV], row))
        except TypeError:  # a value that no record can have
            return None

    def _altered(self, row: tuple[Any, ...]) -> Fault:
        if row[0] is None:
            return _fault("entry", row, "记录缺失，只剩封存")
        if row[SEQ] == 0 and self._fits_another_hash(row):
            return Fault("state", None, None, "封存进度中的杂凑算法被改动。")
        return _fault("entry", row, "内容与封存的叶不符，记录或封存被改动、替换或调换")

    def _fits_another_hash(self, row: tuple[Any, ...]) -> bool:
        leaves = [self._leaf(row, h) for alg, h in tree.HASHES.items() if alg != self.state.alg]
        return any(leaf is not None and leaf.hex() == row[LEAF] for leaf in leaves)

    def _replaced(self, row: tuple[Any, ...]) -> Fault:
        """The row is whole and still remembers its neighbour's true leaf: the neighbour was replaced."""
        return _fault("entry", self.last or row, "内容与叶被一并替换，后一条仍记着原来的叶")

    def _note_jump(self, row: tuple[Any, ...]) -> None:
        before = datetime.fromisoformat(self.last[_AT])  # type: ignore[index]
        seconds = (before - datetime.fromisoformat(row[_AT])).total_seconds()
        if seconds > JUMP_SECONDS:
            self._jumps += 1
            self._first_jump = (
                self._first_jump or f"第 {row[SEQ] + 1} 条（记录 {row[0]}）倒退 {seconds:.0f} 秒"
            )

    @property
    def said(self) -> tuple[str, ...]:
        """What a person should know beside the verdict (提示): jumps of the clock in one line."""
        if not self._jumps:
            return tuple(self.notices)
        more = f"，另有 {self._jumps - 1:,} 处" if self._jumps > 1 else ""
        said = f"时间比前一条早：{self._first_jump}{more}。如非演示数据，请核对当时主机的时钟。"
        return (*self.notices, said)

    def _note(self, text_zh: str) -> None:
        if len(self.notices) < NOTICE_LIMIT:
            self.notices.append(text_zh)

    def _due_marks(self) -> Fault | None:
        """Compare the checkpoints of the present size."""
        while self._marks and self._marks[-1].size <= self.count:
            mark = self._marks.pop()
            if mark.problem_zh:
                return _bad_mark(mark, mark.problem_zh)
            if mark.root != self.frontier.root().hex():
                return self._rewritten(mark)
            if self.state.log_id != mark.log_id:
                return Fault("state", None, None, "封存进度中的日志标识与检查点不符。")
            if mark.missing_zh and self._absent is None:
                self._absent = _bad_mark(mark, mark.missing_zh)
            self.checkpoints += mark.kind == "checkpoint"
            self._vouched = mark.size
        return None

    def _rewritten(self, mark: Mark) -> Fault:
        text = (
            f"第 {self._vouched + 1} 至 {mark.size} 条之间有记录被改写并重新链接：树根与{mark.title_zh}不符。"
        )
        return Fault("entry", self._vouched, None, text)

    def _checkpoints_left(self) -> Fault | None:
        """Checkpoints that know more records than there are: the tail is cut."""
        for mark in reversed(self._marks):
            if mark.problem_zh:
                return _bad_mark(mark, mark.problem_zh)
            text = f"从第 {self.count + 1} 条起记录缺失：{mark.title_zh}证明曾有 {mark.size} 条。"
            return Fault("entry", self.count, None, text)
        return None

    def _state_fault(self) -> Fault | None:
        """The sealer's place must be where the records end."""
        state, count = self.state, self.count
        here = json.dumps([peak.hex() for peak in self.frontier.peaks])
        same_edge = state.peaks == here and state.last_leaf == self.prev
        if state.size > count and not same_edge:
            return Fault(
                "entry", count, None, f"从第 {count + 1} 条起记录缺失：封存进度记着 {state.size} 条。"
            )
        if state.size != count or not same_edge:
            return Fault("state", None, None, "封存进度与记录不符，被改动。")
        last_id = self.last[0] if self.last else 0
        if self.in_order and state.low_water != last_id:
            return Fault("state", None, None, "封存进度的低水位被改动。")
        return None

    def _unreadable(self, end: int) -> Fault:
        """Find the row that the database cannot even hand out."""
        while True:
            try:
                chunk = rows.sealed_chunk(self.count, end, 1)
            except DatabaseError:
                return Fault("entry", self.count, None, f"第 {self.count + 1} 条无法读出，内容被破坏。")
            fault = self._through([chunk])
            if fault is not None or not chunk:
                return fault or Fault(
                    "entry", self.count, None, f"第 {self.count + 1} 条附近的数据无法读出。"
                )


def _gap(expected: int, row: tuple[Any, ...]) -> Fault:
    if row[SEQ] > expected:
        return Fault(
            "seal", expected, None, f"第 {expected + 1} 条的封存缺失（其后是第 {row[SEQ] + 1} 条）。"
        )
    return Fault("seal", row[SEQ], row[ENTRY], f"多出一条不该有的封存：序号 {row[SEQ] + 1}。")


def _fault(kind: str, row: tuple[Any, ...], text_zh: str) -> Fault:
    return Fault(kind, row[SEQ], row[ENTRY], f"第 {row[SEQ] + 1} 条（记录 {row[ENTRY]}）{text_zh}。")


def _bad_mark(mark: Mark, problem_zh: str) -> Fault:
    return Fault(mark.kind, mark.number, None, f"{mark.title_zh}：{problem_zh}。")
