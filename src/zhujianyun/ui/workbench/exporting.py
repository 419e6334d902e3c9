"""Taking rows of the list away (导出): exactly the rows and columns that the officer sees, masked as there.

Up to `AT_ONCE` rows are written while he waits, more by a job. The file is his alone, lies on the disk
for seven days, and that it was made is told to the journal with filter and number of rows: it is a read
of personal data.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.workbench import columns, listing, queries, shown, wording
from zhujianyun.ui.workbench.filters import Filters
from zhujianyun.ui.workbench.models import KEPT_DAYS, Export

AT_ONCE, MOST, PORTION = 2_000, 200_000, 500
VERB, FETCHED = "privacy.export", "privacy.export_fetch"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
Report = Callable[[int, int], None]


def ask(account: Account, actor: Actor, wanted: Filters, codes: Sequence[str], format_: str) -> Export:
    """Ask for an export (申请导出): made at once when it is short, else by a job.

    Raises:
        RuleBroken: an unknown format, nothing to export, or too much.
    """
    if format_ not in Export.Format.values:
        raise RuleBroken("只能导出 Excel 表格或 CSV 文本。", rule="workbench.export_format")
    count = queries.listed(actor, wanted).order_by().count()
    if not count:
        raise RuleBroken("当前条件下没有办件，无须导出。", rule="workbench.export_none")
    if count > MOST:
        raise RuleBroken(
            f"当前条件下有 {count:,} 件，一次最多导出 {MOST:,} 件。请用日期、地区或事项缩小范围。",
            rule="workbench.export_many",
        )
    kept = [one.code for one in columns.chosen(codes, wanted.scope)]
    export = Export(
        account=account, format=format_, query=wanted.query, said=wording.said(wanted), columns=kept, asked_at=clock.now()
    )  # fmt: skip
    if count <= AT_ONCE:
        export.save()
        make(export, actor)
        return export
    with transaction.atomic():
        export.rows = count
        export.save()
        export.job = jobs.enqueue(make_export, export=export.pk)
        export.save(update_fields=["job"])
    return export


@jobs.job(retries=2, zh="导出办件清单")
def make_export(export: int) -> int:
    """Make a long export with the rights that its owner has now (后台导出)."""
    row = Export.objects.select_related("account").get(pk=export)
    if row.state == Export.State.READY:
        return row.rows
    return make(row, access.actor(row.account), lambda done, total: jobs.progress(done, total, "正在写入"))


def make(export: Export, actor: Actor, report: Report | None = None) -> int:
    """Write the file and tell the journal (生成文件); the number of rows. Made twice it is the same file."""
    wanted = Filters.parse(export.query)
    ids = list(queries.listed(actor, wanted).values_list("pk", flat=True)[:MOST])
    chosen = [columns.ALL[code] for code in export.columns if code in columns.ALL]
    rows = _rows(ids, chosen, report)
    write = {"xlsx": write_xlsx, "csv": write_csv}[export.format]
    export.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = export.path.with_suffix(f".{os.getpid()}.part")
    try:
        write(draft, [one.zh for one in chosen], rows)
        draft.replace(export.path)
    finally:
        draft.unlink(missing_ok=True)
    with transaction.atomic():
        export.state, export.rows, export.ready_at = Export.State.READY, len(ids), clock.now()
        export.save(update_fields=["state", "rows", "ready_at"])
        _record(VERB, export, actor)
    return len(ids)


def _record(verb: str, export: Export, actor: Actor) -> None:
    journal.record(
        verb, actor=actor.key, object=("export", str(export.pk)),
        facts={
            "filter": export.said, "query": export.query, "rows": export.rows, "format": export.format,
            "columns": [columns.ALL[code].zh for code in export.columns if code in columns.ALL],
        },
    )  # fmt: skip


def _rows(
    ids: list[int], chosen: list[columns.Column], report: Report | None
) -> Iterator[list[columns.Value]]:
    days = shown.Days(clock.today())
    for start in range(0, len(ids), PORTION):
        for line in listing.lines_of(ids[start : start + PORTION], days):
            yield [one.value(line) for one in chosen]
        if report:
            report(min(start + PORTION, len(ids)), len(ids))


# --- files --------------------------------------------------------------------------------------------


def write_csv(file: Path, heads: Sequence[str], rows: Iterator[list[columns.Value]]) -> None:
    """UTF-8 with the mark that Excel needs; no cell can start a formula (写 CSV)."""
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(heads)
        for row in rows:
            writer.writerow([harmless(columns.text(value)) for value in row])


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula (防公式注入): an apostrophe before what could start one."""
    text = UNWRITABLE.sub("", text)
    return f"'{text}" if text.lstrip(" \u3000").startswith(DANGEROUS) else text


