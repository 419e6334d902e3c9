"""Rows in bulk (批量写行): what the engine has decided goes to the database in a few statements.

Django's bulk_create and bulk_update build one long statement for each sixty rows; here a prepared
statement is run over plain tuples, several times faster and the same on SQLite and PostgreSQL.
Primary keys are taken ahead, so that children can name their parents before either is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from django.db import connection, models
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any], Any]


def insert_many(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write new rows that carry their primary keys (批量插入)."""
    names, columns, converters = _shape(model)
    quote = connection.ops.quote_name
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) "
        f"VALUES ({', '.join(['%s'] * len(columns))})"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_values(row, names, converters) for row in rows])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update_many(
    model: type[models.Model], rows: Sequence[models.Model], *, fixed: Iterable[str] = (), expect: str = ""
) -> int:
    """Write changed rows; the number of rows found (批量更新).

    ``fixed`` attributes are left alone. With ``expect`` a row counts only when that column still has
    the value kept in the attribute ``_was_<expect>``.
    """
    names, columns, converters = _shape(model)
    skip = {"id", *fixed}
    places = [i for i, name in enumerate(names) if name not in skip]
    quote = connection.ops.quote_name
    where = f"{quote('id')} = %s" + (f" AND {quote(expect)} = %s" if expect else "")
    statement = (
        f"UPDATE {quote(model._meta.db_table)} SET "
        f"{', '.join(f'{quote(columns[i])} = %s' for i in places)} WHERE {where}"
    )
    kept_names, kept = [names[i] for i in places], [converters[i] for i in places]
    values = []
    for row in rows:
        known = [row.pk, getattr(row, f"_was_{expect}")] if expect else [row.pk]
        values.append([*_values(row, kept_names, kept), *known])
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
        return cursor.rowcount


def new(model: type[Row], related: dict[str, models.Model] | None = None, **columns: Any) -> Row:
    """A new row from its columns (``case_id``, not ``case``), without Django's constructor (新行).

    Several times faster; no signal is sent. ``related`` fills the cache of foreign keys.
    """
    row = model.__new__(model)
    state = row._state = ModelState()
    state.fields_cache = dict(related or ())
    held = row.__dict__
    for name, default in _defaults(model):
        held[name] = default() if callable(default) else default
    held.update(columns)
    return row


@lru_cache(maxsize=64)
def _defaults(model: type[models.Model]) -> list[tuple[str, Any]]:
    found = []
    for field in model._meta.concrete_fields:
        plain = (
            field.default
            if field.has_default()
            else ("" if field.empty_strings_allowed and not field.null else None)
        )
        found.append((field.attname, plain))
    return found


class Keys:
    """Primary keys taken ahead in blocks (预留主键)."""

    def __init__(self, block: int) -> None:
        self._block = block
        self._left: dict[type[models.Model], list[int]] = {}
        self._high: dict[type[models.Model], int] = {}

    def take(self, model: type[models.Model]) -> int:
        """The next free key of a table."""
        left = self._left.get(model)
        if not left:
            left = self._left[model] = self._reserve(model)[::-1]
        return left.pop()

    def _reserve(self, model: type[models.Model]) -> list[int]:
        taken = _reserve(model._meta.db_table, self._block, self._high.get(model, 0))
        self._high[model] = taken[-1]
        return taken


def _reserve(table: str, count: int, above: int) -> list[int]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        if found is None:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, 0)", [table])
        # A rolled-back savepoint gives the sequence back, but not the keys already handed out.
        cursor.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, %s) + %s WHERE name = %s", [above, count, table]
        )
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
        return list(range(last - count + 1, last + 1))


def _values(row: models.Model, names: Sequence[str], converters: Sequence[Convert | None]) -> list[Any]:
    held = row.__dict__
    return [
        held[name] if convert is None or held[name] is None else convert(held[name])
        for name, convert in zip(names, converters, strict=True)
    ]


def _shape(model: type[models.Model]) -> tuple[list[str], list[str], list[Convert | None]]:
    return _shape_on(model, connection.vendor)


@lru_cache(maxsize=64)
def _shape_on(model: type[models.Model], vendor: str) -> tuple[list[str], list[str], list[Convert | None]]:
    fields = model._meta.concrete_fields
    return (
        [field.attname for field in fields],
        [field.column or field.attname for field in fields],
        [_converter(field, vendor) for field in fields],
    )


def _converter(field: models.Field, vendor: str) -> Convert | None:
    if isinstance(field, models.JSONField):
        return _json_text if vendor == "sqlite" else _jsonb
    if vendor == "sqlite" and isinstance(field, models.DateTimeField):
        return _utc_text
    if vendor == "sqlite" and isinstance(field, models.DateField):
        return date.isoformat
    return None


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _jsonb(value: Any) -> Any:
    from psycopg.types.json import Jsonb

    return Jsonb(value)


def _utc_text(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))
