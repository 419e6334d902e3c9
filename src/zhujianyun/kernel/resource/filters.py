"""The typed grammar of row filters (行过滤): no SQL, no expressions, no joins. Pure functions.

A filter is a list of conditions, all of which must hold. The same grammar serves grants, the table
interface and quality rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from zhujianyun.base.errors import RuleBroken

OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "prefix", "contains", "isnull", "between")
TEXT_ONLY = frozenset({"prefix", "contains"})
LISTED_MOST = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition (条件): ``value`` has the type of the item, is a tuple for in and between."""

    item: str
    op: str
    value: Any

    def row(self) -> dict[str, Any]:
        """As it is stored and hashed (存储)."""
        value = [_plain(one) for one in self.value] if isinstance(self.value, tuple) else _plain(self.value)
        return {"item": self.item, "op": self.op, "value": value}


def check(rows: Iterable[Mapping[str, Any]], types: Mapping[str, str]) -> tuple[Condition, ...]:
    """Conditions with values of the right type (校验行过滤); ``types`` maps item codes to types.

    Raises:
        RuleBroken: for an item that is not offered, an unknown operator or a value of another type.
    """
    return tuple(_checked(row, types) for row in rows)


def _checked(row: Mapping[str, Any], types: Mapping[str, str]) -> Condition:
    item, op, value = str(row.get("item", "")), str(row.get("op", "")), row.get("value")
    if item not in types:
        raise RuleBroken(f"没有可用于筛选的信息项“{item}”，请核对接口说明。", rule="filter.item", item=item)
    if op not in OPERATORS:
        raise RuleBroken(f"不支持筛选方式“{op}”，可用：{'、'.join(OPERATORS)}。", rule="filter.op", item=item)
    kind = types[item]
    if op in TEXT_ONLY and kind != "text":
        raise RuleBroken(f"“{item}”不是文本，不能用 {op}。", rule="filter.text_only", item=item)
    if op == "isnull":
        return Condition(item, op, typed(value, "boolean", item))
    if op in ("in", "between"):
        return Condition(item, op, _listed(value, kind, item, op))
    return Condition(item, op, typed(value, kind, item))


def _listed(value: Any, kind: str, item: str, op: str) -> tuple[Any, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)) or not given or len(given) > LISTED_MOST:
        raise RuleBroken(
            f"“{item}”的 {op} 应给出 1 至 {LISTED_MOST} 个值，用英文逗号分隔。", rule="filter.list", item=item
        )
    if op == "between" and len(given) != 2:
        raise RuleBroken(f"“{item}”的 between 应给出起止两个值。", rule="filter.between", item=item)
    return tuple(typed(one, kind, item) for one in given)


def typed(value: Any, kind: str, item: str = "") -> Any:
    """A value of the type that an item has (取值类型).

    Raises:
        RuleBroken: naming the item and what was expected.
    """
    try:
        return _READERS[kind](value)
    except (ValueError, TypeError, InvalidOperation, KeyError) as error:
        raise RuleBroken(
            f"“{item}”的值“{str(value)[:40]}”不是有效的{_ZH.get(kind, kind)}。",
            rule="filter.value",
            item=item,
        ) from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    return int(str(value), 10) if isinstance(value, str) else int(value)


def _decimal(value: Any) -> Decimal:
    found = Decimal(str(value))
    if not found.is_finite():
        raise ValueError(value)
    return found


def _date(value: Any) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else date.fromisoformat(value)


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "1": True, "0": False}[str(value).lower()]


_READERS = {
    "text": _text, "integer": _integer, "decimal": _decimal, "date": _date, "datetime": _instant,
    "boolean": _boolean,
}  # fmt: skip
_ZH = {
    "text": "文本",
    "integer": "整数",
    "decimal": "数值",
    "date": "日期（YYYY-MM-DD）",
    "datetime": "时间",
    "boolean": "是否值",
}


def holds(condition: Condition, row: Mapping[str, Any]) -> bool:
    """Whether a row meets a condition (是否符合): null meets nothing but isnull, as in SQL."""
    found = row.get(condition.item)
    if condition.op == "isnull":
        return (found is None) == condition.value
    if found is None:
        return False
    return _TESTS[condition.op](found, condition.value)


def matches(conditions: Iterable[Condition], row: Mapping[str, Any]) -> bool:
    """Whether a row meets every condition (是否全部符合)."""
    return all(holds(one, row) for one in conditions)


_TESTS: dict[str, Any] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
    "prefix": lambda a, b: a.startswith(b),
    "contains": lambda a, b: b in a,
    "between": lambda a, b: b[0] <= a <= b[1],
}


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
