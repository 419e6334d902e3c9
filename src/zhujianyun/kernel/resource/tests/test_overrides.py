"""Values put right: they fit their column, replace one another, and end when the source says the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource import actions, correcting, lake, queries
from zhujianyun.kernel.resource.models import Override
from zhujianyun.kernel.system.models import BusinessSystem

COLUMNS = [
    {"name": "city", "type": "text"}, {"name": "no", "type": "integer"}, {"name": "name", "type": "text"},
    {"name": "area", "type": "decimal"}, {"name": "built", "type": "date"}, {"name": "open", "type": "boolean"},
]  # fmt: skip


@pytest.fixture
def homes(db, settings, tmp_path):
    settings.ZJY_LAKE = tmp_path
    office = Office.objects.create(code="T", name="厅", kind="province")
    system = BusinessSystem.objects.create(code="s", name="某系统", owner=office, authority="housing")
    return actions.register_dataset("s.homes", "房屋", system, COLUMNS, ["city", "no"], by=SYSTEM)


def land(dataset, version: int, *rows: tuple) -> None:
    names = [one["name"] for one in COLUMNS]
    made = pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})
    write_deltalake(str(lake.folder(dataset.code)), made, mode="overwrite")
    actions.land(
        dataset, version=version, batch=f"b{version}", rows=len(rows), digest="d", taken_at=clock.now(), by=SYSTEM
    )  # fmt: skip


def put(dataset, column: str, value: str, row_key: str = "450100/7") -> Override:
    return actions.put_right(
        dataset, row_key, column, value, was="旧", case_number="桂数核2020-00001", by=SYSTEM
    )


FIRST = ("450100", 7, "甲楼", Decimal("80.50"), date(2019, 1, 1), True)


def test_a_second_value_replaces_the_first_and_the_mark_rises(homes):
    marks = [queries.override_marks()]
    first = put(homes, "name", "乙楼")
    marks.append(queries.override_marks())
    second = put(homes, "name", "丙楼")
    marks.append(queries.override_marks())
    first.refresh_from_db()
    assert first.ended_why == "replaced" and list(queries.overrides_at(homes)) == [second]
    assert marks == [{}, {homes.pk: 1}, {homes.pk: 3}]


def test_what_held_at_an_instant_is_still_known(homes):
    before = clock.now() - timedelta(hours=1)
    first = put(homes, "name", "乙楼")
    assert list(queries.overrides_at(homes, before)) == []
    assert list(queries.overrides_at(homes, first.made_at)) == [first]


def test_the_journal_names_neither_row_nor_value(homes):
    put(homes, "name", "张三的房子")
    entry = Entry.objects.get(verb="resource.row.put_right")
    assert "450100" not in entry.facts and "张三" not in entry.facts
    assert entry.facts_dict["column"] == "name"


def test_it_ends_when_the_source_says_the_same(homes):
    right, other, gone = (
        put(homes, "area", "80.5"),
        put(homes, "name", "乙楼"),
        put(homes, "name", "x", "1/1"),
    )
    land(homes, 0, FIRST, ("450100", 8, "别处", None, None, None))
    assert actions.settle(homes, by=SYSTEM) == 1
    right.refresh_from_db()
    assert right.ended_why == "delivered" and right.ended_at is not None
    assert {one.pk for one in queries.overrides_at(homes)} == {other.pk, gone.pk}
    assert actions.settle(homes, by=SYSTEM) == 0


def test_before_anything_was_gathered_nothing_ends(homes):
    put(homes, "name", "甲楼")
    assert actions.settle(homes, by=SYSTEM) == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [("name", "任意"), ("no2", "新列"), ("area", "1e3"), ("built", "2020-02-29"), ("open", "否")],
    ids=["text", "unknown column", "number", "leap day", "truth"],
)
def test_a_value_of_the_columns_type_is_taken(homes, column, value):
    actions.check_value(homes, column, value)


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("area", "八十", "override.type"), ("area", "NaN", "override.type"), ("built", "2019-02-29", "override.type"),
        ("open", "也许", "override.type"), ("no", "8", "override.key"), ("city", "450200", "override.key"),
    ],
    ids=["no number", "not a number", "no such day", "no truth", "part of the key", "first of the key"],
)  # fmt: skip
def test_another_value_is_refused_with_what_to_write(homes, column, value, rule):
    with pytest.raises(RuleBroken) as told:
        actions.check_value(homes, column, value)
    assert told.value.rule == rule


@pytest.mark.parametrize(
    ("text", "key", "parts"),
    [
        ("桂/A-1", ["no"], ("桂/A-1",)), ("450100/7", ["city", "no"], ("450100", "7")), ("450100", ["city", "no"], None),
        ("a/b/c", ["x", "y"], None),
    ],
    ids=["one column keeps its strokes", "two columns", "too few", "too many"],
)  # fmt: skip
def test_a_key_is_read_by_its_columns(text, key, parts):
    assert correcting.key_parts(text, key) == parts


@pytest.mark.parametrize(
    ("value", "text", "kind", "same"),
    [
        (Decimal("80.50"), "80.5", "decimal", True), (None, "", "text", False), (7, " 7 ", "integer", True),
        (True, "是", "boolean", True), (True, "0", "boolean", False), (7, "x", "integer", False),
        (datetime(2020, 1, 1, 1, tzinfo=UTC), "2020-01-01T09:00", "datetime", True),
        (2**63, str(2**63), "integer", False),
    ],
    ids=["noughts", "empty", "blanks", "yes", "no", "nonsense", "Shanghai", "beyond 64 bits"],
)  # fmt: skip
def test_a_gathered_value_is_what_a_correction_says(value, text, kind, same):
    assert correcting.says(value, text, kind) is same


def test_who_was_told_is_noted_once(homes):
    one = put(homes, "name", "乙楼")
    assert actions.note_told(one, ["450200", "450100"], 3, by=SYSTEM)
    assert not actions.note_told(one, [], 0, by=SYSTEM)
    one.refresh_from_db()
    assert (one.told, one.told_calls) == (["450100", "450200"], 3)
    assert Entry.objects.filter(verb="resource.row.told").count() == 1
