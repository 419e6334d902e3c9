"""The pages of the jobs (任务页面)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_tasks_db.models import DBTaskResult

from zhujianyun.base import jobs
from zhujianyun.ui.books.guarding import needs
from zhujianyun.ui.books.running import actions, errors, queries
from zhujianyun.ui.workbench import viewer

PER_PAGE = 30
guarded = needs(actions.MANAGE, "jobs")


@require_safe
@guarded
def index(request: HttpRequest) -> HttpResponse:
    """Jobs, plans and workers (任务台账)."""
    state = request.GET.get("state", "")
    page = Paginator(queries.listed(state), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "state": state if state in queries.STATES else "", "states": queries.STATES, "counts": queries.counts(),
        "page": page, "lines": queries.lines(list(page.object_list)), "plans": queries.plans(),
        "workers": queries.workers(), "orphaned": queries.orphaned(),
    }  # fmt: skip
    return render(request, "books/jobs.html", context)


@require_safe
@guarded
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One job with its error in words and its traceback folded (任务)."""
    state = jobs.state_of(str(pk))
    row = DBTaskResult.objects.get(pk=pk)
    context = {
        "job": state, "tone": queries.lines([row])[0][1], "path": row.task_path,
        "said": errors.in_words(row.exception_class_path, state.error_zh), "traceback": errors.trimmed(row.traceback),
        "busy": not state.is_ended,
    }  # fmt: skip
    return render(request, "books/job.html", context)


@require_POST
@guarded
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put it back (重试)."""
    state = actions.retry(str(pk), by=viewer.actor(request))
    messages.success(request, f"任务“{state.zh}”已重新排队。")
    return redirect("books:job", pk)


@require_POST
@guarded
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask it to stop (取消)."""
    state = actions.cancel(str(pk), by=viewer.actor(request))
    said = "已取消" if state.is_ended else "已请求取消，任务会在下一次报告进展时停下"
    messages.success(request, f"任务“{state.zh}”{said}。")
    return redirect("books:job", pk)


@require_POST
@guarded
def sweep(request: HttpRequest) -> HttpResponse:
    """Take orphans back (收回孤儿任务)."""
    count = actions.sweep(by=viewer.actor(request))
    messages.success(request, f"已收回 {count} 个孤儿任务。" if count else "没有需要收回的孤儿任务。")
    return redirect("books:jobs")


@require_POST
@guarded
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a plan (启停计划)."""
    on = request.POST.get("on") == "1"
    row = actions.switch(pk, on=on, by=viewer.actor(request), reason=request.POST.get("reason", ""))
    messages.success(request, f"计划“{row.plan_zh}”已{'启用' if on else '停用'}。")
    return redirect("books:jobs")
