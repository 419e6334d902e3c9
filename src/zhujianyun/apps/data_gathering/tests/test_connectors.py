"""One contract for every connector (接入约定): the same table comes out of each, typed and whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from zhujianyun.apps.data_gathering.actions.connectors import Connector, connect, paced
from zhujianyun.apps.data_gathering.actions.connectors.drivers import Oracle
from zhujianyun.apps.data_gathering.rules import checking
from zhujianyun.base.errors import OutsideFailed, PlatformError, RuleBroken

from . import sources
from .sources import COLUMNS, KINDS, NAMES, SERVED

ALL = [*KINDS, *SERVED]  # those two are passed over without ``make services``


class FakeDriver:
    """The DB-API of Oracle over SQLite: what the port may rely on."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path)
        self.db.execute("CREATE TEMP VIEW user_owned AS SELECT 1")

    def cursor(self) -> Any:
        return FakeCursor(self.db.cursor())

    def close(self) -> None:
        self.db.close()


class FakeCursor:
    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.inner = cursor

    def execute(self, text: str, values: Any = ()) -> None:
        if text == Oracle.begin:
            return
        if "all_tab_columns" in text:
            text = ("SELECT name, CASE type WHEN 'INTEGER' THEN 'NUMBER' ELSE type END, 'Y', 0"
                    " FROM pragma_table_info(?)")  # fmt: skip
            values = values[:1]
        self.inner.execute(text, {str(n + 1): v for n, v in enumerate(values)} if ":1" in text else values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def made(kind: str, given: list[dict[str, Any]], folder: Any, stack: ExitStack) -> Connector:
    if kind.startswith("csv"):
        encoding = {"csv": "utf-8", "csv-gbk": "gbk", "csv-bom": "utf-8-sig"}[kind]
        return connect("csv", sources.csv_file(folder, given, encoding, ";" if kind == "csv-gbk" else ","))
    if kind.startswith("rest"):
        place = stack.enter_context(sources.rest(given, by_cursor=kind == "rest-cursor"))
        return connect("rest", place, "geheim")
    if kind == "oracle":
        place = sources.sqlite(folder, given)
        return Oracle(place, "", connect=lambda p, s: FakeDriver(p["path"]))
    if kind in SERVED:
        return connect(kind, *getattr(sources, kind)(given))
    make = {"sqlite": sources.sqlite, "xlsx": sources.xlsx, "json": sources.json_lines,
            "json-array": sources.json_array, "xml": sources.xml}[kind]  # fmt: skip
    return connect(kind.partition("-")[0], make(folder, given))


@contextmanager
def opened(kind: str, given: list[dict[str, Any]], folder: Any) -> Iterator[Connector]:
    with ExitStack() as stack:
        connector = made(kind, given, folder, stack)
        assert isinstance(connector, Connector)
        connector.open()
        stack.callback(connector.close)
        yield connector


def typed(batches: list[pa.RecordBatch]) -> list[dict[str, Any]]:
    found = []
    for batch in batches:
        verdict = checking.judge(batch, COLUMNS, ["id"])
        assert not verdict.reasons, verdict.reasons
        found += verdict.rows.to_pylist()
    return found


@pytest.mark.parametrize("kind", ALL)
def test_every_source_gives_the_same_rows_in_batches(kind, tmp_path):
    given = sources.rows()
    with opened(kind, given, tmp_path) as connector:
        assert [one.name for one in connector.columns()] == NAMES
        assert connector.count() in (None, len(given))
        batches = list(connector.batches(NAMES))
        assert len(batches) > 1
        assert typed(batches) == given


@pytest.mark.parametrize("kind", ALL)
def test_reading_goes_on_behind_the_place_where_it_stopped(kind, tmp_path):
    given = sources.rows()
    with opened(kind, given, tmp_path) as connector:
        reading = connector.batches(NAMES)
        first = [next(reading), next(reading)]
        place, read = connector.position, sum(batch.num_rows for batch in first)
        reading.close()
        connector.close()
        connector.open()
        assert connector.same(place, read) or kind.startswith("rest")
        rest = list(connector.batches(NAMES, place))
        assert typed(first + rest) == given


@pytest.mark.parametrize("kind", ALL)
def test_columns_come_in_the_order_asked_and_an_unknown_one_is_named(kind, tmp_path):
    with opened(kind, sources.rows(12), tmp_path) as connector:
        (names,) = {tuple(batch.schema.names) for batch in connector.batches(["name", "id"])}
        assert names == ("name", "id")
    with opened(kind, sources.rows(12), tmp_path) as connector, pytest.raises(PlatformError) as refused:
        list(connector.batches(["id", "missing_column"]))
    assert "missing_column" in refused.value.message_zh


@pytest.mark.parametrize("kind", ALL)
def test_closing_twice_does_no_harm(kind, tmp_path):
    with opened(kind, sources.rows(3), tmp_path) as connector:
        connector.close()


@pytest.mark.parametrize("kind", ["sqlite", "oracle", *SERVED])
def test_a_cursor_reads_from_its_bound_on_boundary_included(kind, tmp_path):
    given = sources.rows()
    with opened(kind, given, tmp_path) as connector:
        found = typed(list(connector.batches(NAMES, None, ("id", 60))))
        assert found == [row for row in given if row["id"] >= 60]
        assert not connector.same([given[20]["id"]], 20)


@pytest.mark.parametrize("kind", ["sqlite", *SERVED])
def test_a_database_says_what_its_columns_are(kind, tmp_path):
    with opened(kind, sources.rows(3), tmp_path) as connector:
        found = {one.name: one for one in connector.columns()}
    assert [one.type for one in found.values()] == [
        "integer",
        "text",
        "decimal",
        "date",
        "datetime",
        "boolean",
    ]
    assert (found["name"].length, found["id"].is_key, found["name"].is_key) == (40, True, False)


@pytest.mark.parametrize("kind", ["sqlite", *SERVED])
def test_a_database_cannot_be_written_through_a_connector(kind, tmp_path):
    with (
        opened(kind, sources.rows(3), tmp_path) as connector,
        pytest.raises(Exception, match=r"(?i)read.?only|denied"),
    ):
        connector._run("DELETE FROM things")


def test_the_count_and_the_rows_are_of_one_moment(tmp_path):
    with opened("sqlite", sources.rows(30), tmp_path) as connector:
        counted = connector.count()
        with sqlite3.connect(tmp_path / "source.db") as other:
            try:
                other.execute("PRAGMA busy_timeout = 0")
                other.execute("DELETE FROM things WHERE id > 30")
                other.commit()
            except sqlite3.OperationalError:
                other.rollback()  # without a write-ahead log the writer waits for the reader
        assert sum(batch.num_rows for batch in connector.batches(NAMES)) == counted


@pytest.mark.parametrize(("encoding", "told"), [("utf-8", "UTF-8"), ("utf-8-sig", "BOM"), ("gbk", "GBK")])
def test_the_encoding_found_is_named(encoding, told, tmp_path):
    connector = connect("csv", sources.csv_file(tmp_path, sources.rows(3), encoding, "\t"))
    connector.open()
    assert told in connector.note
    assert "\\t" in connector.note


def test_an_empty_cell_is_nothing_and_quoted_emptiness_is_empty_text(tmp_path):
    (tmp_path / "x.csv").write_text('a,b\n1,\n2,""\n', "utf-8")
    connector = connect("csv", {"path": str(tmp_path / "x.csv")})
    connector.open()
    assert [row for batch in connector.batches(["b"]) for row in batch.to_pylist()] == [
        {"b": None},
        {"b": ""},
    ]


def test_a_file_that_changes_while_it_is_read_is_not_trusted(tmp_path):
    place = sources.json_lines(tmp_path, sources.rows())
    connector = connect("json", place)
    connector.open()
    reading = connector.batches(NAMES)
    next(reading)
    with Path(place["path"]).open("a", encoding="utf-8") as file:
        file.write('\n{"id": 1}')
    with pytest.raises(OutsideFailed, match="改动"):
        list(reading)


def test_the_same_page_for_ever_is_noticed():
    with sources.served(lambda params, headers: [{"id": 1}, {"id": 2}]) as url:
        connector = connect("rest", {"url": url, "size_value": 2, "allow_private": True})
        connector.open()
        with pytest.raises(OutsideFailed, match="反复返回同一页"):
            list(connector.batches(["id"]))


def test_an_interface_at_an_inner_address_is_refused_unless_that_was_allowed():
    with sources.served(lambda params, headers: []) as url, pytest.raises(OutsideFailed) as refused:
        connect("rest", {"url": url}).open()
    assert refused.value.rule == "outbound.address"


def test_entities_in_xml_are_refused(tmp_path):
    text = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "boom">]><a><b><c>&x;</c></b></a>'
    (tmp_path / "x.xml").write_text(text, "utf-8")
    with pytest.raises(OutsideFailed, match="出于安全"):
        connect("xml", {"path": str(tmp_path / "x.xml"), "record": "b"}).open()


@pytest.mark.parametrize("text", ['[{"a": 1}', '[{"a": 1} {"a": 2}]', '{"a": 1}{', "[1]"])
def test_broken_json_is_said_to_be_broken(text, tmp_path):
    (tmp_path / "x.json").write_text(text, "utf-8")
    with pytest.raises(OutsideFailed, match="JSON"):
        connect("json", {"path": str(tmp_path / "x.json")}).open()


@pytest.mark.parametrize("kind", ["oracle", "dm"])
def test_a_missing_driver_is_said_in_one_sentence(kind):
    with pytest.raises(RuleBroken, match="没有安装.*驱动程序"):
        connect(kind, {"host": "db", "database": "x", "user": "u", "table": "t", "key": ["id"]}).open()


def test_names_are_never_taken_for_statements():
    with pytest.raises(RuleBroken, match="不允许的字符"):
        connect("sqlite", {"path": "x", "table": 't"; DROP TABLE x', "key": ["id"]}).count()


def test_a_rate_is_kept():
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    batches = [pa.record_batch({"a": range(50)})] * 4
    assert len(list(paced(iter(batches), 100, sleep=sleep, tick=lambda: now[0]))) == 4
    assert sum(slept) == 2.0
