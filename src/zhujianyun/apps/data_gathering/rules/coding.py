"""Codes checked by the column (编码批量校验): the same verdicts as `base.codes`, at the speed of arrays.

Nearly all codes are right, so the right ones are recognised together and only the rest are asked one
by one, for the reason. A value that is recognised here passes there: the tests hold both together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhujianyun.base import codes
from zhujianyun.base.codes.uscc import ALPHABET
from zhujianyun.base.errors import RuleBroken

Fault = tuple[int, str, str]  # place, rule, sentence
KINDS_ZH = {
    "uscc": "统一社会信用代码", "citizen_id": "公民身份号码", "project_code": "投资项目代码",
    "division": "行政区划代码",
}  # fmt: skip
_ASK: dict[str, Callable[..., object]] = {
    "uscc": lambda value, _=None: codes.uscc.check(value), "citizen_id": codes.citizen_id.check,
    "project_code": codes.project_code.check, "division": codes.divisions.check,
}  # fmt: skip
_USCC = np.full(256, -1, np.int64)
_USCC[[ord(c) for c in ALPHABET]] = np.arange(len(ALPHABET))
_USCC_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_ID_WEIGHTS = np.array([pow(2, 17 - place, 11) for place in range(17)])
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])  # by month
_ID_CHECK = np.frombuffer(b"10X98765432", np.uint8)


def faults(column: pa.Array, kind: str, today: date | None = None) -> Iterator[Fault]:
    """The values that are no such code (编码问题), with the rule and the sentence of `base.codes`.

    With ``today`` the answers on codes that many rows share are remembered.
    """
    doubtful = _doubtful(column, kind)
    if not len(doubtful):
        return
    asked = column.take(pa.array(doubtful)).dictionary_encode()
    ask = _ask if today is None or kind in _PLAIN else _asked_before
    answers = [ask(kind, value, today) for value in asked.dictionary.to_pylist()]
    for place, which in zip(doubtful.tolist(), asked.indices.to_pylist(), strict=True):
        if answer := answers[which]:
            yield place, *answer


def _ask(kind: str, value: str, today: date | None) -> tuple[str, str] | None:
    """What `base.codes` says of a value on a day (逐个核对)."""
    try:
        _ASK[kind](value, today)
    except RuleBroken as broken:
        return broken.rule, broken.message_zh
    return None


@lru_cache(maxsize=50_000)
def _asked_before(kind: str, value: str, today: date | None) -> tuple[str, str] | None:
    """The same, remembered: many rows name the same project or place, and neither is personal."""
    return _ask(kind, value, today)


def _doubtful(column: pa.Array, kind: str) -> np.ndarray:
    """Places of values that are not plainly right (待逐个核对)."""
    filled = column.is_valid().to_numpy(zero_copy_only=False)
    plain = _PLAIN.get(kind)
    if plain is None:
        return np.flatnonzero(filled)
    fits = pc.equal(pc.binary_length(column), 18).fill_null(False)
    places = np.flatnonzero(fits.to_numpy(zero_copy_only=False))
    right = np.zeros(len(column), bool)
    if len(places):
        text = column.take(pa.array(places)).cast(pa.large_string()).cast(pa.large_binary())
        signs = np.frombuffer(b"".join(text.to_pylist()), np.uint8).reshape(-1, 18)
        right[places] = plain(signs)
    return np.flatnonzero(filled & ~right)


def _plain_uscc(signs: np.ndarray) -> np.ndarray:
    values = _USCC[signs]
    digits = values[:, 2:8]
    fits = (values >= 0).all(axis=1) & ((digits >= 0) & (digits <= 9)).all(axis=1)
    return fits & (-(values[:, :17] @ _USCC_WEIGHTS) % 31 == values[:, 17])


def _plain_id(signs: np.ndarray) -> np.ndarray:
    """Numbers of people born 1900–2019, but for the 29th of February; the others are asked one by one."""
    digits = signs[:, :17].astype(np.int64) - 48
    fits = ((digits >= 0) & (digits <= 9)).all(axis=1)
    year = digits[:, 6:10] @ np.array([1000, 100, 10, 1])
    month, day = digits[:, 10:12] @ np.array([10, 1]), digits[:, 12:14] @ np.array([10, 1])
    fits &= (year >= 1900) & (year <= 2019) & (month >= 1) & (month <= 12)
    fits &= (day >= 1) & (day <= _DAYS[np.clip(month, 0, 12)])
    return fits & (_ID_CHECK[(digits * fits[:, None]) @ _ID_WEIGHTS % 11] == signs[:, 17])


_PLAIN = {"uscc": _plain_uscc, "citizen_id": _plain_id}
