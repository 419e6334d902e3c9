"""The officer's views and columns (我的视图): kept, renamed, ordered, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base.errors import PlatformError, RuleBroken
from zhujianyun.ui.workbench import saved, viewer, wording
from zhujianyun.ui.workbench.filters import Filters


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All views of the officer, to put in order (管理视图)."""
    rows = [(one, wording.said(Filters.parse(one.query))) for one in saved.views(viewer.account(request))]
    return render(request, "workbench/views.html", {"rows": rows, "most": saved.MOST})


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows as a view, and open it (另存为视图)."""
    query = request.POST.get("query", "")
    try:
        found = saved.save(
            viewer.account(request),
            request.POST.get("name", ""),
            query,
            is_default="default" in request.POST,
        )
    except RuleBroken as error:
        messages.error(request, error.message_zh)
        return redirect(f"{reverse('workbench:cases')}?{Filters.parse(query).query}")
    messages.success(request, f"已存为视图“{found.name}”。")
    return redirect(f"{reverse('workbench:cases')}?view={found.pk}")


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, order, make the default or delete one view (修改视图)."""
    try:
        _change(request, saved.view(viewer.account(request), pk))
    except PlatformError as error:
        messages.error(request, error.message_zh)
    return redirect("workbench:views")


def _change(request: HttpRequest, found: saved.SavedView) -> None:
    wish = request.POST.get("do", "")
    if wish == "rename":
        saved.rename(found, request.POST.get("name", ""))
    elif wish in ("up", "down"):
        saved.move(found, -1 if wish == "up" else 1)
    elif wish in ("default", "plain"):
        saved.set_default(found, wish == "default")
    elif wish == "delete":
        saved.remove(found)
        messages.success(request, f"已删除视图“{found.name}”。")
    else:
        raise RuleBroken("没有这个操作，请刷新页面后重试。", rule="workbench.view_wish")


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Keep the columns and the page size (保存列与行数)."""
    codes = [] if "usual" in request.POST else request.POST.getlist("column")
    per = request.POST.get("per", "")
    saved.keep_setting(viewer.account(request), codes, int(per) if per.isdigit() and len(per) < 5 else 0)
    messages.success(request, "已恢复常用列。" if "usual" in request.POST else "已保存显示的列。")
    return redirect(f"{reverse('workbench:cases')}?{Filters.parse(request.POST.get('query', '')).query}")
