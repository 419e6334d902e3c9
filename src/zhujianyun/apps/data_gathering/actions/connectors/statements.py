"""The SQL that connectors send (取数语句): a table, columns, the key; never text from people unquoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from zhujianyun.base.errors import RuleBroken

_NAME = re.compile(r"[^\W\d]\w{0,127}\Z")


@dataclass(frozen=True)
class Dialect:
    """How a database wants it (方言)."""

    quote: str = '"'
    holder: Callable[[int], str] = lambda n: "?"
    shown: str = "{0}"  # how a column is asked for; {0} is its quoted name

    def name(self, text: str) -> str:
        """A name between quotes, with its schema (标识符)."""
        parts = text.split(".")
        if len(parts) > 2 or not all(_NAME.match(part) for part in parts):
            raise RuleBroken(f"表名或列名“{text}”含有不允许的字符。", rule="gathering.name", name=text)
        return ".".join(f"{self.quote}{part}{self.quote}" for part in parts)


@dataclass(frozen=True)
class Selection:
    """What is read from a table (取数范围)."""

    table: str
    key: Sequence[str]
    dialect: Dialect
    types: dict[str, str] = field(default_factory=dict)  # where a value must be told its type

    def count(self, upto: Sequence[Any] | None = None) -> tuple[str, list[Any]]:
        """How many rows, or how many up to a key (计数)."""
        where, values = self._beyond(upto, "<=") if upto is not None else ("", [])
        return f"SELECT count(*) FROM {self.dialect.name(self.table)} t{where}", values  # noqa: S608 - names are checked

    def rows(
        self, columns: Sequence[str], after: Sequence[Any] | None, since: tuple[str, Any] | None
    ) -> tuple[str, list[Any]]:
        """The rows in the order of the key, behind a key, from a cursor on (取数)."""
        where, values = self._beyond(after, ">") if after is not None else ("", [])
        if since is not None:
            joint = " AND " if where else " WHERE "
            where += f"{joint}{self._at(since[0])} >= {self._holder(len(values), since[0])}"
            values = [*values, self._given(since[0], since[1])]
        names = ", ".join(
            f"{self.dialect.shown.format(self._at(c))} AS {self.dialect.name(c)}" for c in columns
        )
        order = ", ".join(self._at(c) for c in self.key)
        text = f"SELECT {names} FROM {self.dialect.name(self.table)} t{where}"  # noqa: S608 - names are checked
        return f"{text} ORDER BY {order}" if order else text, values

    def _beyond(self, key: Sequence[Any], sign: str) -> tuple[str, list[Any]]:
        names = ", ".join(self._at(c) for c in self.key)
        holders = ", ".join(self._holder(n, c) for n, c in enumerate(self.key))
        values = [self._given(c, value) for c, value in zip(self.key, key, strict=True)]
        if len(self.key) == 1:
            return f" WHERE {names} {sign} {holders}", values
        return f" WHERE ({names}) {sign} ({holders})", values

    def _at(self, column: str) -> str:
        return f"t.{self.dialect.name(column)}"

    def _holder(self, number: int, column: str) -> str:
        holder = self.dialect.holder(number + 1)
        kind = self.types.get(column)
        return f"CAST(CAST({holder} AS text) AS {kind})" if kind else holder

    def _given(self, column: str, value: Any) -> Any:
        return str(value) if column in self.types else value


def plain(value: Any) -> Any:
    """A key value as JSON keeps it (键值)."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
