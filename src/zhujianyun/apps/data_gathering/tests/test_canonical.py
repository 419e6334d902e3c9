"""Canonical bytes and digests (规范字节与摘要): golden values, and what must differ does."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gathering.rules import canonical, casting
from zhujianyun.apps.data_gathering.rules.shape import LANDED, Column

KINDS = ["text", "integer", "decimal", "date", "datetime", "boolean"]
ROW = {
    "text": "南宁", "integer": -2, "decimal": Decimal("1.50"), "date": date(2020, 12, 31),
    "datetime": datetime(2020, 12, 31, 16, 0, 0, 1, tzinfo=UTC), "boolean": True,
}  # fmt: skip


def batch_of(rows: list[dict], kinds: list[str]) -> pa.RecordBatch:
    columns = [pa.array([row[k] for row in rows], LANDED[k]) for k in kinds]
    return pa.RecordBatch.from_arrays(columns, names=kinds)


def texts(*rows: tuple[str | None, ...]) -> list[bytes]:
    columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    batch = pa.RecordBatch.from_arrays(columns, names=[str(n) for n in range(len(columns))])
    return canonical.rows_bytes(batch, ["text"] * len(columns), 1).to_pylist()


def by_hand(row: dict, version: int) -> bytes:
    """The same by the book, value by value."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    raw = {
        "text": row["text"].encode(),
        "integer": row["integer"].to_bytes(8, "little", signed=True),
        "decimal": int(row["decimal"].scaleb(8)).to_bytes(16, "little", signed=True),
        "date": (row["date"] - epoch.date()).days.to_bytes(4, "little", signed=True),
        "datetime": ((row["datetime"] - epoch) // (datetime.resolution)).to_bytes(8, "little", signed=True),
        "boolean": bytes([row["boolean"]]),
    }
    tags = dict(zip(KINDS, b"TIDdtB", strict=True))
    body = b"".join(bytes([tags[k]]) + len(raw[k]).to_bytes(4, "big") + raw[k] for k in KINDS)
    return b"zjy-row-1" + version.to_bytes(4, "big") + body


def test_the_bytes_of_a_row_are_those_of_the_book():
    made = canonical.rows_bytes(batch_of([ROW], KINDS), KINDS, 3).to_pylist()
    assert made == [by_hand(ROW, 3)]


def test_the_digest_of_a_known_row_never_changes():
    marks = canonical.marks(batch_of([ROW], KINDS), KINDS, [0], 1)
    assert marks[0, 16:].tobytes() == hashlib.sha256(by_hand(ROW, 1)).digest()[:16]
    assert marks[0].tobytes().hex() == GOLDEN


GOLDEN = "3ac96a3f1427400c874336ff4a9191a23a4efd8649ee07e6ed0e3e76ddfdf609"


def test_a_border_between_values_is_part_of_the_bytes():
    first, second = texts(("ab", "c"), ("a", "bc"))
    assert first != second


def test_nothing_empty_and_zero_are_three_things():
    nothing, empty, zero = texts((None,), ("",), ("0",))
    assert len({nothing, empty, zero}) == 3


def test_blanks_are_kept_unless_the_column_is_padded():
    assert len(set(texts(("a",), ("a ",)))) == 2
    padded, _ = casting.landed(pa.array(["a  "]), Column("x", fixed=True))
    assert padded.to_pylist() == ["a"]


def test_two_spellings_of_one_letter_are_one():
    composed, decomposed = texts(("é",), ("e\u0301",))
    assert composed == decomposed


@pytest.mark.parametrize("pair", [("1.0", "1.00"), ("-0", "0"), ("+7", "7.000000000000")])
def test_one_number_has_one_form(pair):
    column, lost = casting.landed(pa.array(pair), Column("x", "decimal"))
    assert not lost.any()
    batch = pa.RecordBatch.from_arrays([column], names=["x"])
    assert len(set(canonical.rows_bytes(batch, ["decimal"], 1).to_pylist())) == 1


def test_the_version_of_the_schema_is_inside_and_not_in_the_key():
    batch = batch_of([ROW], KINDS)
    first, second = (canonical.marks(batch, KINDS, [0, 1], version) for version in (1, 2))
    assert (first[:, :16] == second[:, :16]).all()
    assert not (first[:, 16:] == second[:, 16:]).all()


@given(
    st.lists(
        st.tuples(st.none() | st.text(max_size=5), st.none() | st.text(max_size=5)), min_size=1, max_size=8
    )
)
def test_rows_are_equal_exactly_when_their_bytes_are(rows):
    import unicodedata

    normal = [tuple(None if v is None else unicodedata.normalize("NFC", v) for v in row) for row in rows]
    made = texts(*rows)
    for a, one in zip(made, normal, strict=True):
        for b, other in zip(made, normal, strict=True):
            assert (a == b) == (one == other)


def test_a_slice_has_the_same_digests_as_its_rows():
    rows = [ROW | {"integer": n, "boolean": bool(n % 2)} for n in range(9)]
    whole = batch_of(rows, KINDS)
    all_marks = canonical.marks(whole, KINDS, [1], 1)
    assert np.array_equal(canonical.marks(whole.slice(3, 4), KINDS, [1], 1), all_marks[3:7])
