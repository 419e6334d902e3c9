"""The forty rules of P10 as pandera checks on a DataFrame: the peer in the same run.

Null is passed over as by the platform (``ignore_na`` is pandera's own default); conditions select rows
first. Code checks use the same functions, once for each distinct value.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import pandera.pandas as pdr
import pyarrow as pa

from zhujianyun.apps.data_gathering.rules.quality import options, oracle
from zhujianyun.apps.data_gathering.rules.quality.kinds import Rule, rule_of


def frame(rows: pa.Table) -> pd.DataFrame:
    """The table as pandas has it, with Arrow's types so that decimals and NULL stay what they are."""
    return rows.to_pandas(types_mapper=pd.ArrowDtype).set_index("id", drop=False)


def failing(given: pd.DataFrame, said: list[dict[str, Any]], taken: date, areas: set[str]) -> list[set[int]]:
    """The rows that fail each rule, by lazy validation."""
    import gathering as bench

    return [_failing(given, rule_of(one, bench.COLUMNS), taken, areas) for one in said]


def _failing(given: pd.DataFrame, rule: Rule, taken: date, areas: set[str]) -> set[int]:
    for one in rule.condition:
        given = given[_OPERATORS[one.op](given[one.item], one.value).fillna(False)]
    if rule.kind == "unique":
        given = given.dropna(subset=list(rule.columns))
        return _told(pdr.DataFrameSchema(unique=list(rule.columns)), given[list(rule.columns)])
    if rule.kind == "compare":
        left, right = rule.columns
        test = _OPERATORS[rule.options["op"]]
        check = pdr.Check(lambda table: test(table[left], table[right]), ignore_na=True)
        return _told(pdr.DataFrameSchema(checks=check), given[[left, right]].dropna())
    (name,) = rule.columns
    column = pdr.Column(checks=_check(rule, taken, areas), nullable=rule.kind != "filled")
    return _told(pdr.DataFrameSchema({name: column}), given[[name]])


def _check(rule: Rule, taken: date, areas: set[str]) -> Any:
    said, name = rule.options, rule.columns[0]
    if rule.kind == "filled":
        blank = rf"^[{oracle.BLANKS}]*$"
        return pdr.Check(lambda s: ~s.str.match(blank)) if rule.types[name] == "text" else None
    if rule.kind == "format":
        return pdr.Check(lambda s: s.str.match(options.pattern_of(said)))  # Arrow's strings: RE2
    if rule.kind == "code":
        return pdr.Check(lambda s: ~s.isin(_wrong(s, said["code"])))
    if rule.kind in ("listed", "reference"):
        return pdr.Check.isin(list(said["values"]) if rule.kind == "listed" else sorted(areas))
    if rule.kind == "length":
        return pdr.Check.str_length(said.get("least"), said.get("most"))
    ends = [oracle.bound(rule, end, taken) for end in ("least", "most")]
    tests = [pdr.Check.ge(ends[0])] if ends[0] is not None else []
    return [*tests, *([pdr.Check.le(ends[1])] if ends[1] is not None else [])]


def _wrong(values: Any, code: str) -> list[str]:
    from zhujianyun.apps.data_gathering.rules import coding

    distinct = pa.array(values.dropna().unique().tolist(), pa.string())
    return distinct.take(
        pa.array([place for place, _, _ in coding.faults(distinct, code)], pa.int64())
    ).to_pylist()


def _told(schema: pdr.DataFrameSchema, given: pd.DataFrame) -> set[int]:
    try:
        schema.validate(given, lazy=True)
    except pdr.errors.SchemaErrors as found:
        if found.failure_cases["index"].isna().any():
            raise  # a check that could not be carried out is no verdict
        return {int(one) for one in found.failure_cases["index"]}
    return set()


_OPERATORS: Mapping[str, Any] = {
    "eq": operator.eq,
    "le": operator.le,
    "lt": operator.lt,
    "ne": operator.ne,
    "ge": operator.ge,
}
