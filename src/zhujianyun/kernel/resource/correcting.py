"""Values put right, as any process can use them (更正值的解读): which row is meant, and the value as its column has it.

Pure functions, so that whoever serves rows, settles corrections or shows them reads them alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from zhujianyun.base import clock

BETWEEN = "/"  # between the parts of a key, as people write it
_TRUE, _FALSE = frozenset({"true", "1", "是"}), frozenset({"false", "0", "否"})


def key_parts(row_key: str, key: Sequence[str]) -> tuple[str, ...] | None:
    """The parts of a key (主键各列): one text a column; None when their number does not fit.

    A key of one column may itself hold strokes.
    """
    parts = (row_key,) if len(key) == 1 else tuple(row_key.split(BETWEEN))
    return parts if len(parts) == len(key) else None


def typed(text: str, kind: str) -> Any:
    """A text as the value of a column (按列类型解读): str, int, `Decimal`, `date`, `datetime` or bool.

    An instant without a zone is Shanghai's.

    Raises:
        ValueError: when the text is no value of that type.
    """
    held = text.strip()
    if kind == "text":
        return text.replace("\x00", "\ufffd")
    if kind == "integer":
        number = int(held)
        if not -(2**63) <= number < 2**63:
            raise ValueError("beyond 64 bits")
        return number
    if kind == "decimal":
        return _decimal(held)
    if kind == "date":
        return date.fromisoformat(held)
    if kind == "datetime":
        at = datetime.fromisoformat(held)
        return at if at.tzinfo else at.replace(tzinfo=clock.SHANGHAI)
    if held.lower() in _TRUE | _FALSE:
        return held.lower() in _TRUE
    raise ValueError("no truth value")


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("no number") from error
    if not number.is_finite():
        raise ValueError("no finite number")
    return number


def says(value: Any, text: str, kind: str) -> bool:
    """Whether a gathered value is what a correction says (数源是否已改正)."""
    if value is None:
        return False
    try:
        return bool(value == typed(text, kind))
    except (ValueError, TypeError):
        return False
