"""From what a source delivers to the types that land (类型转换), whole columns at a time.

A value that does not fit is found by halving the column until it stands alone: one bad row among
twenty thousand costs about as much as a second look at the column. Blank text is NULL for every type
but text.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhujianyun.apps.data_gathering.rules import days
from zhujianyun.apps.data_gathering.rules.shape import LANDED, SCALE, Column

ZONE = "Asia/Shanghai"
_TRUE, _FALSE = ("1", "true", "t", "y", "yes", "是", "真"), ("0", "false", "f", "n", "no", "否", "假")
_LARGEST = 38 - SCALE
_INTEGER = r"^[+-]?\d{1,19}$"
_DECIMAL = rf"^[+-]?\d{{1,{_LARGEST}}}(\.\d*)?([eE][+-]?\d{{1,2}})?$"
_PLAIN_DECIMAL = rf"^-?\d{{1,{_LARGEST}}}(\.\d{{1,{SCALE}}})?$"
_DAY = r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$"
_REFUSED = (pa.ArrowInvalid, pa.ArrowNotImplementedError, OverflowError, ValueError)


def landed(column: pa.Array, wanted: Column) -> tuple[pa.Array, np.ndarray]:
    """A column in the type in which it lands, and which of its values did not fit (类型转换)."""
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if column.null_count == len(column):  # drivers give a column of nothing any type
        return pa.nulls(len(column), LANDED[wanted.type]), np.zeros(len(column), bool)
    if _is_text(column.type):
        return _from_text(column, wanted)
    return _bisected(column, _NATIVE[wanted.type], LANDED[wanted.type])


def _from_text(column: pa.Array, wanted: Column) -> tuple[pa.Array, np.ndarray]:
    column = column.cast(pa.string())
    if wanted.type == "text":
        text = pc.utf8_rtrim(column, " ") if wanted.fixed else column
        return text, np.zeros(len(text), bool)
    trimmed = pc.utf8_trim_whitespace(column)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    if wanted.type == "date":
        return _days(trimmed)
    return _bisected(trimmed, _TEXT[wanted.type], LANDED[wanted.type])


def _days(text: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Days; nearly all are recognised by arithmetic, what is written otherwise goes the slow way (日期)."""
    written, right, found = days.recognised(text)
    lost = written & ~right
    column = pa.array(found.astype(np.int32), mask=~right).cast(LANDED["date"])
    others = np.flatnonzero(text.is_valid().to_numpy(zero_copy_only=False) & ~written)
    if not len(others):
        return column, lost
    slow, refused = _bisected(text.take(pa.array(others)), _day, LANDED["date"])
    lost[others] = refused
    where = np.zeros(len(text), bool)
    where[others] = True
    return pc.replace_with_mask(column, pa.array(where), slow), lost


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _bisected(
    column: pa.Array, change: Callable[[pa.Array], pa.Array], kind: pa.DataType
) -> tuple[pa.Array, np.ndarray]:
    """The column changed where that is possible, NULL and marked where not (逐段转换)."""
    try:
        changed = change(column)
    except _REFUSED:
        if len(column) == 1:
            return pa.nulls(1, kind), np.array([column.null_count == 0])
        half = len(column) // 2
        halves = [_bisected(part, change, kind) for part in (column[:half], column[half:])]
        return pa.concat_arrays([h[0] for h in halves]), np.concatenate([h[1] for h in halves])
    lost = pc.and_(column.is_valid(), changed.is_null()).to_numpy(zero_copy_only=False)
    return changed, lost


def _matching(text: pa.Array, pattern: str) -> pa.Array:
    """Text of the right form; the rest NULL."""
    return pc.if_else(pc.match_substring_regex(text, pattern), text, pa.scalar(None, pa.string()))


def _unless(text: pa.Array, pattern: str) -> pa.Array:
    """Text that is not of a form; the rest NULL."""
    return pc.if_else(pc.match_substring_regex(text, pattern), pa.scalar(None, pa.string()), text)


def _integer(text: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(_matching(text, _INTEGER), r"^\+", "").cast(pa.int64())


def _decimal(text: pa.Array) -> pa.Array:
    if pc.all(pc.match_substring_regex(text, _PLAIN_DECIMAL), min_count=0).as_py():
        return text.cast(LANDED["decimal"])
    plain = pc.replace_substring_regex(_matching(text, _DECIMAL), r"^\+", "")
    plain = pc.replace_substring_regex(plain, rf"(\.\d{{{SCALE}}})0+$", r"\1")
    plain = _unless(plain, rf"\.\d{{{SCALE + 1},}}$")  # more places than are kept
    return pc.replace_substring_regex(plain, r"\.$", "").cast(LANDED["decimal"])


def _day(text: pa.Array) -> pa.Array:
    compact = pc.replace_substring_regex(text, r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")
    tidy = pc.replace_substring_regex(_matching(compact, _DAY), _DAY, r"\1-0\2-0\3")
    return pc.replace_substring_regex(tidy, r"-0(\d{2})", r"-\1").cast(pa.date32())


def _instant(text: pa.Array) -> pa.Array:
    """ISO instants; without a zone they are Asia/Shanghai, a bare day is its first moment."""
    tidy = pc.replace_substring(text, "/", "-")
    zoned = pc.match_substring_regex(tidy, r"(Z|[+-]\d{2}:?\d{2})$")
    zoned = pc.and_(zoned, pc.match_substring_regex(tidy, r"\d{2}:\d{2}"))
    none = pa.scalar(None, pa.string())
    with_zone = pc.if_else(zoned, tidy, none).cast(LANDED["datetime"])
    plain = pc.if_else(zoned, none, tidy).cast(pa.timestamp("us"))
    return pc.coalesce(with_zone, pc.assume_timezone(plain, ZONE).cast(LANDED["datetime"]))


def _boolean(text: pa.Array) -> pa.Array:
    lower = pc.utf8_lower(text)
    yes, no = (pc.is_in(lower, value_set=pa.array(words)) for words in (_TRUE, _FALSE))
    null = pa.scalar(None, pa.bool_())
    return pc.if_else(yes, pa.scalar(True), pc.if_else(no, pa.scalar(False), null))


def _native_instant(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        if column.type.tz is None:
            column = pc.assume_timezone(column.cast(pa.timestamp("us")), ZONE)
        return column.cast(LANDED["datetime"])
    if pa.types.is_date(column.type):
        return pc.assume_timezone(column.cast(pa.timestamp("us")), ZONE).cast(LANDED["datetime"])
    raise ValueError(column.type)


def _native_day(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type) and column.type.tz:
        raise ValueError(column.type)  # which day it is depends on the zone: declare it as datetime
    return column.cast(pa.timestamp("us"), safe=True).cast(pa.date32())


def _native_decimal(column: pa.Array) -> pa.Array:
    if pa.types.is_floating(column.type):
        return _decimal(pc.cast(column, pa.string()))
    return column.cast(LANDED["decimal"])


def _native_text(column: pa.Array) -> pa.Array:
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return column.cast(pa.string(), safe=True)
    return column.cast(pa.string())


def _native_boolean(column: pa.Array) -> pa.Array:
    if pa.types.is_boolean(column.type):
        return column
    return _boolean(column.cast(pa.int64()).cast(pa.string()))


_TEXT = {
    "integer": _integer, "decimal": _decimal, "date": _day, "datetime": _instant, "boolean": _boolean,
}  # fmt: skip
_NATIVE = {
    "text": _native_text, "integer": lambda c: c.cast(pa.int64()), "decimal": _native_decimal,
    "date": _native_day, "datetime": _native_instant, "boolean": _native_boolean,
}  # fmt: skip
