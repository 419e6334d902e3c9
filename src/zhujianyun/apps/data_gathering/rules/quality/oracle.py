"""Rows judged one by one (逐行判定): the definition of every rule that is about rows.

Slow and plain on purpose. What `vectors` says of whole columns must be what stands here; tests hold
both together on random tables.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from zhujianyun.apps.data_gathering.rules.quality import options
from zhujianyun.apps.data_gathering.rules.quality.kinds import Rule
from zhujianyun.base import codes
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource import filters

BLANKS = " \t\r\n\u3000"
Row = Mapping[str, Any]
_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class World:
    """What a rule may ask besides the rows (判定环境): values of other data sets, the day of reading."""

    taken: date
    references: Mapping[tuple[str, str], frozenset[Any]] = field(default_factory=dict)


def judge(rule: Rule, rows: Sequence[Row], world: World) -> list[bool | None]:
    """For every row whether it passes; None where the rule says nothing of it (逐行判定)."""
    applies = [_applies(rule, row) for row in rows]
    if rule.kind == "unique":
        met = Counter(_values(rule, row) for row, does in zip(rows, applies, strict=True) if does)
        return [
            met[_values(rule, row)] == 1 if does else None for row, does in zip(rows, applies, strict=True)
        ]
    test = _TESTS[rule.kind]
    return [test(rule, row, world) if does else None for row, does in zip(rows, applies, strict=True)]


def _applies(rule: Rule, row: Row) -> bool:
    if not filters.matches(rule.condition, row):
        return False
    return rule.kind == "filled" or all(value is not None for value in _values(rule, row))


def _values(rule: Rule, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in rule.columns)


def _filled(rule: Rule, row: Row, world: World) -> bool:
    (value,) = _values(rule, row)
    return value is not None and (not isinstance(value, str) or value.strip(BLANKS) != "")


def _format(rule: Rule, row: Row, world: World) -> bool:
    return options.python_pattern(rule.options).match(_values(rule, row)[0]) is not None


def _code(rule: Rule, row: Row, world: World) -> bool:
    try:
        _CODES[rule.options["code"]](_values(rule, row)[0])
    except RuleBroken:
        return False
    return True


def _listed(rule: Rule, row: Row, world: World) -> bool:
    return _values(rule, row)[0] in rule.options["values"]


def _range(rule: Rule, row: Row, world: World) -> bool:
    (value,) = _values(rule, row)
    least, most = (bound(rule, name, world.taken) for name in ("least", "most"))
    return (least is None or least <= value) and (most is None or value <= most)


def bound(rule: Rule, name: str, taken: date) -> Any:
    """An end of a range: the day of reading for "taken", its last moment where instants are meant (范围端点)."""
    end = rule.options.get(name)
    if end != options.TAKEN:
        return end
    if rule.types[rule.columns[0]] == "date":
        return taken
    return datetime.combine(taken, time.max if name == "most" else time.min, _ZONE)


def _length(rule: Rule, row: Row, world: World) -> bool:
    length, given = len(_values(rule, row)[0]), rule.options
    return given.get("least", 0) <= length and ("most" not in given or length <= given["most"])


def _compare(rule: Rule, row: Row, world: World) -> bool:
    left, right = _values(rule, row)
    return bool(OPERATORS[rule.options["op"]](left, right))


def _reference(rule: Rule, row: Row, world: World) -> bool:
    known = world.references[rule.options["dataset"], rule.options["column"]]
    return _values(rule, row)[0] in known


OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "le": operator.le, "lt": operator.lt, "eq": operator.eq, "ne": operator.ne, "ge": operator.ge,
    "gt": operator.gt,
}  # fmt: skip
_CODES: dict[str, Callable[[str], object]] = {
    "uscc": codes.uscc.check, "citizen_id": codes.citizen_id.check, "project_code": codes.project_code.check,
    "division": codes.divisions.check,
}  # fmt: skip
_TESTS: dict[str, Callable[[Rule, Row, World], bool]] = {
    "filled": _filled, "format": _format, "code": _code, "listed": _listed, "range": _range,
    "length": _length, "compare": _compare, "reference": _reference,
}  # fmt: skip
