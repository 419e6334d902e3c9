"""Databases of the simulated systems (模拟数据库): SQLite files; PostgreSQL and MariaDB where they run.

`scripts/with-services` starts the two servers and says so in the environment; without it their systems
use SQLite as the others do.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.csv as pacsv

SERVERS = {"postgresql": "ZJY_TEST_POSTGRES", "mysql": "ZJY_TEST_MARIADB"}
PORTION = 20_000
Made = tuple[str, pa.Table, Sequence[str]]  # name, rows, key; made one by one, as one is enough to hold


def address(store: str) -> str:
    """Where a database server runs; empty when it does not (数据库服务地址)."""
    return os.environ.get(SERVERS.get(store, ""), "")


def place(store: str, table: str) -> dict[str, Any]:
    """How a gatherer reaches a table of a server (接入参数)."""
    at = urlsplit(address(store))
    database = at.path.strip("/") or "postgres"
    return {"host": at.hostname, "port": at.port, "database": database, "user": at.username, "table": table}


def password(store: str) -> str:
    """The password of a server's account (口令)."""
    return urlsplit(address(store)).password or ""


def create_sqlite(path: Path, tables: Iterable[Made]) -> None:
    """A file with tables, whole or not at all (建 SQLite 库)."""
    from adbc_driver_sqlite import dbapi

    partial = path.with_name(f".{path.name}")
    partial.unlink(missing_ok=True)
    with dbapi.connect(f"file:{partial}", autocommit=True) as db, db.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("BEGIN")
        for name, rows, key in tables:
            cursor.execute(f"CREATE TABLE {name} ({_columns(rows.schema, _SQLITE)})")
            cursor.adbc_ingest(name, _days_as_text(rows), mode="append")
            cursor.execute(f"CREATE INDEX {name}_key ON {name} ({', '.join(key)})")
        cursor.execute("COMMIT")
    partial.replace(path)


def change_sqlite(path: Path, name: str, key: Sequence[str], gone: pa.Table, fresh: pa.Table) -> None:
    """Take rows away and put others in, in one transaction; twice is the same as once (变更 SQLite 表)."""
    with sqlite3.connect(path) as db:
        _change(db, name, key, gone, _days_as_text(fresh), "?")
    db.close()


def drift(path: Path, name: str, old: str, new: str) -> None:
    """Let a column bear another name, or, without an old name, let one be added (结构变更)."""
    with sqlite3.connect(path) as db:
        names = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
        if new not in names:
            how = f"RENAME COLUMN {old} TO {new}" if old else f"ADD COLUMN {new} TEXT"
            db.execute(f"ALTER TABLE {name} {how}")
    db.close()


def create_postgresql(tables: Iterable[Made]) -> None:
    """The tables on the PostgreSQL server, in one transaction (建 PostgreSQL 表)."""
    import psycopg

    with psycopg.connect(address("postgresql")) as db, db.cursor() as cursor:
        for name, rows, key in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
            cursor.execute(f"CREATE TABLE {name} ({_columns(rows.schema, _POSTGRESQL, key)})")
            with cursor.copy(f"COPY {name} FROM STDIN WITH (FORMAT csv)") as copy:
                for batch in rows.to_batches(PORTION):
                    copy.write(_as_csv(batch))


def create_mysql(tables: Iterable[Made]) -> None:
    """The tables on the MariaDB server (建 MariaDB 表)."""
    db = _mysql()
    with db, db.cursor() as cursor:
        for name, rows, key in tables:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
            cursor.execute(f"CREATE TABLE {name} ({_columns(rows.schema, _MYSQL, key)})")
            holders = ",".join(["%s"] * rows.num_columns)
            for batch in rows.to_batches(PORTION):
                values = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
                cursor.executemany(f"INSERT INTO {name} VALUES ({holders})", values)
        db.commit()


def change_server(store: str, name: str, key: Sequence[str], gone: pa.Table, fresh: pa.Table) -> None:
    """The same on a server (变更服务器上的表)."""
    if store == "mysql":
        db: Any = _mysql()
        with db, db.cursor() as cursor:
            _change(cursor, name, key, gone, fresh, "%s")
            db.commit()
        return
    import psycopg

    with psycopg.connect(address(store)) as db, db.cursor() as cursor:
        _change(cursor, name, key, gone, fresh, "%s")


def _change(db: Any, name: str, key: Sequence[str], gone: pa.Table, fresh: pa.Table, holder: str) -> None:
    where = " AND ".join(f"{column} = {holder}" for column in key)
    db.executemany(f"DELETE FROM {name} WHERE {where}", _tuples(gone))
    columns, holders = ", ".join(fresh.column_names), ",".join([holder] * fresh.num_columns)
    db.executemany(f"INSERT INTO {name} ({columns}) VALUES ({holders})", _tuples(fresh))


def _mysql() -> Any:
    import pymysql

    at = urlsplit(address("mysql"))
    return pymysql.connect(
        host=at.hostname, port=at.port, user=at.username, password=at.password or "",
        database=at.path.strip("/"), charset="utf8mb4",
    )  # fmt: skip


def _tuples(table: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _as_csv(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    pacsv.write_csv(batch, sink, pacsv.WriteOptions(include_header=False))
    return bytes(sink.getvalue())


def _days_as_text(rows: pa.Table) -> pa.Table:
    for place, column in enumerate(rows.schema):
        if pa.types.is_date(column.type):
            rows = rows.set_column(place, column.name, rows.column(place).cast(pa.string()))
    return rows


_SQLITE = {"string": "TEXT", "double": "NUMERIC(18,2)", "date32[day]": "DATE", "int64": "INTEGER"}
_POSTGRESQL = _SQLITE | {"string": "varchar(300)"}
_MYSQL = _POSTGRESQL


def _columns(schema: pa.Schema, types: Mapping[str, str], key: Sequence[str] = ()) -> str:
    listed = [f"{field.name} {types[str(field.type)]}" for field in schema]
    return ", ".join([*listed, f"PRIMARY KEY ({', '.join(key)})"] if key else listed)
