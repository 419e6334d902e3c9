"""Reading a sheet row by row (读表): xlsx by streaming, csv; formulas, merged cells and size are looked at first.

The file has been through ``base.files``, which refuses zip bombs and what is no sheet. Here stands what a
sound sheet may still do: a million rows, formulas that were never computed, cells that are merged.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.files.models import StoredFile

MOST_ROWS = 5_000  # the department has some dozens of systems; beyond this it is another file
MOST_COLUMNS = 60
MOST_TEXT = 4_000
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Uncomputed:
    """A formula without a value (未计算的公式): the sheet was never opened in a program that computes."""

    def __init__(self, formula: str) -> None:
        self.formula = formula


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the sheet: its number as the person sees it, and its cells (行)."""

    number: int
    cells: tuple[Any, ...]


def lines(file: StoredFile) -> Iterator[Line]:
    """The rows of the first sheet that hold something, the header row first (逐行读取).

    Raises:
        RuleBroken: ``sheet.kind``, ``.rows``, ``.columns``, ``.merged``, ``.broken``, ``.encoding``.
    """
    count = 0
    for line in _read(file):
        if len(line.cells) > MOST_COLUMNS and any(_is_filled(c) for c in line.cells[MOST_COLUMNS:]):
            raise RuleBroken(f"表格超过 {MOST_COLUMNS} 列，请按模板整理。", rule="sheet.columns")
        if not any(_is_filled(cell) for cell in line.cells):
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise RuleBroken(
                f"表格超过 {MOST_ROWS:,} 行。请删除多余的行，或拆成几个文件分别导入。", rule="sheet.rows"
            )
        yield Line(line.number, line.cells[:MOST_COLUMNS])


def _is_filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _read(file: StoredFile) -> Iterator[Line]:
    if file.kind == "csv":
        return _csv(file)
    if file.kind == "xlsx":
        return _xlsx(file)
    raise RuleBroken("请上传 xlsx 或 csv 文件。", rule="sheet.kind", kind=file.kind)


def _csv(file: StoredFile) -> Iterator[Line]:
    with file.open() as raw:
        text = _decoded(raw.read())
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), strict=True), start=1):
            yield Line(number, tuple(cell[:MOST_TEXT] for cell in row))
    except csv.Error as error:
        raise RuleBroken("CSV 的引号或换行不成对，请用表格软件另存后再传。", rule="sheet.broken") from error


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RuleBroken("CSV 的文字编码无法识别，请另存为 UTF-8 编码。", rule="sheet.encoding")


def _xlsx(file: StoredFile) -> Iterator[Line]:
    _look_inside(file)
    try:
        with file.open() as values, file.open() as formulas:
            book = load_workbook(values, read_only=True, data_only=True, keep_links=False)
            told = load_workbook(formulas, read_only=True, data_only=False, keep_links=False)
            try:
                pairs = zip(book.worksheets[0].iter_rows(), told.worksheets[0].iter_rows(), strict=False)
                for number, (shown, written) in enumerate(pairs, start=1):
                    cells = tuple(_value(a, b) for a, b in zip(shown, written, strict=False))
                    yield Line(number, cells)
            finally:
                book.close()
                told.close()
    except (InvalidFileException, KeyError, ValueError, IndexError, zipfile.BadZipFile, SyntaxError) as error:
        raise RuleBroken("表格已损坏，请用表格软件打开并另存后再传。", rule="sheet.broken") from error


def _value(shown: Any, written: Any) -> Any:
    """The value that people see; a formula that was never computed has none."""
    if getattr(written, "data_type", "") == "f" and shown.value is None:
        return Uncomputed(str(written.value)[:60])
    value = shown.value
    return value[:MOST_TEXT] if isinstance(value, str) else value


def _look_inside(file: StoredFile) -> None:
    """Merged cells and too many rows, found by streaming the sheet once, without building it up."""
    try:
        with file.open() as raw, zipfile.ZipFile(raw) as packed:
            name = min(filter(_SHEET.fullmatch, packed.namelist()), key=lambda n: (len(n), n), default="")
            if not name:
                raise RuleBroken("表格里没有工作表，请按模板填写。", rule="sheet.broken")
            with packed.open(name) as sheet:
                _count(sheet)
    except (zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise RuleBroken("表格已损坏，请用表格软件打开并另存后再传。", rule="sheet.broken") from error


def _count(sheet: Any) -> None:
    rows = 0
    for _, part in ElementTree.iterparse(sheet, events=("end",)):
        if part.tag == f"{_MAIN}row":
            rows += any(cell.find(f"{_MAIN}v") is not None or cell.get("t") == "inlineStr" for cell in part)
            part.clear()
            if rows > MOST_ROWS + 1:
                raise RuleBroken(
                    f"表格超过 {MOST_ROWS:,} 行。请删除多余的行，或拆成几个文件分别导入。", rule="sheet.rows"
                )
        elif part.tag == f"{_MAIN}mergeCell":
            raise RuleBroken(
                f"有合并单元格（{part.get('ref', '')}），无法确定内容属于哪一行。请取消合并并逐行填写。",
                rule="sheet.merged", ref=part.get("ref", ""),
            )  # fmt: skip
