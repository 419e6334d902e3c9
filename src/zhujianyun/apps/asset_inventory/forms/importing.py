"""From a file to rows that can be checked and written (导入读取)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from zhujianyun.apps.asset_inventory.actions import importing
from zhujianyun.apps.asset_inventory.actions.importing import Read
from zhujianyun.apps.asset_inventory.forms import reading
from zhujianyun.apps.asset_inventory.forms.columns import Known
from zhujianyun.apps.asset_inventory.models import ImportRun
from zhujianyun.apps.asset_inventory.rules.sheet import Column, Fault, as_text, match_headers, read_row
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel.access import Actor

LARGE = 256 * 1024  # bytes from which a file is read by a job


class BadHeader(Exception):
    """The header row does not fit (表头有误)."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("header")
        self.faults = faults


def examine(run: ImportRun, *, by: Actor) -> ImportRun:
    """Read and judge the file of an import; nothing of the inventory is written (检查文件)."""
    try:
        rows = list(rows_of(run.file))
    except BadHeader as error:
        return importing.refuse(run, error.faults)
    except RuleBroken as error:
        return importing.refuse(run, [error.message_zh])
    if not rows:
        return importing.refuse(run, ["表格里没有数据行，请按模板填写。"])
    return importing.check(run, rows, by=by)


def carry_out(run: ImportRun, *, by: Actor) -> ImportRun:
    """Write what was confirmed, from the same bytes that were looked at (写入). Raises as `importing.write`."""
    return importing.write(run, list(rows_of(run.file)), by=by)


def rows_of(file: StoredFile) -> Iterator[Read]:
    """The rows of a file with what is wrong with each (逐行读出).

    Raises:
        RuleBroken: the file cannot be read as a sheet.
        BadHeader: columns that are unknown, missing or doubled.
    """
    known = Known()
    columns = known.columns()
    source = reading.lines(file)
    head = next(source, None)
    if head is None:
        raise RuleBroken("表格是空的，请按模板填写。", rule="sheet.empty")
    places, faults = match_headers([as_text(cell) for cell in head.cells], columns)
    if faults:
        raise BadHeader(faults)
    for line in chain(source):
        yield _row(line, places, known)


def _row(line: reading.Line, places: dict[int, Column], known: Known) -> Read:
    given = {column.key: line.cells[place] for place, column in places.items() if place < len(line.cells)}
    uncomputed = {key: cell for key, cell in given.items() if isinstance(cell, reading.Uncomputed)}
    cells = {key: cell for key, cell in given.items() if key not in uncomputed}
    wanted = [column for column in places.values() if column.key not in uncomputed]
    values, faults = read_row(cells, wanted)
    zh = {column.key: column.zh for column in places.values()}
    faults += [
        Fault(zh[key], cell.formula, "公式没有计算结果", "请用表格软件打开保存一次，或改填数值。")
        for key, cell in uncomputed.items()
    ]
    shown = {zh[key]: as_text(cell)[:200] for key, cell in cells.items() if as_text(cell)}
    return Read(line.number, shown, known.found(values), faults)
