"""CSV and xlsx files (表格文件接入)."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv as pacsv

from zhujianyun.apps.data_gathering.actions.connectors.contract import all_there, failed
from zhujianyun.apps.data_gathering.actions.connectors.rows import FileConnector
from zhujianyun.apps.data_gathering.rules.drift import Found

_LOOK = 256 * 1024  # bytes looked at for the delimiter
_BLOCK = 4 * 1024**2
_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8（带 BOM）", "gb18030": "GBK／GB 18030", "utf-16": "UTF-16"}


def encoding_of(path: Path) -> str:
    """The encoding of a text file (编码识别): a mark at its beginning, else UTF-8 when all of it is, else GB 18030.

    Raises:
        OutsideFailed: when it is none of them.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in ("utf-8", "gb18030"):
        if _is_all(path, name):
            return name
    raise failed(
        path.name, "文件编码不是 UTF-8 也不是 GBK，请转换后重新投放", rule="encoding", retriable=False
    )


def _is_all(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_BLOCK):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class Csv(FileConnector):
    """A CSV file (CSV 接入): place = {path, delimiter?, encoding?}. An unquoted empty cell is NULL, "" is empty text."""

    def open(self) -> None:
        super().open()
        self.encoding = self.place.get("encoding") or encoding_of(self.path)
        with self.path.open(encoding=self.encoding, newline="") as file:
            first = file.readline()
        self.delimiter = self.place.get("delimiter") or _delimiter(first)
        self.names = next(csv.reader([first], delimiter=self.delimiter), [])
        self.note = f"编码 {_NAMES.get(self.encoding, self.encoding)}，分隔符 {self.delimiter!r}"
        if not self.names or len(set(self.names)) != len(self.names):
            raise failed(self.peer, "第一行应为列名，且不得重复", rule="header", retriable=False)

    def columns(self) -> list[Found]:
        return [Found(name) for name in self.names]

    def count(self) -> int | None:
        return None  # a line is not a row: cells may hold line ends

    def _all(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        all_there(columns, self.columns())
        try:
            with pacsv.open_csv(self._source(), *self._options(columns)) as reader:
                yield from reader
        except pa.ArrowInvalid as error:
            text = f"第 1 行之后有一行的列数与表头（{len(self.names)} 列）不符，请修正后重新投放"
            raise failed(self.peer, text, rule="csv_shape", retriable=False) from error

    def _source(self) -> Any:
        file: IO[bytes] = self.path.open("rb")
        if self.encoding in ("utf-8", "utf-8-sig"):
            return pa.PythonFile(file)
        return pa.transcoding_input_stream(pa.PythonFile(file), self.encoding, "utf-8")

    def _options(self, columns: Sequence[str]) -> tuple[Any, Any, Any]:
        kinds = dict.fromkeys(columns, pa.string())
        return (
            pacsv.ReadOptions(block_size=int(self.place.get("batch_bytes", _BLOCK)), use_threads=False),
            pacsv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
            pacsv.ConvertOptions(
                column_types=kinds, include_columns=list(columns), strings_can_be_null=True, null_values=[""],
                quoted_strings_can_be_null=False,
            ),
        )  # fmt: skip


def _delimiter(first: str) -> str:
    """The delimiter that the header uses most (分隔符识别)."""
    return max(",\t;|", key=first.count)


class Xlsx(FileConnector):
    """One sheet of a workbook (Excel 接入): place = {path, sheet?, header_row?}; streamed, formulas by their values."""

    def open(self) -> None:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException

        super().open()
        try:
            self._book = load_workbook(self.path, read_only=True, data_only=True)
        except (InvalidFileException, KeyError, ValueError, OSError) as error:
            raise failed(self.peer, "不是可以读取的 xlsx 文件", rule="xlsx", retriable=False) from error
        except Exception as error:
            if type(error).__name__ != "BadZipFile":
                raise
            raise failed(self.peer, "不是可以读取的 xlsx 文件", rule="xlsx", retriable=False) from error
        name = self.place.get("sheet") or self._book.sheetnames[0]
        if name not in self._book.sheetnames:
            raise failed(self.peer, f"没有工作表“{name}”", rule="sheet", retriable=False)
        self._sheet = self._book[name]
        self._sheet.reset_dimensions()  # what the file says of its size is often wrong
        self.first = int(self.place.get("header_row", 1))
        header = next(self._sheet.iter_rows(min_row=self.first, max_row=self.first, values_only=True), ())
        self.names = [str(value).strip() if value is not None else "" for value in header]
        self.note = f"工作表 {name}"

    def columns(self) -> list[Found]:
        return [Found(name) for name in self.names if name]

    def count(self) -> int | None:
        return None

    def _rows(self, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
        all_there(columns, self.columns())
        places = [self.names.index(name) for name in columns]
        for row in self._sheet.iter_rows(min_row=self.first + 1, values_only=True):
            if any(value is not None for value in row):
                yield [_cell(row[n]) if n < len(row) else None for n in places]

    def close(self) -> None:
        if getattr(self, "_book", None) is not None:
            self._book.close()
        self._book = None


def _cell(value: Any) -> str | None:
    """A cell as text (单元格): whole numbers without a fraction, days without a time of day."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)
