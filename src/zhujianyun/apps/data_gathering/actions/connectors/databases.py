"""SQLite and PostgreSQL through ADBC (数据库接入): Arrow batches straight from the driver."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhujianyun.apps.data_gathering.actions.connectors.contract import (
    BATCH_ROWS,
    Place,
    all_there,
    failed,
    setting,
)
from zhujianyun.apps.data_gathering.actions.connectors.statements import Dialect, Selection, plain
from zhujianyun.apps.data_gathering.rules.drift import Found

_KINDS = (
    (r"INT|SERIAL", "integer"), (r"NUM|DEC|REAL|FLOA|DOUB|MONEY", "decimal"), (r"BOOL", "boolean"),
    (r"TIMESTAMP|DATETIME", "datetime"), (r"^DATE$", "date"), (r"CHAR|CLOB|TEXT|UUID", "text"),
)  # fmt: skip


def kind_of(declared: str) -> str:
    """Our type for a declared one; empty when it says nothing (类型对应)."""
    return next((kind for pattern, kind in _KINDS if re.search(pattern, declared.upper())), "")


def length_of(declared: str) -> int:
    """The length in ``VARCHAR(20)``; 0 for none (长度)."""
    found = re.search(r"(?:CHAR\w*|VARYING)\s*\((\d+)\)", declared.upper())
    return int(found.group(1)) if found else 0


class _Adbc:
    """What both have in common."""

    dialect = Dialect()
    begin: tuple[str, ...] = ()

    def __init__(self, place: Place, secret: str = "") -> None:
        self.place, self.secret = place, secret
        self.position: Any = None
        self.note = ""
        self._connection: Any = None
        self.selection = Selection(setting(place, "table", "表名"), list(place.get("key", ())), self.dialect)

    def _connect(self) -> Any:
        raise NotImplementedError

    @property
    def peer(self) -> str:
        return str(self.place.get("path") or self.place.get("host") or self.place.get("table"))

    def open(self) -> None:
        from adbc_driver_manager import Error

        try:
            self._connection = self._connect()
            for statement in self.begin:
                self._run(statement)
            self._learn()
        except (Error, OSError) as error:
            raise failed(self.peer, "连接不上，请核对地址、账号和网络", rule="connect") from error

    def _learn(self) -> None:
        return

    def _run(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, list(values) or None)
            return [tuple(row) for row in cursor.fetchall()]

    def count(self) -> int:
        return int(self._rows(*self.selection.count())[0][0])

    def same(self, position: Any, read: int) -> bool:
        return int(self._rows(*self.selection.count(position))[0][0]) == read

    def batches(
        self, columns: Sequence[str], after: Any = None, since: tuple[str, Any] | None = None
    ) -> Iterator[pa.RecordBatch]:
        from adbc_driver_manager import Error

        all_there(columns, self.columns())
        keys = [name for name in self.selection.key if name not in columns]
        text, values = self.selection.rows([*columns, *keys], after, since)
        try:
            with self._connection.cursor() as cursor:
                self._prepare(cursor)
                cursor.execute(text, values or None)
                for batch in cursor.fetch_record_batch():
                    if not batch.num_rows:
                        continue
                    last = batch.slice(batch.num_rows - 1).to_pylist()[0]
                    self.position = [plain(last[name]) for name in self.selection.key]
                    yield batch.select(list(columns))
        except Error as error:
            raise failed(self.peer, "取数中断，可稍后续传", rule="broken") from error

    def columns(self) -> list[Found]:
        raise NotImplementedError

    def _prepare(self, cursor: Any) -> None:
        return

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Sqlite(_Adbc):
    """An SQLite file (SQLite 接入), opened read-only: place = {path, table, key}.

    Any column may hold any type there, and the driver ends with an error where the type changes: so
    everything is asked for as text, and what does not fit is judged row by row.
    """

    dialect = Dialect(shown="CAST({0} AS TEXT)")
    begin = ("BEGIN",)

    def _connect(self) -> Any:
        from adbc_driver_sqlite import dbapi

        path = Path(setting(self.place, "path", "文件路径"))
        if not path.is_file():
            raise failed(str(path), "文件不存在，请核对路径", rule="file", retriable=False)
        return dbapi.connect(f"file:{path}?mode=ro", autocommit=True)

    def columns(self) -> list[Found]:
        table = self.selection.table
        self.dialect.name(table)
        rows = self._rows(f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')")  # noqa: S608
        if not rows:
            raise failed(self.peer, f"没有表 {table}", rule="table", retriable=False)
        return [
            Found(name, kind_of(kind), not filled and not pk, length_of(kind), bool(pk))
            for name, kind, filled, pk in rows
        ]

    def _prepare(self, cursor: Any) -> None:
        cursor.adbc_statement.set_options(
            **{"adbc.sqlite.query.batch_rows": str(self.place.get("batch_rows", BATCH_ROWS))}
        )


class Postgresql(_Adbc):
    """PostgreSQL or a database that speaks its protocol (PostgreSQL 接入): place = {host, port, database, user, table, key}."""

    dialect = Dialect(holder=lambda n: f"${n}")
    begin = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",)

    def _connect(self) -> Any:
        from adbc_driver_postgresql import dbapi

        parts = {
            "host": setting(self.place, "host", "主机"), "port": self.place.get("port", 5432),
            "dbname": setting(self.place, "database", "库名"), "user": setting(self.place, "user", "账号"),
            "connect_timeout": 10, "password": self.secret,
        }  # fmt: skip
        given = " ".join(f"{name}='{_escaped(value)}'" for name, value in parts.items() if value)
        return dbapi.connect(given, autocommit=True)

    def columns(self) -> list[Found]:
        schema, _, table = self.selection.table.rpartition(".")
        rows = self._rows(_PG_COLUMNS, [schema or "public", table])
        if not rows:
            raise failed(
                self.peer, f"没有表 {self.selection.table}，或账号无权读取", rule="table", retriable=False
            )
        self.selection.types.update({name: kind for name, kind, _, _ in rows})
        return [
            Found(name, kind_of(kind), not filled, length_of(kind), bool(is_key))
            for name, kind, filled, is_key in rows
        ]

    def _learn(self) -> None:
        self.columns()  # values compared with a column must be told its type

    def _prepare(self, cursor: Any) -> None:
        cursor.adbc_statement.set_options(
            **{"adbc.postgresql.batch_size_hint_bytes": str(self.place.get("batch_bytes", 4 * 1024**2))}
        )


def _escaped(value: object) -> str:
    return str(value).replace("\\", "\\\\").replace("'", "\\'")


_PG_COLUMNS = """
SELECT a.attname::text, format_type(a.atttypid, a.atttypmod)::text, a.attnotnull,
       coalesce(a.attnum = ANY(i.indkey::int2[]), false)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
