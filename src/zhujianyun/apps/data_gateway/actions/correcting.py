"""Values put right in a serving file (供数文件中的更正值), and a note of which they are, for the answers.

A correction whose row is not in the snapshot, or whose value does not fit the column, is passed over: it is
shown on its own page, and serves again with the row.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from typing import Any

from zhujianyun.apps.data_gateway.queries import rows
from zhujianyun.apps.data_gateway.rules import storing
from zhujianyun.kernel.resource import correcting, queries
from zhujianyun.kernel.resource.models import Dataset, Override

TABLE = "CREATE TABLE corrected (row TEXT, name TEXT, PRIMARY KEY (row, name)) WITHOUT ROWID"
log = logging.getLogger("zhujianyun.gateway")


def write(made: sqlite3.Connection, dataset: Dataset) -> int:
    """Write the values that hold now into the file of a data set (写入更正值); how many were written."""
    held = {name for (name,) in made.execute("SELECT name FROM pragma_table_info('rows')")}
    kinds = {one["name"]: one["type"] for one in dataset.columns if one["name"] in held}
    written = 0
    made.execute("BEGIN")
    made.execute(TABLE)
    for one in queries.overrides_at(dataset).order_by("pk"):
        written += _write_one(made, dataset, one, kinds)
    made.execute("INSERT INTO about VALUES ('corrections', ?)", (str(written),))
    made.execute("COMMIT")
    return written


def _write_one(made: sqlite3.Connection, dataset: Dataset, one: Override, kinds: dict[str, str]) -> bool:
    parts = correcting.key_parts(one.row_key, dataset.key)
    if parts is None or one.column not in kinds or one.column in dataset.key:
        return False
    kind = kinds[one.column]
    try:
        value = correcting.typed(one.value, kind)
        key = _key_of(made, dataset, parts, kinds)
    except ValueError:
        log.warning("更正值 %s 与数据集 %s 的列类型不符，未用于供数", one.pk, dataset.code)
        return False
    if key is None:
        return False
    changes: dict[str, Any] = {one.column: rows.stored(value)}
    if kind == "decimal":
        changes[one.column + storing.ORDER] = storing.decimal_order(value)
    marks = ", ".join(f"{_quoted(name)} = ?" for name in changes)
    made.execute(f"UPDATE rows SET {marks} WHERE {_keyed(dataset.key)}", (*changes.values(), *key))
    made.execute("INSERT OR IGNORE INTO corrected VALUES (?, ?)", (rows.MARK.join(map(str, key)), one.column))
    return True


def _key_of(
    made: sqlite3.Connection, dataset: Dataset, parts: Sequence[str], kinds: dict[str, str]
) -> tuple[Any, ...] | None:
    """The key as it is stored; None when there is no such row."""
    asked = [
        rows.stored(correcting.typed(part, kinds[name]))
        for part, name in zip(parts, dataset.key, strict=True)
    ]
    listed = ", ".join(_quoted(name) for name in dataset.key)
    found = made.execute(f"SELECT {listed} FROM rows WHERE {_keyed(dataset.key)}", asked).fetchone()
    return tuple(found) if found else None


def _keyed(key: Sequence[str]) -> str:
    return " AND ".join(f"{_quoted(name)} = ?" for name in key)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
