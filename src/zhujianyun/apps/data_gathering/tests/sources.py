"""One table as every kind of source offers it (测试来源)."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from zhujianyun.apps.data_gathering.rules.shape import Column

COLUMNS = (
    Column("id", "integer", nullable=False),
    Column("name", "text"),
    Column("amount", "decimal"),
    Column("day", "date"),
    Column("at", "datetime"),
    Column("ok", "boolean"),
)
NAMES = [column.name for column in COLUMNS]
KINDS = (
    "sqlite",
    "csv",
    "csv-gbk",
    "csv-bom",
    "xlsx",
    "json",
    "json-array",
    "xml",
    "rest",
    "rest-cursor",
    "oracle",
)
SERVED = ("postgresql", "mysql")
WORDS = ("南宁", "广西“十三五”,保障房", "两\n行", "a,b", "柳州\t市", None)


def rows(count: int = 45) -> list[dict[str, Any]]:
    """The rows, in the order of the key; values as a source with types has them."""
    first = datetime(2020, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    return [
        {
            "id": n * 3,
            "name": WORDS[n % len(WORDS)],
            "amount": Decimal(n) / 4 if n % 7 else None,
            "day": date(2020, 1, 1) + timedelta(days=n) if n % 5 else None,
            "at": first + timedelta(hours=n) if n % 4 else None,
            "ok": bool(n % 2) if n % 3 else None,
        }
        for n in range(count)
    ]


def local(value: Any) -> Any:
    """Instants as a source without zones writes them: the clock on the wall."""
    if isinstance(value, datetime):
        return (value + timedelta(hours=8)).replace(tzinfo=None).isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value


def words(value: Any) -> Any:
    """A value as text; NULL stays NULL."""
    value = local(value)
    if value is None:
        return None
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def sqlite(folder: Path, given: list[dict[str, Any]], table: str = "things") -> dict[str, Any]:
    path = folder / "source.db"
    with sqlite3.connect(path) as db:
        db.execute(f"DROP TABLE IF EXISTS {table}")
        db.execute(
            f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(40), amount NUMERIC, day DATE,"
            " at DATETIME, ok BOOLEAN)"
        )
        db.executemany(
            f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)",
            [[str(v) if isinstance(v, Decimal) else local(v) for v in row.values()] for row in given],
        )
    db.close()
    return {"path": str(path), "table": table, "key": ["id"], "batch_rows": 10}


def csv_file(
    folder: Path, given: list[dict[str, Any]], encoding: str = "utf-8", delimiter: str = ","
) -> dict[str, Any]:
    path = folder / "things.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(NAMES)
        for row in given:
            writer.writerow([words(v) for v in row.values()])
    return {"path": str(path), "batch_bytes": 512}


def xlsx(folder: Path, given: list[dict[str, Any]]) -> dict[str, Any]:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append(NAMES)
    for row in given:
        sheet.append([words(v) if n in (4, 5) else v for n, v in enumerate(row.values())])
    book.save(folder / "things.xlsx")
    return {"path": str(folder / "things.xlsx"), "batch_rows": 10}


def json_row(row: dict[str, Any]) -> dict[str, Any]:
    return {k: float(v) if isinstance(v, Decimal) else local(v) for k, v in row.items()}


def json_lines(folder: Path, given: list[dict[str, Any]]) -> dict[str, Any]:
    path = folder / "things.jsonl"
    path.write_text("\n".join(json.dumps(json_row(row), ensure_ascii=False) for row in given), "utf-8")
    return {"path": str(path), "batch_rows": 10}


def json_array(folder: Path, given: list[dict[str, Any]]) -> dict[str, Any]:
    path = folder / "things.json"
    whole = {"说明": ["[", {"x": 1}], "rows": [json_row(row) for row in given]}
    path.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    return {"path": str(path), "records": "rows", "batch_rows": 10}


def xml(folder: Path, given: list[dict[str, Any]]) -> dict[str, Any]:
    from xml.etree import ElementTree as tree

    root = tree.Element("things")
    for row in given:
        element = tree.SubElement(root, "thing", id=str(row["id"]))
        for name in NAMES[1:]:
            value = words(row[name])
            child = tree.SubElement(element, name, {} if value is not None else {"nil": "true"})
            child.text = value
    (folder / "things.xml").write_bytes(tree.tostring(root, "utf-8", xml_declaration=True))
    return {"path": str(folder / "things.xml"), "record": "thing", "batch_rows": 10}


@contextmanager
def served(answer: Callable[[dict[str, str], Any], Any]) -> Iterator[str]:
    """A small server on loopback; ``answer`` gets parameters and headers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            params = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            body = json.dumps(answer(params, self.headers), ensure_ascii=False).encode()
            self.send_response(200 if body != b"null" else 401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/things"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def rest(given: list[dict[str, Any]], *, by_cursor: bool) -> Iterator[dict[str, Any]]:
    def answer(params: dict[str, str], headers: Any) -> Any:
        if headers.get("X-Token") != "geheim":
            return None
        size = int(params["page_size"])
        start = int(params.get("cursor", 0)) if by_cursor else (int(params["page"]) - 1) * size
        page = [json_row(row) for row in given[start : start + size]]
        after = start + size if start + size < len(given) else None
        return {"data": {"rows": page, "total": len(given)}, "next": after}

    with served(answer) as url:
        yield {
            "url": url, "records": "data.rows", "total": "data.total", "size_value": 10, "allow_private": True,
            "token_header": "X-Token", "paging": "cursor" if by_cursor else "number",
        }  # fmt: skip


def address(name: str) -> Any:
    """The address of a server that ``make services`` started; without one the test is passed over."""
    if not (text := os.environ.get(name)):
        pytest.skip("需要数据库服务：scripts/with-services pytest …（make services 会自动安装）。")
    return urlsplit(text)


def postgresql(given: list[dict[str, Any]], table: str = "things") -> tuple[dict[str, Any], str]:
    import psycopg

    at = address("ZJY_TEST_POSTGRES")
    with psycopg.connect(at.geturl()) as db:
        db.execute(f"DROP TABLE IF EXISTS {table}")
        db.execute(
            f"CREATE TABLE {table} (id int PRIMARY KEY, name varchar(40), amount numeric(12,2), day date,"
            " at timestamptz, ok boolean)"
        )
        with db.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s, %s)", [list(row.values()) for row in given]
            )
    place = {"host": at.hostname, "port": at.port, "database": "postgres", "user": at.username, "table": table,
             "key": ["id"], "batch_bytes": 200}  # fmt: skip
    return place, ""


def mysql(given: list[dict[str, Any]], table: str = "things") -> tuple[dict[str, Any], str]:
    import pymysql

    at = address("ZJY_TEST_MARIADB")
    db = pymysql.connect(
        host=at.hostname, port=at.port, user=at.username, password=unquote(at.password), database="sources",
        charset="utf8mb4",
    )  # fmt: skip
    with db, db.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE TABLE {table} (id int PRIMARY KEY, name varchar(40), amount decimal(12,2), day date,"
            " at datetime(6), ok tinyint(1))"
        )
        cursor.executemany(
            f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s, %s)",
            [[local(v) if isinstance(v, datetime) else v for v in row.values()] for row in given],
        )
        db.commit()
    place = {"host": at.hostname, "port": at.port, "database": "sources", "user": "reader", "table": table,
             "key": ["id"], "batch_rows": 10}  # fmt: skip
    return place, "local"
