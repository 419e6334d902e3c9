"""The list of cases (办件列表): dense, filtered, only what the viewer may see."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel.case.definition import registry
from zhujianyun.ui.workbench import queries, shown, viewer
from zhujianyun.ui.workbench.listing import lines

PER_PAGE = 50


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The list, filtered by what stands in the address (列表)."""
    wanted = queries.Filters.read(request.GET.dict())
    actor = viewer.actor(request)
    page = Paginator(queries.listed(actor, wanted), PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "wanted": wanted,
        "page": page,
        "lines": lines(page.object_list, shown.Days(clock.today())),
        "scopes": queries.SCOPES,
        "sorts": queries.SORTS,
        "lamps": queries.LAMPS,
        "processes": [(name, shown.process_zh(name)) for name in registry.processes()],
        "states": _states(wanted.process),
        "cities": [(row.code, row.name) for row in divisions.cities(clock.today())],
        "kept": kept.urlencode(),
        "with_due": wanted.scope not in ("settled", "ended"),
        "with_accepted": wanted.scope != "all",
        "with_end": wanted.scope in ("settled", "ended", "all"),
        "empty": _empty_zh(wanted),
    }
    return render(request, "workbench/cases.html", context)


def _states(process: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The states to choose from, grouped by process (可选环节)."""
    chosen = [process] if process in registry.processes() else registry.processes()
    found = []
    for name in chosen:
        states = {
            s.name: s.zh for d in registry.versions(name) for s in d.states.values() if s.name != d.initial
        }
        found.append((shown.process_zh(name), list(states.items())))
    return found


def _empty_zh(wanted: queries.Filters) -> str:
    if wanted.is_narrow:
        return "没有符合这些条件的办件。请放宽条件，或点“清除条件”重新查找。"
    if wanted.scope == "todo":
        return "眼下没有轮到您办理的办件。可以看看“在办”里有没有临期的。"
    return "您可见的范围内还没有这类办件。申请人提交后会出现在这里。"
