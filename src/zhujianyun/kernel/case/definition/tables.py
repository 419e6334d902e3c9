"""Dated tables (分期数据表): ratios, limits and thresholds as CSV, never as code.

Every row says from when to when it holds, on what basis, and whether a person has checked it
against the text. What is not verified must not be shown as statutory (不得标为法定).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from zhujianyun.base.errors import RuleBroken

DATED = ("valid_from", "valid_to", "verified")
KEYED = ("value", "percent")  # a table with such a column holds one row for each key at a time


@dataclass(frozen=True, slots=True)
class Row:
    """One row in force for a time (数据行); `row["percent"]` reads a column as text."""

    values: Mapping[str, str]
    valid_from: date
    valid_to: date | None
    basis: str
    verified: bool
    line: int

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def whole(self, column: str) -> int:
        """A column as a whole number (整数列).

        Raises:
            RuleBroken: when the text is not a whole number.
        """
        try:
            return int(self.values[column])
        except ValueError:
            raise RuleBroken(
                f"第 {self.line} 行的 {column} 应为整数，现为“{self.values[column]}”，请改正数据表。",
                rule="table.whole",
            ) from None

    def in_force(self, day: date) -> bool:
        """Whether the row holds on a day (是否有效)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Table:
    """A dated table (分期数据表); `key` names the columns that tell rows apart."""

    name: str
    path: str
    key: tuple[str, ...]
    rows: tuple[Row, ...]

    def on(self, day: date) -> list[Row]:
        """The rows in force on a day, in the order of the file (当日有效的行)."""
        return [row for row in self.rows if row.in_force(day)]


def read(name: str, path: str | Path, key: tuple[str, ...] = ()) -> Table:
    """Read a table from CSV (读取数据表).

    Without `key`, a table with a column `value` or `percent` is keyed by its first column, any
    other by all its columns. A row whose columns are its own basis (a clause) may lack `basis`.

    Raises:
        RuleBroken: a column or date is wrong, or two rows of one key hold at once; names the line.
    """
    path = Path(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        header = reader.fieldnames or []
        missing = [column for column in DATED if column not in header]
        if missing:
            raise _broken(name, 1, f"缺少列 {'、'.join(missing)}")
        rows = tuple(_row(name, reader.line_num, raw) for raw in reader)
    columns = tuple(column for column in header if column not in (*DATED, "basis"))
    table = Table(name, str(path), key or (columns[:1] if set(KEYED) & set(columns) else columns), rows)
    for a, b in _overlaps(table):
        said = f"与第 {a.line} 行同为 {'/'.join(b[k] for k in table.key)} 且有效期重叠"
        raise _broken(name, b.line, said)
    return table


def _row(name: str, line: int, raw: dict[str, str | None]) -> Row:
    if None in raw or None in raw.values():
        raise _broken(name, line, "的列数与表头不符")
    text = {column: (value or "").strip() for column, value in raw.items()}
    if text["verified"] not in ("true", "false"):
        raise _broken(name, line, "的 verified 应为 true 或 false")
    try:
        start = date.fromisoformat(text["valid_from"])
        stop = date.fromisoformat(text["valid_to"]) if text["valid_to"] else None
    except ValueError:
        raise _broken(name, line, "的日期应写成 2020-06-01 的样子") from None
    values = {column: value for column, value in text.items() if column not in (*DATED, "basis")}
    return Row(values, start, stop, text.get("basis", ""), text["verified"] == "true", line)


def _overlaps(table: Table) -> Iterator[tuple[Row, Row]]:
    last: dict[tuple[str, ...], Row] = {}
    for row in sorted(table.rows, key=lambda r: (r.valid_from, r.line)):
        key = tuple(row[column] for column in table.key)
        before = last.get(key)
        if before and (before.valid_to is None or before.valid_to >= row.valid_from):
            yield before, row
        last[key] = row


def _broken(name: str, line: int, said: str) -> RuleBroken:
    return RuleBroken(
        f"数据表 {name} 第 {line} 行{said}，请改正后重新启动。", rule="table.row", table=name, line=line
    )
