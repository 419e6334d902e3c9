"""What is wrong with real tables (数据问题): a few rows in a thousand, always the same ones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhujianyun.apps.data_gathering.sample.checks import CODES, VALUES
from zhujianyun.apps.data_gathering.sample.draws import Numbers, drawn

TWICE, WRONG_DIGIT, UNKNOWN, NO_DAY, EMPTY_KEY = 320, 240, 150, 60, 20  # of 100 000
HARD_CODES = ("uscc", "citizen_id")


def spoilt(rows: pa.Table, numbers: Numbers, key: tuple[str, ...], *, strict: bool, seed: int) -> pa.Table:
    """Rows with faults (掺入问题): wrong check digits, unknown list values, impossible days, empty keys, doubles.

    A ``strict`` store keeps types and keys, as a database server does: there only codes and lists go wrong.
    """
    for place, name in enumerate(rows.column_names):
        column = rows.column(name).combine_chunks()
        if CODES.get(name) in HARD_CODES:
            column = _where(column, _hit(numbers, WRONG_DIGIT, seed, name), _wrong_digit(column))
        elif name in VALUES and name not in key:
            column = _where(column, _hit(numbers, UNKNOWN, seed, name), pa.scalar("其他（旧码）"))
        elif not strict and pa.types.is_date(column.type):
            text = column.cast(pa.string())
            column = _where(text, _hit(numbers, NO_DAY, seed, name), pa.scalar("2020-02-30"))
        if not strict and key == (name,) and pa.types.is_string(column.type):
            column = _where(column, _hit(numbers, EMPTY_KEY, seed, "key"), pa.scalar(None, pa.string()))
        rows = rows.set_column(place, name, column)
    if strict:
        return rows
    twice = np.flatnonzero(_hit(numbers, TWICE, seed, "twice"))
    return pa.concat_tables([rows, rows.take(pa.array(twice))]) if len(twice) else rows


def _hit(numbers: Numbers, share: int, *what: object) -> np.ndarray:
    return drawn(numbers, 100_000, "fault", *what) < share


def _where(column: pa.Array, hit: np.ndarray, value: pa.Scalar | pa.Array) -> pa.Array:
    return pc.if_else(pa.array(hit), value, column) if hit.any() else column


def _wrong_digit(column: pa.Array) -> pa.Array:
    """Two neighbouring digits exchanged for others: the commonest slip, and the check finds it."""
    head, tail = pc.utf8_slice_codeunits(column, 0, 13), pc.utf8_slice_codeunits(column, 14)
    other = pc.if_else(pc.equal(pc.utf8_slice_codeunits(column, 13, 14), "7"), "1", "7")
    return pc.binary_join_element_wise(head, other, tail, "")
