"""Templates and exports of the inventory (模板与导出): xlsx and csv that can be imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from zhujianyun.apps.asset_inventory.forms.columns import Known, cells
from zhujianyun.apps.asset_inventory.models import SystemRecord
from zhujianyun.apps.asset_inventory.rules.sheet import Column, harmless

ROWS_WITH_CHOICES = 500


def template() -> bytes:
    """The empty sheet with its columns, choices and a page of explanations (模板)."""
    columns = Known().columns()
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "系统台账"
    _head(sheet, columns)
    _choices(book, sheet, columns)
    _explain(book.create_sheet("填写说明"), columns)
    return _packed(book)


def xlsx(records: Iterable[SystemRecord]) -> bytes:
    """The records as a sheet that can be imported again (导出 xlsx)."""
    columns = Known().columns()
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "系统台账"
    _head(sheet, columns)
    for record in records:
        sheet.append([harmless(value) if isinstance(value, str) else value for value in cells(record)])
    return _packed(book)


def text(records: Iterable[SystemRecord]) -> bytes:
    """The records as csv with a byte order mark, which Excel needs for Chinese (导出 csv)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.zh for column in Known().columns()])
    for record in records:
        writer.writerow(["" if value is None else harmless(str(value)) for value in cells(record)])
    return out.getvalue().encode("utf-8-sig")


def _head(sheet, columns: tuple[Column, ...]) -> None:  # noqa: ANN001
    sheet.append([f"{column.zh}*" if column.required else column.zh for column in columns])
    for place, column in enumerate(columns, start=1):
        cell = sheet.cell(1, place)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE9F5" if column.required else "F2F4F7")
        sheet.column_dimensions[get_column_letter(place)].width = max(12, min(36, len(column.zh) * 2 + 6))
    sheet.freeze_panes = "C2"


def _choices(book: Workbook, sheet, columns: tuple[Column, ...]) -> None:  # noqa: ANN001
    """Lists to choose from, kept on a sheet of their own: a list in a cell holds 255 letters at most."""
    kept = book.create_sheet("可选项")
    place = 0
    for number, column in enumerate(columns, start=1):
        names = [zh for _, zh in column.choices] or (["是", "否"] if column.kind == "bool" else [])
        if not names:
            continue
        place += 1
        letter = get_column_letter(place)
        for row, name in enumerate(names, start=1):
            kept.cell(row, place, name)
        rule = DataValidation(
            "list", formula1=f"='可选项'!${letter}$1:${letter}${len(names)}", allow_blank=True
        )
        sheet.add_data_validation(rule)
        own = get_column_letter(number)
        rule.add(f"{own}2:{own}{ROWS_WITH_CHOICES}")


def _explain(sheet, columns: tuple[Column, ...]) -> None:  # noqa: ANN001
    kinds = {
        "code": "2–40 位字母、数字、横线或下划线", "int": "整数，不带单位", "date": "日期，如 2020-12-31",
        "bool": "是或否", "choice": "从列表中选择", "text": "文字",
    }  # fmt: skip
    sheet.append(["列", "必填", "填写要求", "示例"])
    for column in columns:
        sheet.append([column.zh, "是" if column.required else "", kinds[column.kind], column.example])
    sheet.append([])
    sheet.append(["代码已在台账中的行会更新该系统，空单元格不改变原有内容；其余行新增。只登记非涉密系统。"])
    for letter, width in zip("ABCD", (24, 8, 36, 32), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = Alignment(vertical="top")


def _packed(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
