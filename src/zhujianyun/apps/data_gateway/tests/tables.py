"""A serving file for the tests of the table plane (测试供数文件)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from zhujianyun.apps.data_gateway.rules import storing

_SQL = {"integer": "INTEGER", "boolean": "INTEGER"}


def write(
    path: Path,
    columns: Mapping[str, str],
    key: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    version: int = 3,
) -> Path:
    """The file that `actions.serving` would make of these rows; values are Python's own (写入)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    made = sqlite3.connect(path, isolation_level=None)
    names = [*columns, *(name + storing.ORDER for name, kind in columns.items() if kind == "decimal")]
    listed = ", ".join(f'"{name}" {_SQL.get(columns.get(name, ""), "TEXT")}' for name in names)
    made.execute(f"CREATE TABLE rows ({listed}, PRIMARY KEY ({', '.join(key)})) WITHOUT ROWID")
    for row in rows:
        made.execute(
            f"INSERT INTO rows VALUES ({', '.join('?' * len(names))})",
            [_value(row, n, columns) for n in names],
        )
    for name in names:
        made.execute(f'CREATE INDEX "by {name}" ON rows ("{name}")')
    nulls = {name: sum(row[name] is None for row in rows) for name in columns}
    told = [{"name": name, "type": kind, "nulls": nulls[name]} for name, kind in columns.items()]
    made.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID")
    about = {"dataset": "s.e", "version": version, "schema": 1, "rows": len(rows),
             "key": orjson.dumps(list(key)), "columns": orjson.dumps(told)}  # fmt: skip
    made.executemany("INSERT INTO about VALUES (?, ?)", about.items())
    made.close()
    return path


def _value(row: Mapping[str, Any], name: str, columns: Mapping[str, str]) -> Any:
    if name.endswith(storing.ORDER):
        value = row[name.removesuffix(storing.ORDER)]
        return None if value is None else storing.decimal_order(value)
    value = row[name]
    if value is None:
        return None
    kind = columns[name]
    if kind == "decimal":
        return storing.decimal_text(value)
    return value if kind in ("text", "integer") else storing.compared(value, kind)
