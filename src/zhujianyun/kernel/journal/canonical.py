"""One way to write a record down (规范化): clean text, canonical facts, canonical rows.

The same record must give the same bytes on every machine and in fifty years, so the row is JSON with
sorted keys, separators ``,`` and ``:``, UTF-8, no floats, and times as RFC 3339 text. Text is cleaned
once, when it is recorded: control characters, line breaks and characters that turn the reading
direction become visible escapes, so that a hostile string stays one clean line (攻击 26).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from zhujianyun.base.errors import RuleBroken

TEXT_LIMIT = 10_000  # characters of one string; what is longer is cut and keeps its digest
FACTS_LIMIT = 1_000_000  # bytes of all facts of one entry
DEPTH_LIMIT = 32
_WHOLE_LIMIT = 2**53 - 1  # beyond it other readers of JSON lose digits

# Controls, line and paragraph separators, bidi and zero-width marks, lone surrogates, tags.
_UNCLEAN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text on one line, nothing invisible, at most ``limit`` (≥ 40) characters (清洗文本).

    What is cut off leaves its length and the first 16 digits of its SHA-256.
    """
    if len(text) <= limit and text.isprintable():
        return text
    mark = ""
    if len(text) > limit:
        mark = _cut_mark(text)
        text = text[: limit - len(mark)]
    text = _UNCLEAN.sub(_visible, text)
    if len(text) + len(mark) > limit:
        mark = mark or _cut_mark(text)
        text = text[: limit - len(mark)]
    return text + mark


def _cut_mark(text: str) -> str:
    return f"…[{len(text)}字 {sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}]"


def _visible(match: re.Match[str]) -> str:
    char = match.group()
    point = ord(char)
    return _SHORT.get(char) or (f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}")


def facts_text(facts: Mapping[str, Any] | None) -> str:
    """Facts as canonical JSON text (事实的规范文本).

    Decimals, floats and whole numbers beyond 2^53 become text, dates RFC 3339 text, sets sorted lists.

    Raises:
        RuleBroken: ``journal.facts`` when they are nested too deep, too large, or of an unknown type.
    """
    if not facts:
        return "{}"
    text = orjson.dumps(_plain(facts, 0), option=orjson.OPT_SORT_KEYS)
    if len(text) > FACTS_LIMIT:
        raise RuleBroken("留痕事实过大，请只记要点，正文存为附件。", rule="journal.facts", bytes=len(text))
    return text.decode()


def _plain(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind is str:
        return clean(value)
    if kind is int:
        return value if -_WHOLE_LIMIT <= value <= _WHOLE_LIMIT else str(value)
    if kind is bool or value is None:
        return value
    if depth > DEPTH_LIMIT:
        raise RuleBroken("留痕事实嵌套过深，请改为平铺的字段。", rule="journal.facts", depth=depth)
    if isinstance(value, Mapping):
        return {clean(str(key)): _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, depth + 1) for inner in value]
    return _odd(value, depth)


def _odd(value: Any, depth: int) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value, depth + 1)
    if isinstance(value, str):
        return clean(str(value))
    if isinstance(value, set | frozenset):
        return sorted((_plain(inner, depth + 1) for inner in value), key=str)
    if isinstance(value, datetime):
        return rfc3339(value) if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return _plain(int(value), depth)
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise RuleBroken(
        f"留痕事实不能保存 {type(value).__name__} 类型，请先转为文本。",
        rule="journal.facts",
        type=type(value).__name__,
    )


def rfc3339(at: datetime) -> str:
    """An aware instant as RFC 3339 text in UTC (时间的规范文本)."""
    return at.astimezone(UTC).isoformat()


def row_bytes(seq: int, prev: str, row: tuple) -> bytes:
    """The canonical row: columns in the order of ``COLUMNS`` with their place in the chain (规范行).

    Facts go in as one string: any change of their text, even an equal rewriting, changes the row.
    """
    return orjson.dumps(
        {
            "acting_for": row[1],
            "actor": row[2],
            "at": row[3],
            "body_commit": row[4],
            "case_id": row[5],
            "facts": row[6],
            "id": row[0],
            "object_id": row[7],
            "object_type": row[8],
            "prev": prev,
            "reason": row[9],
            "result": row[10],
            "seq": seq,
            "source": row[11],
            "verb": row[12],
        }
    )


COLUMNS = (
    "id",
    "acting_for",
    "actor",
    "at",
    "body_commit",
    "case_id",
    "facts",
    "object_id",
    "object_type",
    "reason",
    "result",
    "source",
    "verb",
)
