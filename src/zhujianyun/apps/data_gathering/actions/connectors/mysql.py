"""MySQL and MariaDB (MySQL 接入): rows streamed by an unbuffered cursor, then made into Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from zhujianyun.apps.data_gathering.actions.connectors.contract import (
    BATCH_ROWS,
    Place,
    all_there,
    failed,
    setting,
)
from zhujianyun.apps.data_gathering.actions.connectors.databases import kind_of, length_of
from zhujianyun.apps.data_gathering.actions.connectors.statements import Dialect, Selection, plain
from zhujianyun.apps.data_gathering.rules.drift import Found

DIALECT = Dialect(quote="`", holder=lambda n: "%s")


class Mysql:
    """A table of MySQL or MariaDB (MySQL 接入): place = {host, port, database, user, table, key}."""

    def __init__(self, place: Place, secret: str = "") -> None:
        self.place, self.secret = place, secret
        self.position: Any = None
        self.note = ""
        self._connection: Any = None
        self.selection = Selection(setting(place, "table", "表名"), list(place.get("key", ())), DIALECT)

    @property
    def peer(self) -> str:
        return str(self.place.get("host", ""))

    def open(self) -> None:
        import pymysql

        try:
            self._connection = pymysql.connect(
                host=setting(self.place, "host", "主机"), port=int(self.place.get("port", 3306)),
                user=setting(self.place, "user", "账号"), password=self.secret,
                database=setting(self.place, "database", "库名"), charset="utf8mb4", connect_timeout=10,
                read_timeout=600,
            )  # fmt: skip
            self._run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self._run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        except pymysql.MySQLError as error:
            raise failed(self.peer, "连接不上，请核对地址、账号和网络", rule="connect") from error

    def _run(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, tuple(values) or None)
            return list(cursor.fetchall())

    def columns(self) -> list[Found]:
        rows = self._run(
            "SELECT column_name, column_type, is_nullable, column_key FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
            [self.place["database"], self.selection.table],
        )
        if not rows:
            text = f"没有表 {self.selection.table}，或账号无权读取"
            raise failed(self.peer, text, rule="table", retriable=False)
        return [
            Found(name, _kind(kind), nullable == "YES", length_of(kind), key == "PRI")
            for name, kind, nullable, key in rows
        ]

    def count(self) -> int:
        return int(self._run(*self.selection.count())[0][0])

    def same(self, position: Any, read: int) -> bool:
        return int(self._run(*self.selection.count(position))[0][0]) == read

    def batches(
        self, columns: Sequence[str], after: Any = None, since: tuple[str, Any] | None = None
    ) -> Iterator[pa.RecordBatch]:
        import pymysql

        all_there(columns, self.columns())
        keys = [name for name in self.selection.key if name not in columns]
        names = [*columns, *keys]
        text, values = self.selection.rows(names, after, since)
        places = [names.index(name) for name in self.selection.key]
        try:
            with self._connection.cursor(pymysql.cursors.SSCursor) as cursor:
                cursor.execute(text, tuple(values) or None)
                while rows := cursor.fetchmany(int(self.place.get("batch_rows", BATCH_ROWS))):
                    self.position = [plain(rows[-1][n]) for n in places]
                    yield batch_of(rows, columns)
        except pymysql.MySQLError as error:
            raise failed(self.peer, "取数中断，可稍后续传", rule="broken") from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _kind(declared: str) -> str:
    return "boolean" if declared.lower() == "tinyint(1)" else kind_of(declared)


def batch_of(rows: Sequence[tuple[Any, ...]], columns: Sequence[str]) -> pa.RecordBatch:
    """Rows as a batch; a column of mixed kinds becomes text (成批)."""
    arrays = []
    for values in list(zip(*rows, strict=True))[: len(columns)]:
        try:
            arrays.append(pa.array(values))
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            arrays.append(pa.array([None if v is None else str(v) for v in values]))
    return pa.RecordBatch.from_arrays(arrays, names=list(columns))
