"""Grants compiled into SQL (授权编译): what a grant gives of one snapshot, as statements that cannot ask for more.

Items, row filter and masks of the grant are part of every statement; values are always bound, names come from
the catalogue and are quoted. JSON is built in SQL, masks are functions of the connection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import orjson

from zhujianyun.apps.data_gateway.api.table.serving import Column, Served
from zhujianyun.apps.data_gateway.rules import asking, storing
from zhujianyun.apps.data_gateway.rules.asking import Question
from zhujianyun.apps.data_gateway.rules.deciding import Ground
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.kernel.resource.filters import Condition
from zhujianyun.kernel.resource.items import Item

COUNT_MOST = 100_000
KEY_MARK = "\x1f"  # between the parts of a key in the log
_TEXTS_MOST = 200
_PAIRS = 50  # items per json_object: a function takes 127 arguments at most
_COMPARE = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with its values (语句)."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins (起始位置): segment 0 or 1, stored sort value if sorted, then the key."""

    segment: int
    values: tuple[Any, ...]


class Granted:
    """A grant upon one snapshot (授权快照).

    Raises:
        Fault: Server.ServerProxy.NoSnapshot when the snapshot lacks what the row filter needs.
    """

    def __init__(self, ground: Ground, served: Served) -> None:
        self.ground, self.served = ground, served
        given = ground.effective
        self._columns = {
            code: served.columns[name] for code, name in given.columns.items() if name in served.columns
        }
        if any(one.item not in self._columns for one in given.conditions):
            raise Fault("Server.ServerProxy.NoSnapshot")
        self._rows = self._where(given.conditions)
        self.items = tuple(item for item in given.items if item.code in self._columns)
        self._questions: dict[tuple[str, bool], Question] = {}
        self._texts: dict[str, str] = {}

    def question(self, query: str, *, wants_csv: bool) -> Question:
        """The question of a query string (查询), kept for the next time."""
        found = self._questions.get((query, wants_csv))
        if found is None:
            if len(self._questions) > 500:
                self._questions.clear()
            found = asking.read(query, self.ground.effective, wants_csv=wants_csv)
            self._questions[(query, wants_csv)] = found
        return found

    @cached_property
    def stamp(self) -> str:
        """Stands for what the grant gives (授权内容标记): changes with items, masks, columns and row filter."""
        given = self.ground.effective
        content = [
            [item.code for item in given.items], sorted(given.masks.items()), sorted(given.columns.items()),
            [one.row() for one in given.conditions], self.served.corrections,
        ]  # fmt: skip
        return hashlib.sha256(orjson.dumps(content)).hexdigest()[:16]

    def corrected(self, question: Question, key: str) -> list[str]:
        """The items of an answer's row that were put right (更正的信息项): those that are asked for and given."""
        names = self.served.corrected.get(key)
        if not names:
            return []
        return [item.code for item in question.items if self._columns[item.code].name in names]

    def key_text(self, parts: Sequence[str]) -> str:
        """A key of the address as the file writes it (主键)."""
        held = zip(parts, self._key_columns, strict=True)
        return KEY_MARK.join(
            storing.decimal_text(Decimal(part))
            if one.type == "decimal"
            else str(storing.compared(part, one.type))
            for part, one in held
        )

    def _where(self, conditions: Iterable[Condition]) -> Statement:
        made = [_condition(one, self._columns[one.item]) for one in conditions]
        return Statement(
            "".join(f" AND {one.sql}" for one in made), tuple(value for one in made for value in one.values)
        )

    def _expression(self, item: Item, *, as_json: bool) -> str:
        column = self._columns[item.code]
        name = quoted(column.name)
        if kind := self.ground.effective.masks.get(item.code):
            return f"mask({_literal(kind)}, {name})"
        if column.type == "boolean":
            words = f"CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
            return f"json({words})" if as_json else words
        return name

    def _row(self, items: Sequence[Item]) -> str:
        pieces = [
            "json_object("
            + ", ".join(
                f"{_literal(one.code)}, {self._expression(one, as_json=True)}"
                for one in items[start : start + _PAIRS]
            )
            + ")"
            for start in range(0, len(items), _PAIRS)
        ]
        glued = pieces[0] if pieces else "json_object()"
        for piece in pieces[1:]:
            glued = _glue(glued, piece)
        return glued

    def _shown(self, question: Question) -> str:
        """What is selected: composed once for every choice of items that is asked for."""
        found = self._texts.get(question.choice)
        if found is None:
            items = self._served(question.items)
            if len(self._texts) > _TEXTS_MOST:
                self._texts.clear()
            if question.format == "json":
                found = self._row(items)
            else:
                found = ", ".join(self._expression(one, as_json=False) for one in items)
            self._texts[question.choice] = found
        return found

    def _served(self, items: Sequence[Item]) -> tuple[Item, ...]:
        if missing := [one.code for one in items if one.code not in self._columns]:
            raise Fault(
                "Server.ServerProxy.NoSnapshot", f"数据暂缺信息项：{'、'.join(missing)}，请稍后重试。"
            )
        return tuple(items)

    def by_key(self, question: Question, parts: Sequence[str]) -> Statement:
        """One row by its key (按主键查询).

        Raises:
            Fault: Client.ItemNotGranted or .MaskedItem when the key is not of the grant, Client.RowUnknown for
                another number of parts.
        """
        if len(parts) != len(self.served.key):
            raise Fault("Client.RowUnknown")
        columns = self._key_columns
        values = tuple(storing.compared(part, one.type) for part, one in zip(parts, columns, strict=True))
        return Statement(
            f"SELECT {self._shown(question)} FROM rows WHERE {self._by_key}", values + self._rows.values
        )

    @cached_property
    def _key_columns(self) -> tuple[Column, ...]:
        return tuple(self._columns[code] for code in self.key_codes())

    @cached_property
    def _by_key(self) -> str:
        return " AND ".join(f"{_ordering(one)} = ?" for one in self._key_columns) + self._rows.sql

    def key_codes(self) -> tuple[str, ...]:
        """The items that are the key (主键信息项).

        Raises:
            Fault: when the grant does not hold one of them, or masks it without exact look-up.
        """
        given = self.ground.effective
        held = {item.code for item in given.items}
        codes = {name: code for code, name in given.columns.items() if code in held}
        for name in self.served.key:
            if name not in codes:
                raise Fault("Client.ItemNotGranted", "授权不含作为主键的信息项，不能按主键查询。")
            if codes[name] not in given.searchable:
                raise Fault("Client.MaskedItem", "作为主键的信息项经脱敏，不能按主键查询。")
        return tuple(codes[name] for name in self.served.key)

    def page(self, question: Question, place: Place | None, limit: int) -> list[tuple[int, Statement]]:
        """Statements that give a page one after the other (分页语句): each with its segment.

        Where the sort item may be null, nulls are a segment of their own: first when ascending, last when
        descending. Each row is followed by its key and, when sorted, by the stored sort value.
        """
        where = self._where(question.conditions)
        order = self._order(question)
        begin = place.segment if place else 0
        made = []
        for segment, extra in enumerate(self._segments(question)):
            if segment < begin:
                continue
            after = (
                self._after(question, order, place, nulls=extra == "null")
                if segment == begin and place
                else None
            )
            made.append((segment, self._one_page(question, order, where, extra, after, limit)))
        return made

    def _one_page(
        self,
        question: Question,
        order: list[str],
        where: Statement,
        extra: str,
        after: Statement | None,
        limit: int,
    ) -> Statement:
        keyed = ", ".join(quoted(name) for name in self.served.key)
        tail = f", {order[0]}" if question.sort else ""
        nulls = {"null": f" AND {order[0]} IS NULL", "rest": f" AND {order[0]} IS NOT NULL", "": ""}[extra]
        way = " DESC" if question.descending else ""
        ordered = order[1:] if extra == "null" else order
        by = ", ".join(f"{name}{way}" for name in ordered)
        behind, values = (after.sql, after.values) if after else ("", ())
        return Statement(
            f"SELECT {self._shown(question)}, {keyed}{tail} FROM rows"
            f" WHERE 1{self._rows.sql}{where.sql}{nulls}{behind} ORDER BY {by} LIMIT {limit}",
            self._rows.values + where.values + values,
        )

    def _order(self, question: Question) -> list[str]:
        keys = [quoted(name) for name in self.served.key]
        return [_ordering(self._columns[question.sort]), *keys] if question.sort else keys

    def _segments(self, question: Question) -> tuple[str, ...]:
        if not question.sort or not self._columns[question.sort].nulls:
            return ("",)
        return ("rest", "null") if question.descending else ("null", "rest")

    def _after(self, question: Question, order: list[str], place: Place, *, nulls: bool) -> Statement:
        names, values = (order[1:], place.values[1:]) if nulls else (order, place.values)
        if len(names) != len(values):
            raise Fault("Client.BadCursor")
        sign = "<" if question.descending else ">"
        marks = ", ".join("?" * len(values))
        return Statement(f" AND ({', '.join(names)}) {sign} ({marks})", tuple(values))

    def count(self, question: Question) -> Statement:
        """How many rows there are, counted up to `COUNT_MOST` and one (计数)."""
        where = self._where(question.conditions)
        return Statement(
            f"SELECT count(*) FROM (SELECT 1 FROM rows WHERE 1{self._rows.sql}{where.sql} LIMIT {COUNT_MOST + 1})",
            self._rows.values + where.values,
        )


