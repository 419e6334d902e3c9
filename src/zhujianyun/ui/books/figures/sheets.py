"""The book of indicators as a file (指标册导出): CSV with the mark that Excel needs, or a workbook."""

from __future__ import annotations

import csv
import io

from zhujianyun.ui.books.figures.queries import ADDITIVITY_ZH, DIRECTIONS_ZH, Line

HEADS = (
    "代码", "名称", "单位", "类型", "口径", "负责处室", "口径版本", "版本数", "承诺时效（分钟）", "时效", "跨市", "跨期",
    "汇总方式", "方向", "目标", "最新值", "血缘（留痕行为）", "可上公开屏",
)  # fmt: skip
WIDTHS = (34, 22, 8, 10, 80, 22, 16, 8, 10, 8, 12, 12, 22, 12, 14, 14, 50, 10)


def rows(lines: list[Line]) -> list[list[str | int]]:
    """The cells of the book (指标册单元格)."""
    return [_row(line) for line in lines]


def _row(line: Line) -> list[str | int]:
    one = line.definition
    return [
        one.code, one.zh, one.unit.zh, line.kind, one.text_zh, one.steward, one.version, line.versions,
        one.freshness_minutes, line.freshness_zh, *ADDITIVITY_ZH[one.aggregate], DIRECTIONS_ZH[one.direction],
        line.target, line.value, "、".join(one.verbs), "是" if one.release else "否",
    ]  # fmt: skip


def as_csv(lines: list[Line]) -> bytes:
    """The book as CSV; no cell can start a formula (CSV)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    writer.writerows([[_harmless(cell) for cell in row] for row in rows(lines)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(lines: list[Line]) -> bytes:
    """The book as a workbook with a fixed head; texts stay texts (Excel)."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title, sheet.freeze_panes = "指标册", "C2"
    sheet.append(HEADS)
    for number, row in enumerate(rows(lines), start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if isinstance(value, str):
                cell.data_type = "s"
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
        sheet.cell(1, place + 1).font = Font(bold=True)
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(cell: str | int) -> str | int:
    return (
        f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@", "\t")) else cell
    )