def write_xlsx(file: Path, heads: Sequence[str], rows: Iterator[list[columns.Value]]) -> None:
    """A sheet with a fixed head; texts are texts, days are days (写 Excel)."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet("办件")
    sheet.freeze_panes = "A2"
    for place, head in enumerate(heads):
        sheet.column_dimensions[chr(ord("A") + place)].width = max(12, len(head) * 3)
    top = [WriteOnlyCell(sheet, head) for head in heads]
    for cell in top:
        cell.font = Font(bold=True)
    sheet.append(top)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    with io.FileIO(file, "w") as out:
        book.save(out)


def _cell(sheet: object, value: columns.Value) -> object:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, clock.local(value).replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "yyyy-mm-dd"
    else:
        cell = WriteOnlyCell(sheet, UNWRITABLE.sub("", value or ""))
        cell.data_type = "s"  # also what begins with =
        cell.number_format = "@"
    return cell


# --- fetching and expiry --------------------------------------------------------------------------------


def mine(account: Account, limit: int = 50) -> list[Export]:
    """An officer's exports, newest first (我的导出). One query."""
    return list(Export.objects.filter(account=account).order_by("-asked_at", "-pk")[:limit])


def find(account: Account, pk: int) -> Export:
    """One export of this officer (取导出).

    Raises:
        NotFound: none, or somebody else's: the two are not told apart.
    """
    found = Export.objects.filter(account=account, pk=pk).first()
    if found is None:
        raise NotFound("没有这份导出，或者它不是您导出的。", rule="workbench.export", export=pk)
    return found


def fetch(export: Export, actor: Actor) -> Path:
    """The file, while it may be had (下载); the journal hears of it.

    Raises:
        NotFound: not ready yet, expired, or gone from the disk.
    """
    if export.state == Export.State.READY and export.expires_at and export.expires_at <= clock.now():
        expire(export)
    if export.state == Export.State.EXPIRED:
        raise NotFound(
            f"这份导出已过 {KEPT_DAYS} 天有效期并已删除，请重新导出。", rule="workbench.export_expired"
        )
    if export.state != Export.State.READY or not export.path.is_file():
        raise NotFound(
            "这份导出还没有生成，或文件已不在，请稍后再试或重新导出。", rule="workbench.export_ready"
        )
    _record(FETCHED, export, actor)
    return export.path


def expire(export: Export) -> None:
    """Delete the file of an export (到期删除)."""
    export.path.unlink(missing_ok=True)
    export.state = Export.State.EXPIRED
    export.save(update_fields=["state"])


@jobs.daily_at("03:50")
@jobs.job(retries=1, zh="清理到期的导出")
def sweep_exports() -> int:
    """清理到期的导出；被中断留下的半成品一并删除。"""
    due = Export.objects.filter(
        state=Export.State.READY, ready_at__lte=clock.now() - timedelta(days=KEPT_DAYS)
    )
    count = 0
    for one in due:
        expire(one)
        count += 1
    for part in Path(settings.ZJY_EXPORTS).glob("*.part"):
        part.unlink(missing_ok=True)
    return count