def quoted(name: str) -> str:
    """A name as SQL has it (标识符)."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _glue(left: str, right: str) -> str:
    """Two JSON objects as one."""
    return f"substr({left}, 1, length({left}) - 1) || ',' || substr({right}, 2)"


def _ordering(column: Column) -> str:
    return quoted(column.name + storing.ORDER if column.type == "decimal" else column.name)


def _condition(one: Condition, column: Column) -> Statement:
    if one.op == "isnull":
        return Statement(f"{quoted(column.name)} IS {'' if one.value else 'NOT '}NULL", ())
    if one.op in ("prefix", "contains"):
        return _text_condition(one, column)
    name = _ordering(column)
    if one.op in ("in", "between"):
        values = tuple(storing.compared(value, column.type) for value in one.value)
        if one.op == "between":
            return Statement(f"{name} BETWEEN ? AND ?", values)
        return Statement(f"{name} IN ({', '.join('?' * len(values))})", values)
    return Statement(f"{name} {_COMPARE[one.op]} ?", (storing.compared(one.value, column.type),))


def _text_condition(one: Condition, column: Column) -> Statement:
    if column.type != "text":
        raise Fault("Client.BadFilter", f"“{one.item}”的数据不是文本，不能用 {one.op}。")
    name = quoted(column.name)
    if one.op == "contains":
        return Statement(f"instr({name}, ?) > 0", (one.value,))
    if not one.value:
        return Statement(f"{name} IS NOT NULL", ())
    above = storing.after_prefix(one.value)
    if not above:
        return Statement(f"{name} >= ?", (one.value,))
    return Statement(f"({name} >= ? AND {name} < ?)", (one.value, above))
