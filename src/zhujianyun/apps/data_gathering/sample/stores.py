"""The stores of the simulated systems (模拟存储): written once, brought into later states, never by the platform.

Every step may be done twice. A note beside the stores says how far each system has come, so that an
interrupted demo goes on; a note of another seed or scale is overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from zhujianyun.apps.data_gathering.sample import databases, files, states
from zhujianyun.apps.data_gathering.sample.tables import Table

RENAMED = ("城市桥梁表", "address", "location")  # title, column, what its system calls it from December on
ADDED = ("海绵城市项目表", "remark")
GONE = ("起重机械使用登记表", "历史建筑表")  # drops that fail to come in December
TOKEN = "demo-bidding-token"


def folder() -> Path:
    """Where the stores lie (模拟系统目录)."""
    return Path(settings.ZJY_SOURCES)


def path_of(table: Table) -> Path:
    """The file of a table: its system's database, or its own drop (文件位置)."""
    if table.store in files.WRITERS:
        return folder() / table.system / f"{table.name}{files.WRITERS[table.store][1]}"
    return folder() / f"{table.system}.sqlite3"


def is_served(table: Table) -> bool:
    """Whether it lies on a database server that runs (是否在数据库服务上)."""
    return bool(databases.address(table.store))


def reach(table: Table, port: int) -> tuple[str, dict[str, Any], str]:
    """How a gatherer reaches a table (接入): kind, place, secret."""
    if is_served(table):
        return table.store, databases.place(table.store, table.name), databases.password(table.store)
    if table.store in files.WRITERS:
        kind = files.WRITERS[table.store][0]
        return kind, {"path": str(path_of(table)), **files.PLACES.get(table.store, {})}, ""
    if table.store == "rest":
        return "rest", _rest_place(table, port), TOKEN
    return "sqlite", {"path": str(path_of(table)), "table": table.name}, ""


def _rest_place(table: Table, port: int) -> dict[str, Any]:
    place = {
        "url": f"http://127.0.0.1:{port}/bidding/{table.name}", "records": "data.rows", "total": "data.total",
        "token_header": "X-Token", "size_value": 400, "allow_private": True,
    }  # fmt: skip
    by_cursor = {"paging": "cursor", "next": "data.next"}
    return place | (by_cursor if "project_code" in table.key else {"paging": "number"})


def bring(tables: Iterable[Table], state: int, seed: int, scale: float) -> None:
    """Let the tables of one system stand in a state (推进到某一状态)."""
    listed = list(tables)
    note = folder() / f"{listed[0].system}.json"
    folder().mkdir(parents=True, exist_ok=True)
    reached = _reached(note, seed, scale)
    for one in range(reached + 1, state + 1):
        _write(listed, one, seed)
        partial = note.with_suffix(".new")
        partial.write_bytes(orjson.dumps({"state": one, "seed": seed, "scale": scale}))
        partial.replace(note)


def _reached(note: Path, seed: int, scale: float) -> int:
    told = orjson.loads(note.read_bytes()) if note.exists() else {}
    return int(told["state"]) if (told.get("seed"), told.get("scale")) == (seed, scale) else 0


def _write(tables: list[Table], state: int, seed: int) -> None:
    drops = [table for table in tables if table.store in files.WRITERS]
    for table in drops:
        _drop(table, state, seed)
    rest = [table for table in tables if table.store not in files.WRITERS]
    if rest and state == states.FIRST:
        _create(rest, seed)
        return
    for table in rest:
        _change(table, state, seed)


def _drop(table: Table, state: int, seed: int) -> None:
    path = path_of(table)
    path.parent.mkdir(exist_ok=True)
    if table.title in GONE and state > states.FIRST:
        path.unlink(missing_ok=True)
        return
    files.write(states.at(table, state, seed), path, table.store)


def _create(tables: list[Table], seed: int) -> None:
    made = ((table.name, states.whole(table, seed), table.key) for table in tables)
    if not is_served(tables[0]):
        databases.create_sqlite(path_of(tables[0]), made)
    elif tables[0].store == "mysql":
        databases.create_mysql(made)
    else:
        databases.create_postgresql(made)


def _change(table: Table, state: int, seed: int) -> None:
    gone, fresh = states.gone(table, state, seed), states.fresh(table, state, seed)
    if is_served(table):
        databases.change_server(table.store, table.name, table.key, gone, fresh)
        return
    path = path_of(table)
    if table.title == RENAMED[0]:
        databases.drift(path, table.name, RENAMED[1], RENAMED[2])
        fresh = fresh.rename_columns([RENAMED[2] if n == RENAMED[1] else n for n in fresh.column_names])
    if table.title == ADDED[0]:
        databases.drift(path, table.name, "", ADDED[1])
    databases.change_sqlite(path, table.name, table.key, gone, fresh)
