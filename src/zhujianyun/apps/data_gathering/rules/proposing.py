"""What the columns of a new source seem to be (列的推断): a proposal, a person decides.

A type is proposed when every value of the sample fits it, a code when all pass its check. A number with
a leading nought stays text: it is a code, and its nought would be lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from zhujianyun.apps.data_gathering.rules import casting, coding
from zhujianyun.apps.data_gathering.rules.drift import Found
from zhujianyun.apps.data_gathering.rules.shape import Column

_ORDER = ("integer", "decimal", "date", "datetime")
_PERSONAL = re.compile(
    r"身份证|姓名|联系人|手机|电话|法人代表|经办人|person|id_?no|phone|mobile|contact", re.IGNORECASE
)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_KEYS = re.compile(r"(^|_)(id|no|code|uscc|key)$|编号|代码|序号|主键", re.IGNORECASE)
LEAST = 3  # values, before anything but text is proposed


def proposed(found: Sequence[Found], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Columns as a data set would declare them, with ``is_key`` where a column looks like the key (建议列)."""
    made = [_column(one, [row.get(one.name) for row in rows]) for one in found]
    if not any(one["is_key"] for one in made):
        likely = next((one for one in made if one.pop("may_be_key", False)), None)
        if likely:
            likely["is_key"] = True
    for one in made:
        one.pop("may_be_key", None)
    return made


def _column(found: Found, values: list[Any]) -> dict[str, Any]:
    filled = [str(value) for value in values if value not in (None, "")]
    code = _code(filled)
    kind = found.type or ("text" if code else _type(filled))
    unique = bool(filled) and len(set(filled)) == len(values)
    return {
        "name": found.name, "type": kind, "is_key": bool(found.is_key), "nullable": found.nullable,
        "length": found.length, "code": code if kind == "text" else "",
        "personal": code == "citizen_id" or _is_personal(found.name, filled),
        "may_be_key": unique and bool(_KEYS.search(found.name)),
    }  # fmt: skip


def _type(filled: Sequence[str]) -> str:
    if len(filled) < LEAST or any(re.match(r"[+-]?0[0-9]", value) for value in filled):
        return "text"
    if any(re.fullmatch(r"[0-9]{11,}", value) for value in filled):
        return "text"  # longer than counts are: a number that names something, a telephone say
    return next((kind for kind in _ORDER if _fits(filled, kind)), "text")


def _fits(filled: Sequence[str], kind: str) -> bool:
    column, lost = casting.landed(pa.array(filled, pa.string()), Column("c", kind))
    return not np.any(lost) and column.null_count == 0


def _code(filled: Sequence[str]) -> str:
    if len(filled) < LEAST:
        return ""
    column = pa.array(filled, pa.string())
    return next((kind for kind in coding.KINDS_ZH if not any(True for _ in coding.faults(column, kind))), "")


def _is_personal(name: str, filled: Sequence[str]) -> bool:
    mobiles = sum(bool(_MOBILE.fullmatch(value)) for value in filled)
    return bool(_PERSONAL.search(name)) or (bool(filled) and mobiles * 2 > len(filled))
