"""Which rows may land (行核查): types, required values, lengths and codes, a batch at a time.

The first rule that a row breaks is its reason. Unknown values of a code list are findings, not
rejections: the row lands. Reasons never repeat the value: they are shown where rows are sealed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhujianyun.apps.data_gathering.rules import casting, coding
from zhujianyun.apps.data_gathering.rules.canonical import normal_text
from zhujianyun.apps.data_gathering.rules.shape import Column, schema_of

TYPE_ZH = {
    "text": "文本", "integer": "整数", "decimal": "小数", "date": "日期", "datetime": "时间", "boolean": "是否值",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row may not land (拒收原因)."""

    column: str
    rule: str
    text_zh: str


@dataclass
class Verdict:
    """What a look at a batch gave (核查结果): typed rows, the reason of each bad one, findings by rule."""

    rows: pa.RecordBatch
    reasons: dict[int, Reason] = field(default_factory=dict)
    findings: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> np.ndarray:
        """Which rows may land (合格行)."""
        mask = np.ones(self.rows.num_rows, bool)
        mask[list(self.reasons)] = False
        return mask


def judge(
    batch: pa.RecordBatch, columns: Sequence[Column], key: Sequence[str], today: date | None = None
) -> Verdict:
    """Look at a batch whose columns stand in the order of ``columns`` (核查一批)."""
    typed, refused = [], []
    for given, wanted in zip(batch.columns, columns, strict=True):
        column, lost = casting.landed(given, wanted)
        typed.append(normal_text(column) if wanted.type == "text" else column)
        refused.append(lost)
    verdict = Verdict(pa.RecordBatch.from_arrays(typed, schema=schema_of(columns)))
    for column, lost, wanted in zip(typed, refused, columns, strict=True):
        _judge_column(verdict, column, lost, wanted, wanted.name in key, today)
    return verdict


def _judge_column(
    verdict: Verdict, column: pa.Array, lost: np.ndarray, wanted: Column, is_key: bool, today: date | None
) -> None:
    name = wanted.name
    reason = Reason(name, "row.type", f"{name} 不是{TYPE_ZH[wanted.type]}，或超出允许的位数")
    _mark(verdict, lost, reason)
    if (is_key or not wanted.nullable) and column.null_count:
        empty = column.is_null().to_numpy(zero_copy_only=False) & ~lost
        text = f"主键列 {name} 为空" if is_key else f"必填列 {name} 为空"
        _mark(verdict, empty, Reason(name, "row.key_empty" if is_key else "row.required", text))
    if wanted.type == "text":
        _judge_text(verdict, column, wanted, today)


def _judge_text(verdict: Verdict, column: pa.Array, wanted: Column, today: date | None) -> None:
    name = wanted.name
    if wanted.length:
        long = pc.greater(pc.utf8_length(column), wanted.length).fill_null(False)
        reason = Reason(name, "row.length", f"{name} 超过 {wanted.length} 个字符")
        _mark(verdict, long.to_numpy(zero_copy_only=False), reason)
    if wanted.code:
        for place, rule, text in coding.faults(column, wanted.code, today):
            verdict.reasons.setdefault(place, Reason(name, rule, f"{name}：{text}"[:300]))
    if wanted.values:
        known = pc.is_in(column, value_set=pa.array(wanted.values, pa.string()))
        unknown = pc.and_(column.is_valid(), pc.invert(known))
        if count := pc.sum(unknown).as_py():
            verdict.findings[f"row.code_list:{name}"] += count


def _mark(verdict: Verdict, bad: np.ndarray, reason: Reason) -> None:
    for place in np.flatnonzero(bad).tolist():
        verdict.reasons.setdefault(place, reason)
