"""How values lie in a serving file (供数存储格式), so that text order is the order of the values.

Text, integers and booleans as they are; days as ISO text; instants as ISO text at +08:00 with µs; decimals as
the text that is shown, and beside it, in a column of its own, a text that orders as numbers do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from zhujianyun.apps.data_gateway.rules.faults import Fault

EAST8 = timezone(timedelta(hours=8))
ORDER = "~order"  # behind the name of a decimal column: the column that orders it
_LEAST, _MOST = -(2**63), 2**63 - 1


def decimal_order(value: Decimal) -> str:
    """A text that orders as the numbers do (数值排序键): sign, power of ten, digits; exact for any length."""
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits)).lstrip("0")
    if not text:
        return "1"
    power = min(9999, max(0, 5000 + len(text) + int(exponent)))
    text = text.rstrip("0")
    if not sign:
        return f"2{power:04d}{text}"
    return f"0{9999 - power:04d}{text.translate(_TURNED)}~"


_TURNED = str.maketrans("0123456789", "9876543210")


def decimal_text(value: Decimal) -> str:
    """A number as it is shown (数值): digits, never an exponent, no noughts behind the point."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def instant_text(value: datetime) -> str:
    """An instant as it is stored and shown (时间): without a zone it is Shanghai's."""
    aware = value if value.tzinfo else value.replace(tzinfo=EAST8)
    return aware.astimezone(EAST8).isoformat(timespec="microseconds")


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


def _integer(value: Any) -> int | float:
    """Beyond 64 bits the nearest float, which compares just as well with every integer that is stored."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if number != number.to_integral_value():
        return float(number)
    whole = int(number)
    if _LEAST <= whole <= _MOST:
        return whole
    return float("inf") if whole > 0 else float("-inf")


def _day(value: Any) -> str:
    found = value.date() if isinstance(value, datetime) else value
    return (found if isinstance(found, date) else date.fromisoformat(str(value))).isoformat()


def _instant(value: Any) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    return instant_text(datetime.fromisoformat(str(value)))


_COMPARED: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": lambda value: decimal_order(Decimal(str(value))),
    "date": _day,
    "datetime": _instant,
    "boolean": lambda value: 1 if value in (True, 1, "true", "1") else 0,
}


def compared(value: Any, kind: str) -> Any:
    """A value of a condition as a column of some type is compared with it (比较值).

    Raises:
        Fault: Client.BadFilter when the type of the item and that of the column do not meet.
    """
    try:
        return _COMPARED[kind](value)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise Fault("Client.BadFilter", "筛选值与数据的类型不符。") from error


def after_prefix(prefix: str) -> str:
    """The least text that is greater than all that begin so (前缀上界); empty when there is none."""
    cut = prefix.rstrip("\U0010ffff")
    if not cut:
        return ""
    following = ord(cut[-1]) + 1
    return cut[:-1] + chr(0xE000 if following == 0xD800 else following)
