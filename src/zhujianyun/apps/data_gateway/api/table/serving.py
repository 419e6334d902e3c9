"""Serving files (供数文件): read-only SQLite, one per snapshot, never changed after it got its name.

So it is opened as immutable: no locks, no journal, pages straight from the cache of the system. Queries that do
not end within `QUICK` are begun again in a thread, so that one broad filter does not hold up the others.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from zhujianyun.apps.data_gateway.rules import masking
from zhujianyun.apps.data_gateway.rules.faults import Fault

QUICK, LONGEST = 0.02, 3.0  # seconds
_LOOK_EVERY = 20_000  # steps of the virtual machine between two looks at the clock
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a serving file (供数列)."""

    name: str
    type: str
    nulls: int


class TooLong(Exception):
    """A query did not end in its time (查询超时)."""


class Served:
    """One snapshot, ready to be asked (供数快照).

    Raises:
        Fault: Server.ServerProxy.NoSnapshot when the file is not there or is none of ours.
    """

    def __init__(self, path: str) -> None:
        if not Path(path).is_file():
            raise Fault("Server.ServerProxy.NoSnapshot", retry_after=5.0)
        self.path = path
        self._own = self._connect()
        self._local = threading.local()
        try:
            about = dict(self._own.execute("SELECT name, value FROM about").fetchall())
            self.columns = {one["name"]: Column(**one) for one in orjson.loads(about["columns"])}
            self.key: tuple[str, ...] = tuple(orjson.loads(about["key"]))
            self.dataset, self.version = about["dataset"], int(about["version"])
            self.corrected = self._corrected() if int(about.get("corrections", 0)) else {}
        except (sqlite3.Error, KeyError, ValueError) as error:
            raise Fault("Server.ServerProxy.NoSnapshot") from error

    def _connect(self) -> sqlite3.Connection:
        made = sqlite3.connect(
            f"file:{quote(self.path)}?mode=ro&immutable=1", uri=True, check_same_thread=False,
            isolation_level=None, cached_statements=512,
        )  # fmt: skip
        made.execute("PRAGMA query_only=ON")
        made.execute("PRAGMA mmap_size=2147483648")
        made.execute("PRAGMA trusted_schema=OFF")
        made.create_function("mask", 2, masking.masked, deterministic=True)
        return made

    def _corrected(self) -> dict[str, frozenset[str]]:
        """Columns with values that were put right, by the key of their row (更正值)."""
        found: dict[str, set[str]] = {}
        for row, name in self._own.execute("SELECT row, name FROM corrected"):
            found.setdefault(row, set()).add(name)
        return {row: frozenset(names) for row, names in found.items()}

    @cached_property
    def corrections(self) -> str:
        """Stands for the values that were put right (更正标记): changes with them."""
        if not self.corrected:
            return ""
        return Path(self.path).stem

    def quick(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows, when they come at once (快速查询).

        Raises:
            TooLong: ask `patient` in a thread.
        """
        return _ask(self._own, sql, values, QUICK)

    def patient(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows, from a thread (耐心查询).

        Raises:
            Fault: Client.FilterTooBroad after `LONGEST`.
        """
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        try:
            return _ask(connection, sql, values, LONGEST)
        except TooLong as error:
            raise Fault("Client.FilterTooBroad") from error


THREADS = ThreadPoolExecutor(_THREADS, thread_name_prefix="broad")


def _ask(
    connection: sqlite3.Connection, sql: str, values: Sequence[Any], seconds: float
) -> list[tuple[Any, ...]]:
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _LOOK_EVERY)
    try:
        return connection.execute(sql, values).fetchall()
    except sqlite3.OperationalError as error:
        if "interrupt" in str(error):
            raise TooLong from error
        raise
