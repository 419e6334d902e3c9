"""The grammar of row filters (行过滤)."""

from __future__ import annotations

import sqlite3
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource import filters
from zhujianyun.kernel.resource.filters import Condition

TYPES = {"name": "text", "floors": "integer", "area": "decimal", "day": "date", "open": "boolean"}
SQL = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"item": "nothing", "op": "eq", "value": "x"}, "filter.item"),
        ({"item": "name", "op": "like", "value": "x"}, "filter.op"),
        ({"item": "floors", "op": "contains", "value": "1"}, "filter.text_only"),
        ({"item": "floors", "op": "eq", "value": "一"}, "filter.value"),
        ({"item": "floors", "op": "eq", "value": 1.5}, "filter.value"),
        ({"item": "floors", "op": "eq", "value": True}, "filter.value"),
        ({"item": "area", "op": "eq", "value": "NaN"}, "filter.value"),
        ({"item": "day", "op": "eq", "value": "2020-02-30"}, "filter.value"),
        ({"item": "open", "op": "isnull", "value": "maybe"}, "filter.value"),
        ({"item": "name", "op": "eq", "value": None}, "filter.value"),
        ({"item": "floors", "op": "in", "value": []}, "filter.list"),
        ({"item": "floors", "op": "in", "value": ["1"] * 201}, "filter.list"),
        ({"item": "day", "op": "between", "value": "2020-01-01"}, "filter.between"),
    ],
)
def test_what_is_no_filter_is_refused_by_name(row, rule):
    with pytest.raises(RuleBroken) as refused:
        filters.check([row], TYPES)
    assert refused.value.rule == rule


def test_values_get_the_type_of_their_item_and_keep_their_stored_form():
    checked = filters.check([{"item": "area", "op": "between", "value": "1.0,20"}], TYPES)
    assert checked == (Condition("area", "between", (Decimal("1.0"), Decimal(20))),)
    assert filters.check([checked[0].row()], TYPES) == checked


@given(op=st.sampled_from(sorted(SQL)), bound=st.integers(-5, 5), floors=st.none() | st.integers(-5, 5))
def test_a_filter_means_what_it_means_in_sql(op, bound, floors):
    connection = sqlite3.connect(":memory:")
    (said,) = connection.execute(f"SELECT ? {SQL[op]} ?", (floors, bound)).fetchone()  # noqa: S608
    connection.close()
    assert filters.holds(Condition("floors", op, bound), {"floors": floors}) == bool(said)


@given(
    rows=st.lists(st.fixed_dictionaries({"name": st.none() | st.text(max_size=4)})), part=st.text(max_size=2)
)
def test_a_prefix_is_also_contained(rows, part):
    for row in rows:
        if filters.holds(Condition("name", "prefix", part), row):
            assert filters.holds(Condition("name", "contains", part), row)
