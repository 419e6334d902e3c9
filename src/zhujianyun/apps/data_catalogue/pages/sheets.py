"""Workbooks in and out (导入导出页): nothing is written before somebody has seen what it does."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhujianyun.apps.data_catalogue.actions import importing
from zhujianyun.apps.data_catalogue.forms import entry as forms
from zhujianyun.apps.data_catalogue.forms import sheet
from zhujianyun.apps.data_catalogue.models import CatalogueImport, CatalogueImportRow
from zhujianyun.apps.data_catalogue.pages.frame import form_of, shown
from zhujianyun.apps.data_catalogue.queries import VIEW, opened, pages
from zhujianyun.base import clock, files
from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.ui.workbench import viewer

LIMIT = 20 * 1024**2
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Hand in a workbook; the former imports (导入导出)."""
    form = form_of(request, forms.ImportForm)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("data_catalogue:import_run", pk=_taken(request, form.cleaned_data["file"]).pk)
        except PlatformError as error:
            form.add_error("file", error.message_zh)
    runs = CatalogueImport.objects.filter(by=viewer.account(request)).select_related("file")[:20]
    status = 422 if form.errors else 200
    return shown(request, "import", "import", {"form": form, "runs": runs}, status=status)


def _taken(request: HttpRequest, given: Any) -> CatalogueImport:
    by = viewer.actor(request)
    kept = files.put(given, name=given.name, limit=LIMIT, kinds=("xlsx",))
    try:
        with kept.open() as file:
            rows = sheet.read(file)
    except RuleBroken as error:
        return importing.refuse(kept, error.message_zh, by=by)
    read = [
        importing.Read(
            row.number,
            row.given["code"],
            row.given["title"],
            row.given["provider"],
            row.values,
            row.items,
            row.faults,
        )
        for row in rows
    ]
    return importing.check(kept, read, by=by)


def _run(request: HttpRequest, pk: int) -> CatalogueImport:
    row = CatalogueImport.objects.select_related("file").filter(pk=pk, by=viewer.account(request)).first()
    if row is None:
        raise NotFound("没有这个导入批次，或不是您导入的。", rule="data_catalogue.import_known")
    return row


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What every row would do, or what came of it (导入检查结果)."""
    run = _run(request, pk)
    only = request.GET.get("only", "")
    rows = run.rows.filter(effect=only) if only in CatalogueImportRow.Effect.values else run.rows.all()
    context = {
        "run": run, "rows": rows, "only": only, "effects": CatalogueImportRow.Effect.choices,
        "writes": run.added + run.changed,
    }  # fmt: skip
    return shown(request, "import_run", "import", context)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was shown, or let it be (确认或放弃)."""
    run, by = _run(request, pk), viewer.actor(request)
    try:
        if request.POST.get("do") == "give_up":
            importing.give_up(run, by=by)
            messages.info(request, "已放弃本次导入，目录没有变化。")
            return redirect("data_catalogue:import")
        done = importing.write(run, by=by)
        messages.success(request, f"已写入并提交审核：新编 {done.added} 项，修订 {done.changed} 项。")
    except PlatformError as error:
        messages.error(request, f"没有写入：{error.message_zh}")
    return redirect("data_catalogue:import_run", pk=run.pk)


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook (下载模板)."""
    access.require(viewer.actor(request), VIEW)
    return _sent(sheet.workbook([]), "资源目录模板.xlsx")


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The entries of the list, with its filters, as a workbook that can be imported again (导出)."""
    by = viewer.actor(request)
    access.require(by, VIEW)
    found = opened.described(pages.listed(by, request.GET.dict()), public=False)
    facts = {"rows": len(found)}
    journal.record("data_catalogue.export", actor=by.key, object=("export", "xlsx"), facts=facts)
    return _sent(sheet.workbook(found), f"资源目录-{clock.today():%Y%m%d}.xlsx")


def _sent(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
