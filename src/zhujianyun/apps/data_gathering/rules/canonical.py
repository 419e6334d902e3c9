"""Canonical bytes of rows and their digests (规范字节与摘要), whole columns at a time.

Row = "zjy-row-1" + schema version, then each value in the order of the columns: one tag byte, four
bytes of length (big-endian), the bytes. NULL is the tag ``N`` alone. Text is NFC in UTF-8 and not
trimmed; integers are 8 bytes, decimals 16 bytes at scale 8, dates 4 bytes of days, instants 8 bytes of
microseconds UTC (all little-endian, two's complement), booleans one byte. Without lengths ("ab", "c")
would equal ("a", "bc"). Digests are the first 16 bytes of SHA-256.
"""

from __future__ import annotations

import hashlib
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

WIDTH = 16  # bytes kept of each digest
_TAGS = {"text": b"T", "integer": b"I", "decimal": b"D", "date": b"d", "datetime": b"t", "boolean": b"B"}
_BYTES = {"integer": 8, "decimal": 16, "date": 4, "datetime": 8, "boolean": 1}
_NULL = b"N"
_BINARY = pa.large_binary()


def normal_text(column: pa.Array) -> pa.Array:
    """Text in NFC (文本规范化); what is NFC already, nearly always, is passed on untouched."""
    whole = column.cast(pa.large_string())
    offsets = np.frombuffer(whole.buffers()[1], np.int64)[whole.offset : whole.offset + len(whole) + 1]
    data = whole.buffers()[2]
    if data is None or not len(whole):
        return column
    text = data.slice(int(offsets[0]), int(offsets[-1] - offsets[0])).to_pybytes().decode()
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return column
    return pc.utf8_normalize(column, "NFC")


def pieces(column: pa.Array, kind: str) -> list[pa.Array]:
    """The canonical bytes of one column, to be joined row by row (列字节)."""
    if kind == "text":
        return _text_pieces(column)
    flat = np.frombuffer(_fixed_bytes(column, kind), np.uint8).reshape(len(column), _BYTES[kind])
    head = np.frombuffer(_TAGS[kind] + _BYTES[kind].to_bytes(4, "big"), np.uint8)
    framed = np.concatenate([np.broadcast_to(head, (len(column), 5)), flat], axis=1)
    return [_or_null(_from_rows(framed), column)]


def _text_pieces(column: pa.Array) -> list[pa.Array]:
    text = normal_text(column).cast(pa.large_string()).cast(_BINARY)
    lengths = pc.fill_null(pc.binary_length(text), 0).to_numpy(zero_copy_only=False).astype(">u4")
    head = np.empty((len(column), 5), np.uint8)
    head[:, 0] = _TAGS["text"][0]
    head[:, 1:] = lengths.view(np.uint8).reshape(-1, 4)
    return [_or_null(_from_rows(head), column), pc.fill_null(text, b"")]


def _or_null(framed: pa.Array, column: pa.Array) -> pa.Array:
    if not column.null_count:
        return framed
    return pc.if_else(column.is_valid(), framed, pa.scalar(_NULL, _BINARY))


def _from_rows(rows: np.ndarray) -> pa.Array:
    """Rows of bytes, all of one width, as binary values."""
    count, width = rows.shape
    offsets = np.arange(count + 1, dtype=np.int64) * width
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows))]
    return pa.LargeBinaryArray.from_buffers(_BINARY, count, buffers)


def _fixed_bytes(column: pa.Array, kind: str) -> bytes:
    if kind == "boolean":
        return pc.fill_null(column, False).cast(pa.uint8()).to_numpy(zero_copy_only=False).tobytes()
    width, buffer = _BYTES[kind], column.buffers()[1]
    if buffer is None or not len(column):
        return bytes(width * len(column))
    return buffer.slice(column.offset * width, len(column) * width).to_pybytes()


def rows_bytes(batch: pa.RecordBatch, kinds: list[str], schema_version: int | None = None) -> pa.Array:
    """The canonical bytes of every row (行规范字节); without a version for keys."""
    mark = b"zjy-key-1" if schema_version is None else b"zjy-row-1" + schema_version.to_bytes(4, "big")
    parts: list[pa.Array] = [pa.scalar(mark, _BINARY)]
    for column, kind in zip(batch.columns, kinds, strict=True):
        parts += pieces(column, kind)
    return pc.binary_join_element_wise(*parts, pa.scalar(b"", _BINARY))


def digests(values: pa.Array) -> np.ndarray:
    """The digests of binary values (摘要), one row of 16 bytes each."""
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
    data = memoryview(values.buffers()[2] or b"")
    places, sha = offsets.tolist(), hashlib.sha256
    joined = b"".join([sha(data[a:b]).digest() for a, b in zip(places[:-1], places[1:], strict=True)])
    return np.frombuffer(joined, np.uint8).reshape(-1, 32)[:, :WIDTH]


def marks(batch: pa.RecordBatch, kinds: list[str], key: list[int], schema_version: int) -> np.ndarray:
    """Key digest and row digest of every row (行标记): 32 bytes each.

    ``key`` are the places of the key columns. A key keeps its digest when other columns change, also
    over schema versions.
    """
    keys = pa.RecordBatch.from_arrays([batch.columns[k] for k in key], names=[str(k) for k in key])
    key_digests = digests(rows_bytes(keys, [kinds[k] for k in key]))
    return np.concatenate([key_digests, digests(rows_bytes(batch, kinds, schema_version))], axis=1)
