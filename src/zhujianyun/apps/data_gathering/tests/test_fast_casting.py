"""What is recognised by arithmetic is what the slow way says, value by value (快速识别与逐值转换一致)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gathering.rules import casting, coding
from zhujianyun.apps.data_gathering.rules.shape import LANDED, Column
from zhujianyun.base.codes import project_code

near_days = st.from_regex(r"\A[0-3][0-9]{3}-[0-1][0-9]-[0-3][0-9]\Z") | st.sampled_from(
    [
        "1900-02-29",
        "2000-02-29",
        "2020-00-10",
        "2020-1-1",
        "2020-01-1x",
        "２０２０-01-01",
        "0999-01-01",
        "2020年2月3日",
    ]
)
near_numbers = st.from_regex(r"\A[+-]?[0-9]{1,31}(\.[0-9]{0,11})?\Z") | st.sampled_from(
    ["1e3", "-", "1.", "0.100000000000", "4.2799999999999994", "1.2.3", "1e-9"]
)


def slow(values, change, kind):
    """Each value by itself."""
    found = [casting._bisected(pa.array([value], pa.string()), change, LANDED[kind]) for value in values]
    return [shown(one[0]) for one in found], [bool(one[1][0]) for one in found]


def shown(column):
    """Values as numbers: a day of the year 0 is one for Arrow and none for Python."""
    return column.cast(pa.int32()).to_pylist() if pa.types.is_date(column.type) else column.to_pylist()


@given(st.lists(st.dates().map(str) | near_days | st.none(), max_size=30))
def test_days_are_the_same_as_when_read_one_by_one(values):
    column, lost = casting.landed(pa.array(values, pa.string()), Column("x", "date"))
    found, refused = slow(values, casting._day, "date")
    assert (shown(column), lost.tolist()) == ([one[0] for one in found], refused)


@given(st.lists(near_numbers | st.none(), max_size=30))
def test_decimals_are_the_same_as_when_read_one_by_one(values):
    column, lost = casting.landed(pa.array(values, pa.string()), Column("x", "decimal"))
    found, refused = slow(values, casting._decimal, "decimal")
    assert (column.to_pylist(), lost.tolist()) == ([one[0] for one in found], refused)


def test_impossible_days_in_a_slice_of_a_longer_column_are_found_where_they_stand():
    values = [str(date(2020, 1, 1 + n % 28)) for n in range(3000)]
    values[1777] = "2020-02-30"
    column, lost = casting.landed(pa.array(values)[1000:2000], Column("x", "date"))
    assert np.flatnonzero(lost).tolist() == [777]
    assert column[5].as_py() == date.fromisoformat(values[1005])


def test_a_code_named_by_many_rows_is_asked_once_a_day(monkeypatch):
    asked = []
    kept = project_code.check
    monkeypatch.setitem(
        coding._ASK, "project_code", lambda value, day: asked.append(value) or kept(value, day)
    )
    coding._asked_before.cache_clear()
    column = pa.array(["2019-450103-04-01-123456", "2019-450103-04-01-12345"] * 50)
    for _ in range(3):
        assert [place for place, *_ in coding.faults(column, "project_code", date(2020, 12, 1))] == list(
            range(1, 100, 2)
        )
    assert len(asked) == 2
    coding._asked_before.cache_clear()
