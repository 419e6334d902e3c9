"""Checkpoints, the verification of everything, the export (检查点、全部核验、导出)."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django_tasks_db.compat import Task
from django_tasks_db.models import DBTaskResult

from zhujianyun.base import jobs
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import marks
from zhujianyun.kernel.journal.models import Checkpoint, LogState
from zhujianyun.ui.books.guarding import needs, source
from zhujianyun.ui.books.ledger import works
from zhujianyun.ui.books.running import errors
from zhujianyun.ui.workbench import viewer

PER_PAGE = 50
reading = needs("journal.read", "journal")
verifying = needs("journal.verify", "journal")
exporting = needs("journal.export", "journal")


@require_safe
@reading
def checkpoints(request: HttpRequest) -> HttpResponse:
    """The checkpoints, newest first, each with its signature checked (检查点)."""
    before = request.GET.get("before", "")
    rows = Checkpoint.objects.order_by("-number")
    if before.isdigit() and len(before) < 18:
        rows = rows.filter(number__lt=int(before))
    found = list(rows[:PER_PAGE])
    _used(request, "journal.view_checkpoints", {"before": before})
    problems = marks.problems([row.number for row in found])
    context = {
        "rows": [(row, problems.get(row.number, "")) for row in found], "state": LogState.objects.first(),
        "next": found[-1].number if len(found) == PER_PAGE and found[-1].number else None,
    }  # fmt: skip
    return render(request, "books/checkpoints.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@verifying
def verifications(request: HttpRequest) -> HttpResponse:
    """Earlier verifications; asking for one more (全部核验)."""
    if request.method == "POST":
        job_id = _enqueue(works.verify_all, account=viewer.account(request).pk)
        _used(request, "journal.verify", {"job": job_id})
        messages.success(request, "已开始核验，完成后会在消息中告知。")
        return redirect("books:verification", job_id)
    return render(
        request,
        "books/verifications.html",
        {"rows": _runs(works.verify_all), "busy": _busy(works.verify_all)},
    )


@require_safe
@verifying
def verification(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The result of one verification (核验结果)."""
    return render(request, "books/verification.html", {"run": _run(works.verify_all, pk)})


@require_http_methods(["GET", "HEAD", "POST"])
@exporting
def export(request: HttpRequest) -> HttpResponse:
    """Earlier exports; asking for one more, with a reason (导出留痕)."""
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()
        if len(reason) < 4:
            raise RuleBroken("导出留痕须写明理由，不少于 4 个字。", rule="journal.export_reason")
        job_id = _enqueue(works.export_all, account=viewer.account(request).pk, token=secrets.token_hex(16))
        _used(request, "journal.export", {"job": job_id}, reason)
        messages.success(request, "已开始导出，完成后会在消息中告知。")
        return redirect("books:exported", job_id)
    return render(
        request, "books/exports.html", {"rows": _runs(works.export_all), "busy": _busy(works.export_all)}
    )


@require_safe
@exporting
def exported(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The result of one export (导出结果)."""
    return render(request, "books/exported.html", {"run": _run(works.export_all, pk)})


@require_safe
@exporting
def fetch(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Take the export away (下载留痕导出)."""
    run = _run(works.export_all, pk)
    file = works.place(run["value"]["token"]).with_suffix(".zip") if run["value"] else None
    if file is None or not file.is_file():
        raise NotFound("导出文件还没有备好，或已按保存期清理，请重新导出。", rule="journal.export_gone")
    _used(request, "journal.fetch_export", {"job": str(pk)})
    return FileResponse(
        file.open("rb"), as_attachment=True, filename=f"journal-{run['job'].finished_at:%Y%m%d-%H%M}.zip"
    )


def _enqueue(task: Task, **arguments: Any) -> str:
    """One at a time: both read everything there is.

    Raises:
        RuleBroken: the same work waits or runs already.
    """
    if _busy(task):
        raise RuleBroken("已有同样的任务在等待或运行，请等它完成。", rule="journal.once")
    return jobs.enqueue(task, **arguments)


def _busy(task: Task) -> bool:
    return DBTaskResult.objects.filter(task_path=task.module_path, status__in=("READY", "RUNNING")).exists()


def _runs(task: Task) -> list[dict[str, Any]]:
    rows = DBTaskResult.objects.filter(task_path=task.module_path).select_related("run")
    return [_shown(row) for row in rows.order_by("-enqueued_at")[:PER_PAGE]]


def _run(task: Task, pk: UUID) -> dict[str, Any]:
    row = DBTaskResult.objects.filter(task_path=task.module_path, pk=pk).select_related("run").first()
    if row is None:
        raise NotFound("没有这次任务，它可能已按保存期清理。", rule="journal.run")
    return _shown(row)


def _shown(row: DBTaskResult) -> dict[str, Any]:
    state = jobs.states([row])[0]
    value = row.return_value if row.status == "SUCCESSFUL" else None
    return {"job": state, "value": value, "said": errors.in_words(row.exception_class_path, state.error_zh)}


def _used(request: HttpRequest, verb: str, facts: dict[str, Any], reason: str = "") -> None:
    journal.record(
        verb, actor=viewer.actor(request).key, object=("journal", "entries"), facts=facts, reason=reason,
        source=source(request),
    )  # fmt: skip
