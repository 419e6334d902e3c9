"""Databases whose driver a customer brings (国产与商业数据库接入): Oracle and 达梦, by the DB-API.

The port is tested against a stand-in of the DB-API; the drivers themselves are not ours to give away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

import pyarrow as pa

from zhujianyun.apps.data_gathering.actions.connectors.contract import (
    BATCH_ROWS,
    Place,
    all_there,
    failed,
    setting,
)
from zhujianyun.apps.data_gathering.actions.connectors.databases import kind_of
from zhujianyun.apps.data_gathering.actions.connectors.mysql import batch_of
from zhujianyun.apps.data_gathering.actions.connectors.statements import Dialect, Selection, plain
from zhujianyun.apps.data_gathering.rules.drift import Found
from zhujianyun.base.errors import RuleBroken

Connect = Callable[[Place, str], Any]


class _ByDriver:
    """A table behind a DB-API driver: place = {host, port, database, user, table, key}."""

    driver, zh, port = "", "", 0
    dialect = Dialect(holder=lambda n: f":{n}")
    begin = "SET TRANSACTION READ ONLY"

    def __init__(self, place: Place, secret: str = "", connect: Connect | None = None) -> None:
        self.place, self.secret = place, secret
        self.position: Any = None
        self.note = ""
        self._connect = connect
        self._connection: Any = None
        self.selection = Selection(setting(place, "table", "表名"), list(place.get("key", ())), self.dialect)

    @property
    def peer(self) -> str:
        return str(self.place.get("host", ""))

    def open(self) -> None:
        connect = self._connect or self._driver()
        try:
            self._connection = connect(self.place, self.secret)
            self._connection.cursor().execute(self.begin)
        except RuleBroken:
            raise
        except Exception as error:  # noqa: BLE001 - each driver has its own family of errors
            raise failed(self.peer, "连接不上，请核对地址、账号和网络", rule="connect") from error

    def _driver(self) -> Connect:
        try:
            module = import_module(self.driver)
        except ImportError as error:
            raise RuleBroken(
                f"没有安装{self.zh}的驱动程序 {self.driver}，请由管理员安装后重试。",
                rule="gathering.driver", driver=self.driver,
            ) from error  # fmt: skip

        def connect(place: Place, secret: str) -> Any:
            return module.connect(
                user=place["user"], password=secret,
                dsn=f"{place['host']}:{place.get('port', self.port)}/{place['database']}",
            )  # fmt: skip

        return connect

    def _run(self, text: str, values: Sequence[Any] = ()) -> Any:
        cursor = self._connection.cursor()
        cursor.execute(text, list(values))
        return cursor

    def columns(self) -> list[Found]:
        owner, _, table = self.selection.table.rpartition(".")
        rows = self._run(
            "SELECT column_name, data_type, nullable, char_length FROM all_tab_columns"
            " WHERE table_name = :1 AND owner = coalesce(:2, user) ORDER BY column_id",
            [table, owner or None],
        ).fetchall()
        if not rows:
            text = f"没有表 {self.selection.table}，或账号无权读取"
            raise failed(self.peer, text, rule="table", retriable=False)
        return [Found(name, _kind(kind), n == "Y", int(length or 0)) for name, kind, n, length in rows]

    def count(self) -> int:
        return int(self._run(*self.selection.count()).fetchone()[0])

    def same(self, position: Any, read: int) -> bool:
        return int(self._run(*self.selection.count(position)).fetchone()[0]) == read

    def batches(
        self, columns: Sequence[str], after: Any = None, since: tuple[str, Any] | None = None
    ) -> Iterator[pa.RecordBatch]:
        all_there(columns, self.columns())
        names = [*columns, *(name for name in self.selection.key if name not in columns)]
        places = [names.index(name) for name in self.selection.key]
        try:
            cursor = self._run(*self.selection.rows(names, after, since))
            while rows := cursor.fetchmany(int(self.place.get("batch_rows", BATCH_ROWS))):
                self.position = [plain(rows[-1][n]) for n in places]
                yield batch_of(rows, columns)
        except Exception as error:  # noqa: BLE001 - each driver has its own family of errors
            raise failed(self.peer, "取数中断，可稍后续传", rule="broken") from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _kind(declared: str) -> str:
    return "decimal" if declared.upper() == "NUMBER" else kind_of(declared)


class Oracle(_ByDriver):
    """Oracle through ``oracledb`` (Oracle 接入)."""

    driver, zh, port = "oracledb", "Oracle", 1521


class Dm(_ByDriver):
    """达梦 through ``dmPython`` (达梦接入): understands Oracle's catalogue and statements."""

    driver, zh, port = "dmPython", "达梦", 5236

    def _driver(self) -> Connect:
        super()._driver()
        module = import_module(self.driver)
        return lambda place, secret: module.connect(
            user=place["user"], password=secret, server=place["host"], port=place.get("port", self.port)
        )
