"""The list of cases (办件列表): dense, filtered, only what the viewer may see."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.case.definition import registry
from zhujianyun.ui.workbench import columns, filters, listing, saved, shown, viewer, wording
from zhujianyun.ui.workbench.filters import Filters
from zhujianyun.ui.workbench.models import SavedView

MANY_OFFICES = 2  # from here on there is something to choose


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The list, filtered by what stands in the address (列表)."""
    views = saved.views(viewer.account(request))
    if not request.GET:
        usual = next((one for one in views if one.is_default), None)
        if usual is not None:
            return redirect(f"{reverse('workbench:cases')}?view={usual.pk}")
    opened = _opened(request, views)
    wanted = (
        Filters.parse(opened.query) if opened and _only_view(request) else Filters.read(request.GET.dict())
    )
    _say_dropped(request, wanted)
    return render(request, "workbench/cases.html", _context(request, wanted, views, opened))


def _opened(request: HttpRequest, views: list[SavedView]) -> SavedView | None:
    """The view that was opened; one that is gone is said, and the usual list shown (打开的视图)."""
    asked = request.GET.get("view", "")
    if not asked:
        return None
    found = next((one for one in views if str(one.pk) == asked), None)
    if found is None:
        messages.warning(request, NotFound("这个视图已经删除，以下是常用列表。").message_zh)
    return found


def _only_view(request: HttpRequest) -> bool:
    return set(request.GET) <= {"view", "page", "per"}


def _say_dropped(request: HttpRequest, wanted: Filters) -> None:
    if wanted.dropped:
        messages.warning(request, f"这些条件已不存在或不合要求，没有使用：{'、'.join(wanted.dropped)}。")


def _context(
    request: HttpRequest, wanted: Filters, views: list[SavedView], opened: SavedView | None
) -> dict[str, Any]:
    actor = viewer.actor(request)
    setting = saved.setting(viewer.account(request))
    per = _per(request, setting.per_page)
    page = listing.page_of(actor, wanted, request.GET.get("page", ""), per)
    shown_columns = columns.chosen(setting.columns, wanted.scope)
    return {
        "wanted": wanted,
        "page": page,
        "columns": shown_columns,
        "heads": [(one, _head_url(wanted, one, per)) for one in shown_columns],
        "all_columns": [
            (one, one in shown_columns, one.code == columns.FIXED) for one in columns.ALL.values()
        ],
        "views": views,
        "opened": opened,
        "query": wanted.query,
        "kept": f"{wanted.query}&per={per}",
        "per": per,
        "pers": saved.PER_PAGE,
        "empty": empty_zh(wanted),
        "said": wording.said(wanted) if wanted.is_narrow else "",
        **_choices(wanted, actor),
    }


def _per(request: HttpRequest, usual: int) -> int:
    asked = request.GET.get("per", "")
    return int(asked) if asked in map(str, saved.PER_PAGE) else usual


def _head_url(wanted: Filters, column: columns.Column, per: int) -> str:
    return f"?{wanted.sorted_by(column.code).query}&per={per}" if column.sort else ""


def _choices(wanted: Filters, actor: Actor) -> dict[str, Any]:
    """What the filters offer (可选项)."""
    return {
        "scopes": filters.SCOPES,
        "lamps": filters.LAMPS,
        "days": filters.DAYS,
        "processes": [(name, shown.process_zh(name)) for name in registry.processes()],
        "states": _states(wanted.process),
        "cities": [(row.code, row.name) for row in divisions.cities(clock.today())],
        "offices": _offices(actor),
        "party": wording.party_zh(wanted.applicant or wanted.project or 0)
        if wanted.applicant or wanted.project
        else "",
    }


def _offices(actor: Actor) -> list[tuple[int, str]]:
    """The offices whose cases the officer sees, when there is a choice (可选单位)."""
    seen = viewer.offices(actor)
    if seen is not access.ALL and len(seen) < MANY_OFFICES:
        return []
    rows = Office.objects.order_by("code")
    rows = rows if seen is access.ALL else rows.filter(pk__in=list(seen))
    return list(rows.values_list("pk", "name"))


def _states(process: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The states to choose from, grouped by process (可选环节); without a process each brings its own."""
    chosen = [process] if process in registry.processes() else registry.processes()
    found = []
    for name in chosen:
        states = {
            s.name: s.zh for d in registry.versions(name) for s in d.states.values() if s.name != d.initial
        }
        before = "" if name == process else f"{name}:"
        found.append((shown.process_zh(name), [(f"{before}{code}", zh) for code, zh in states.items()]))
    return found


def empty_zh(wanted: Filters) -> str:
    """What an empty list says (空列表提示)."""
    if wanted.is_narrow:
        return "没有符合这些条件的办件。请放宽条件，或点“清除条件”重新查找。"
    if wanted.scope == "todo":
        return "眼下没有轮到您办理的办件。可以看看“在办”里有没有临期的。"
    return "您可见的范围内还没有这类办件。申请人提交后会出现在这里。"
