"""Sheets in and out (导入导出页): nothing is written before somebody has seen what it does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhujianyun.apps.asset_inventory.actions import importing as acts
from zhujianyun.apps.asset_inventory.forms import entry, importing, later, writing
from zhujianyun.apps.asset_inventory.forms.columns import COLUMNS
from zhujianyun.apps.asset_inventory.models import ImportRow, ImportRun
from zhujianyun.apps.asset_inventory.pages.frame import shown
from zhujianyun.apps.asset_inventory.queries import pages
from zhujianyun.base import clock, files, jobs
from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.kernel import journal
from zhujianyun.ui.workbench import viewer

LIMIT = 20 * 1024**2
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 100


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Hand in a file; the former imports (导入导出)."""
    form = entry.ImportForm(request.POST, request.FILES) if request.method == "POST" else entry.ImportForm()
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("asset_inventory:import_run", pk=_taken(request, form.cleaned_data["file"]).pk)
        except PlatformError as error:
            form.add_error("file", error.message_zh)
    runs = ImportRun.objects.filter(by=viewer.account(request)).select_related("file")[:20]
    status = 422 if form.errors else 200
    return shown(request, "import", "import", {"form": form, "runs": runs}, status=status)


def _taken(request: HttpRequest, given: Any) -> ImportRun:
    by = viewer.actor(request)
    kept = files.put(given, name=given.name, limit=LIMIT, kinds=("xlsx", "csv"))
    with transaction.atomic():
        run = acts.begin_import(kept, by=by)
        if kept.size > importing.LARGE:
            run.job = jobs.enqueue(later.examine_later, run=run.pk)
            run.save(update_fields=["job"])
    return run if run.job else importing.examine(run, by=by)


def _run(request: HttpRequest, pk: int) -> ImportRun:
    row = ImportRun.objects.select_related("file").filter(pk=pk, by=viewer.account(request)).first()
    if row is None:
        raise NotFound("没有这个导入批次，或不是您导入的。", rule="asset_inventory.import_known")
    return row


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What every row would do, or what came of it (导入检查结果)."""
    run = _run(request, pk)
    only = request.GET.get("only", "")
    rows = run.rows.filter(effect=only) if only in ImportRow.Effect.values else run.rows.all()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    zh = {column.key: column.zh for column in COLUMNS}
    for row in page.object_list:
        row.told = [
            {**change, "column": zh.get(change["column"], change["column"])} for change in row.changes
        ]
        row.name = row.given.get("系统名称", "")
    context = {
        "run": run, "page": page, "only": only, "effects": ImportRow.Effect.choices,
        "state": jobs.state_of(run.job) if run.job else None, "writes": run.added + run.changed,
    }  # fmt: skip
    return shown(request, "import_run", "import", context)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was shown, or let it be (确认或放弃)."""
    run, by = _run(request, pk), viewer.actor(request)
    if request.POST.get("do") == "give_up":
        acts.give_up(run, by=by)
        messages.info(request, "已放弃本次导入，台账没有变化。")
        return redirect("asset_inventory:import")
    if run.file.size > importing.LARGE:
        with transaction.atomic():
            if ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.CHECKED).update(state="writing"):
                run.job = jobs.enqueue(later.carry_out_later, run=run.pk)
                ImportRun.objects.filter(pk=run.pk).update(job=run.job)
        messages.info(request, "正在后台写入，完成后本页显示结果。")
    else:
        done = importing.carry_out(run, by=by)
        messages.success(request, f"已写入：新增 {done.added} 个系统，更新 {done.changed} 个系统。")
    return redirect("asset_inventory:import_run", pk=run.pk)


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The empty sheet (下载模板)."""
    return _sent(writing.template(), "系统台账模板.xlsx", XLSX)


@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The systems of the list, with its filters, as a file that can be imported again (导出)."""
    by = viewer.actor(request)
    if kind not in ("xlsx", "csv"):
        raise Http404
    records = [line.record for line in pages.listed(by, request.GET.dict())]
    journal.record(
        "asset_inventory.export", actor=by.key, object=("export", kind), facts={"rows": len(records)}
    )
    name = f"系统台账-{clock.today():%Y%m%d}.{kind}"
    if kind == "csv":
        return _sent(writing.text(records), name, "text/csv; charset=utf-8")
    return _sent(writing.xlsx(records), name, XLSX)


def _sent(content: bytes, name: str, media_type: str) -> HttpResponse:
    from urllib.parse import quote

    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
