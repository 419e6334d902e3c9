"""Rules as expressions over whole columns (列式判定), for Ibis: the same verdicts as `oracle`.

Every rule becomes two truth values for a row: whether it says anything of it, and whether the row
passes. Any number of rules is then counted in one pass over the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import and_
from typing import Any

from zhujianyun.apps.data_gathering.rules.quality import options, oracle
from zhujianyun.apps.data_gathering.rules.quality.kinds import Rule
from zhujianyun.kernel.resource.filters import Condition

_TYPES = {
    "text": "string", "integer": "int64", "decimal": "decimal(38, 8)", "date": "date",
    "datetime": "timestamp('UTC')", "boolean": "boolean",
}  # fmt: skip
_BLANK = rf"\A[{oracle.BLANKS}]*\z"


@dataclass(frozen=True)
class Around:
    """What rules may ask besides the table (判定环境).

    ``references`` holds columns of other data sets; ``wrong`` the values of a column that are no such
    code: they are found by asking for its distinct values once.
    """

    taken: date
    references: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    wrong: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Test:
    """A rule over a table (列式规则): two Ibis expressions, neither of them ever NULL."""

    applies: Any
    passes: Any

    @property
    def fails(self) -> Any:
        """The rows that do not pass (不合格行)."""
        return self.applies & ~self.passes


def test_of(rule: Rule, table: Any, around: Around) -> Test:
    """A rule in terms of a table (列式规则)."""
    where = [_holds(one, table, rule) for one in rule.condition]
    if rule.kind == "filled":
        column = table[rule.columns[0]]
        applies = reduce(and_, where) if where else column.isnull() | column.notnull()
        return Test(applies, _filled(rule, table))
    applies = reduce(and_, [*where, *(table[name].notnull() for name in rule.columns)])
    if rule.kind == "unique":
        return Test(applies, ~_repeated(rule, table, applies))
    return Test(applies, _TESTS[rule.kind](rule, table, around).fill_null(False))


def counts(tests: Sequence[Test], table: Any) -> Any:
    """One row with how many were checked and passed by every rule (计数表达式)."""
    columns = {}
    for place, test in enumerate(tests):
        columns[f"checked_{place}"] = test.applies.sum()
        columns[f"passed_{place}"] = (test.applies & test.passes).sum()
    return table.aggregate(**columns)


def _true() -> Any:
    import ibis

    return ibis.literal(True)


def _literal(value: Any, kind: str) -> Any:
    import ibis

    return ibis.literal(value, type=_TYPES[kind])


def _holds(condition: Condition, table: Any, rule: Rule) -> Any:
    """A condition; NULL meets nothing but ``isnull``."""
    column, value = table[condition.item], condition.value
    if condition.op == "isnull":
        return column.isnull() if value else column.notnull()
    kind = _kind_of(column)
    if condition.op == "in":
        return column.isin([_literal(one, kind) for one in value]).fill_null(False)
    if condition.op == "between":
        low, high = (_literal(one, kind) for one in value)
        return ((column >= low) & (column <= high)).fill_null(False)
    if condition.op in ("prefix", "contains"):
        found = column.startswith(value) if condition.op == "prefix" else column.contains(value)
        return found.fill_null(False)
    return oracle.OPERATORS[condition.op](column, _literal(value, kind)).fill_null(False)


def _kind_of(column: Any) -> str:
    """Our name for the type of a column (列类型)."""
    kind = column.type()
    tests = (
        ("text", kind.is_string()), ("integer", kind.is_integer()), ("decimal", kind.is_decimal()),
        ("date", kind.is_date()), ("datetime", kind.is_timestamp()), ("boolean", kind.is_boolean()),
    )  # fmt: skip
    return next(name for name, holds in tests if holds)


def _filled(rule: Rule, table: Any) -> Any:
    column = table[rule.columns[0]]
    if rule.types[rule.columns[0]] != "text":
        return column.notnull()
    return column.notnull() & ~column.re_search(_BLANK).fill_null(False)


def _repeated(rule: Rule, table: Any, applies: Any) -> Any:
    """The rows whose values are met more than once among those that the rule speaks of (重复值)."""
    import ibis

    grouped = table.filter(applies).group_by(list(rule.columns)).aggregate(n=ibis._.count())
    again = grouped.filter(grouped.n > 1)
    if len(rule.columns) == 1:
        return table[rule.columns[0]].isin(again[rule.columns[0]]).fill_null(False)
    struct = ibis.struct({name: table[name] for name in rule.columns})
    both = again.select(values=ibis.struct({name: again[name] for name in rule.columns}))
    return struct.isin(both["values"]).fill_null(False)


def _format(rule: Rule, table: Any, around: Around) -> Any:
    return table[rule.columns[0]].re_search(options.pattern_of(rule.options))


def _code(rule: Rule, table: Any, around: Around) -> Any:
    import ibis

    wrong = around.wrong[rule.columns[0], rule.options["code"]]
    if not wrong:
        return _true()
    if len(wrong) <= options.MOST_VALUES:
        return ~table[rule.columns[0]].isin(list(wrong))
    return ~table[rule.columns[0]].isin(ibis.memtable({"value": list(wrong)})["value"])


def _listed(rule: Rule, table: Any, around: Around) -> Any:
    kind = rule.types[rule.columns[0]]
    return table[rule.columns[0]].isin([_literal(one, kind) for one in rule.options["values"]])


def _range(rule: Rule, table: Any, around: Around) -> Any:
    column, kind = table[rule.columns[0]], rule.types[rule.columns[0]]
    least, most = (oracle.bound(rule, name, around.taken) for name in ("least", "most"))
    found = _true()
    if least is not None:
        found = found & (column >= _literal(least, kind))
    return found & (column <= _literal(most, kind)) if most is not None else found


def _length(rule: Rule, table: Any, around: Around) -> Any:
    length, given = table[rule.columns[0]].length(), rule.options
    found = length >= given.get("least", 0)
    return found & (length <= given["most"]) if "most" in given else found


def _compare(rule: Rule, table: Any, around: Around) -> Any:
    left, right = (table[name] for name in rule.columns)
    return oracle.OPERATORS[rule.options["op"]](left, right)


def _reference(rule: Rule, table: Any, around: Around) -> Any:
    return table[rule.columns[0]].isin(around.references[rule.options["dataset"], rule.options["column"]])


_TESTS: dict[str, Callable[[Rule, Any, Around], Any]] = {
    "format": _format, "code": _code, "listed": _listed, "range": _range, "length": _length,
    "compare": _compare, "reference": _reference,
}  # fmt: skip
