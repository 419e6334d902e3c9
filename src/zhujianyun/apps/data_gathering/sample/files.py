"""Files that the simulated systems drop (文件投放): CSV in three encodings, xlsx, JSON, XML."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import orjson
import pyarrow as pa
import pyarrow.csv as pacsv

Writer = Callable[[pa.Table, Path], None]


def _csv(table: pa.Table, path: Path) -> None:
    pacsv.write_csv(table, path)


def _encoded(encoding: str, head: bytes = b"") -> Writer:
    def write(table: pa.Table, path: Path) -> None:
        sink = pa.BufferOutputStream()
        pacsv.write_csv(table, sink)
        text = sink.getvalue().to_pybytes().decode()
        path.write_bytes(head + text.encode(encoding))

    return write


def _xlsx(table: pa.Table, path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append(table.column_names)
    for batch in table.to_batches(2_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            sheet.append(row)
    book.save(path)


def _json(table: pa.Table, path: Path) -> None:
    path.write_bytes(orjson.dumps({"status": "ok", "data": table.to_pylist()}))


def _jsonl(table: pa.Table, path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(orjson.dumps(row) + b"\n" for row in table.to_pylist())


def _xml(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<rows>\n')
        for row in table.to_pylist():
            cells = (f"<{n}>{escape(str(v))}</{n}>" for n, v in row.items() if v is not None)
            file.write(f"<row>{''.join(cells)}</row>\n")
        file.write("</rows>\n")


WRITERS: dict[str, tuple[str, str, Writer]] = {  # store → kind of connector, suffix, writer
    "csv": ("csv", ".csv", _csv),
    "csv-gbk": ("csv", ".csv", _encoded("gb18030")),
    "csv-bom": ("csv", ".csv", _encoded("utf-8", codecs.BOM_UTF8)),
    "xlsx": ("xlsx", ".xlsx", _xlsx),
    "json": ("json", ".json", _json),
    "jsonl": ("json", ".jsonl", _jsonl),
    "xml": ("xml", ".xml", _xml),
}
PLACES = {"json": {"records": "data"}, "xml": {"record": "row"}, "xlsx": {"sheet": "数据"}}


def write(table: pa.Table, path: Path, store: str) -> None:
    """Write a drop whole or not at all (投放)."""
    partial = path.with_name(f".{path.name}")
    WRITERS[store][2](table, partial)
    partial.replace(path)
