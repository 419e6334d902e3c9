"""Exports of an officer (我的导出): asked for, watched, fetched."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base import jobs
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.ui.workbench import errors, exporting, viewer
from zhujianyun.ui.workbench.filters import Filters
from zhujianyun.ui.workbench.models import KEPT_DAYS, Export

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Export what the list shows: a file at once, or a page that tells how far it is (导出)."""
    wanted = Filters.parse(request.POST.get("query", ""))
    try:
        export = exporting.ask(
            viewer.account(request),
            viewer.actor(request),
            wanted,
            request.POST.getlist("column"),
            request.POST.get("format", ""),
        )
    except RuleBroken as error:
        messages.error(request, error.message_zh)
        return redirect(f"{reverse('workbench:cases')}?{wanted.query}")
    if export.state == Export.State.READY:
        return _sent(export)
    return redirect("workbench:export_page", pk=export.pk)


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The officer's exports, newest first (我的导出)."""
    rows = exporting.mine(viewer.account(request))
    return render(request, "workbench/exports.html", {"rows": rows, "kept_days": KEPT_DAYS})


@never_cache
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One export: how far it is, then the file (导出进度)."""
    export = exporting.find(viewer.account(request), pk)
    told = _progress(export)
    if errors.wants_json(request):
        return JsonResponse(told)
    return render(request, "workbench/export.html", {"export": export, "told": told, "kept_days": KEPT_DAYS})


@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> FileResponse:
    """The file, for its owner and until it expires (下载)."""
    export = exporting.find(viewer.account(request), pk)
    exporting.fetch(export, viewer.actor(request))
    return _sent(export)


def _sent(export: Export) -> FileResponse:
    answer = FileResponse(export.path.open("rb"), content_type=MEDIA[export.format])
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(export.file_name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _progress(export: Export) -> dict[str, Any]:
    """Where it stands, in words (进度)."""
    told = {"state": export.state, "zh": export.get_state_display(), "percent": None, "ended": True}
    if export.state != Export.State.WAITING:
        return told
    try:
        job = jobs.state_of(export.job)
    except NotFound:
        return told | {"zh": "任务已不在，请重新导出"}
    said = {"等待": "排队中，后台进程稍后开始", "完成": "即将可下载"}.get(job.status_zh, job.status_zh)
    return told | {"zh": said, "percent": job.percent, "ended": job.status_zh in ("失败", "已取消")}
