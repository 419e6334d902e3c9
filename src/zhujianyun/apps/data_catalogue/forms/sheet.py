"""The catalogue as a workbook (目录工作簿): two sheets, read row by row, written so that it can be read again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from zhujianyun.apps.data_catalogue.forms import grid
from zhujianyun.apps.data_catalogue.forms.wording import CYCLES, FORMATS, SHARES, code_of
from zhujianyun.apps.data_catalogue.queries.opened import Entry
from zhujianyun.base.errors import RuleBroken

ENTRIES, ITEMS = "目录", "信息项"
COLUMNS = {
    "code": "资源代码", "title": "目录名称", "provider": "提供方", "class_path": "分类", "abstract": "摘要",
    "provider_uscc": "提供方代码", "format_class": "格式分类", "format_type": "格式类型", "cycle": "更新周期",
    "share": "共享类型", "share_condition": "共享条件", "share_basis": "不予共享依据", "share_mode": "共享方式",
    "open": "向社会开放", "open_condition": "开放条件", "related": "关联资源代码",
}  # fmt: skip
ITEM_COLUMNS = {"of": "目录名称", **grid.COLUMNS}
NEEDED = ("title", "provider", "class_path")
MOST_ROWS = 5_000
YES, NO = ("是", "开放", "1", "true"), ("", "否", "不开放", "0", "false")


@dataclass(slots=True)
class Row:
    """One entry of the file with its items (一行): ``faults`` name the column and what is wrong."""

    number: int
    given: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, str]] = field(default_factory=list)

    def blame(self, column: str, problem: str) -> None:
        """Note what is wrong in a column (记录问题)."""
        self.faults.append({"column": column, "problem": problem})


def read(file: BinaryIO) -> list[Row]:
    """The entries of a workbook, with what is wrong with each (读取工作簿).

    Raises:
        RuleBroken: no workbook, a sheet or column is missing, or too many rows.
    """
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError) as error:
        raise RuleBroken("文件不是可以读取的 Excel 工作簿。", rule="catalogue_sheet.kind") from error
    rows = [_entry(number, given) for number, given in _lines(book, ENTRIES, COLUMNS)]
    by_title: dict[str, Row] = {}
    for row in rows:
        if row.given["title"] in by_title:
            row.blame("目录名称", f"与第 {by_title[row.given['title']].number} 行重复")
        by_title.setdefault(row.given["title"], row)
    lost = [
        f"“信息项”第 {number} 行的目录名称“{given['of'][:30]}”不在“目录”工作表中"
        for number, given in _lines(book, ITEMS, ITEM_COLUMNS)
        if not _add_item(by_title.get(given["of"]), number, given)
    ]
    if lost:
        raise RuleBroken("；".join(lost[:10]) + "。", rule="catalogue_sheet.item_of", problems=lost[:50])
    for row in rows:
        _judge_items(row)
    return rows


def _lines(book: Any, name: str, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    if name not in book.sheetnames:
        raise RuleBroken(f"工作簿缺少“{name}”工作表，请按模板填写。", rule="catalogue_sheet.sheet")
    lines = book[name].iter_rows(values_only=True)
    head = [_text(cell).rstrip("*") for cell in next(lines, ())]
    if missing := [zh for zh in columns.values() if zh not in head]:
        raise RuleBroken(f"“{name}”缺少列：{'、'.join(missing)}。", rule="catalogue_sheet.columns")
    places = {key: head.index(zh) for key, zh in columns.items()}
    for number, cells in enumerate(lines, start=2):
        if number > MOST_ROWS + 1:
            raise RuleBroken(f"“{name}”超过 {MOST_ROWS:,} 行，请分开导入。", rule="catalogue_sheet.rows")
        given = {key: _text(cells[place]) if place < len(cells) else "" for key, place in places.items()}
        if any(given.values()):
            yield number, given


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell).strip().removeprefix("'")


def _entry(number: int, given: dict[str, str]) -> Row:
    row = Row(number, given)
    for name in NEEDED:
        if not given[name]:
            row.blame(COLUMNS[name], "没有填写")
    for name, choices, default in (("share", SHARES, "conditional"), ("cycle", CYCLES, "other")):
        code = code_of(given[name], choices) if given[name] else default
        if code is None:
            row.blame(COLUMNS[name], f"“{given[name][:20]}”请从 {'、'.join(choices.values())} 中选择")
        row.values[name] = code or default
    if given["format_class"] and given["format_class"] not in FORMATS:
        row.blame(COLUMNS["format_class"], f"“{given['format_class'][:20]}”请从 {'、'.join(FORMATS)} 中选择")
    if given["open"].lower() not in (*YES, *NO):
        row.blame(COLUMNS["open"], "请填是或否")
    row.values |= {
        "open": given["open"].lower() in YES, "format_class": given["format_class"] or FORMATS[0],
        "related": given["related"].replace("，", " ").replace(",", " ").replace("、", " ").split(),
        "extras": {"provider_uscc": given["provider_uscc"]},
    }  # fmt: skip
    plain = (
        "class_path",
        "abstract",
        "format_type",
        "share_condition",
        "share_basis",
        "share_mode",
        "open_condition",
    )
    row.values |= {name: given[name] for name in plain}
    return row


def _add_item(row: Row | None, number: int, given: dict[str, str]) -> bool:
    if row is None:
        return False
    line = grid.read(given)
    row.items.append(line.item)
    for column, problem in line.faults.items():
        row.blame(f"信息项第 {number} 行{grid.COLUMNS[column]}", problem)
    return True


def _judge_items(row: Row) -> None:
    if row.faults:
        return
    lines = [grid.Line({}, item) for item in row.items]
    for line in grid.judge(lines, row.values["share"]):
        for problem in line.faults.values():
            row.blame(f"信息项 {line.item['code']}", problem)


def workbook(entries: Iterable[Entry]) -> bytes:
    """The entries as a workbook that can be imported again; the empty template without any (导出)."""
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = ENTRIES
    second = book.create_sheet(ITEMS)
    _head(first, COLUMNS, NEEDED)
    _head(second, ITEM_COLUMNS, ("of", "code", "zh"))
    for one in entries:
        first.append([_harmless(value) for value in _cells(one)])
        for item in one.items:
            row = {**item.row(), "of": one.edition.title}
            row |= {name: choices.get(row[name], row[name]) for name, choices in grid.CHOICES.items()}
            second.append([_harmless(row[name]) for name in ITEM_COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(one: Entry) -> list[Any]:
    edition = one.edition
    own: dict[str, Any] = {
        "code": one.resource.code, "provider": one.resource.provider.name, "open": "是" if edition.open else "否",
        "provider_uscc": edition.extras.get("provider_uscc", ""), "cycle": CYCLES[edition.cycle],
        "share": SHARES[edition.share], "related": " ".join(edition.related),
    }  # fmt: skip
    return [own[name] if name in own else getattr(edition, name) for name in COLUMNS]


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is marked as text (防公式注入)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value


def _head(sheet: Any, columns: Mapping[str, str], needed: Iterable[str]) -> None:
    sheet.append([f"{zh}*" if name in needed else zh for name, zh in columns.items()])
    for place, zh in enumerate(columns.values(), start=1):
        cell = sheet.cell(1, place)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DCE9F5")
        sheet.column_dimensions[get_column_letter(place)].width = max(12, len(zh) * 2 + 6)
    sheet.freeze_panes = "A2"
