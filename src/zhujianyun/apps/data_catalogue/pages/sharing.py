"""Requests and grants: the lists, the page of one request, and what is done there (共享申请页)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.apps.data_catalogue.actions import deciding, requesting
from zhujianyun.apps.data_catalogue.forms import sharing as forms
from zhujianyun.apps.data_catalogue.models import SharingRequest
from zhujianyun.apps.data_catalogue.pages.frame import shown
from zhujianyun.apps.data_catalogue.queries import requests
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import dossier as dossiers
from zhujianyun.kernel.case import papers
from zhujianyun.kernel.case import queries as cases
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.resource.models import Grant
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.ui.workbench import viewer
from zhujianyun.ui.workbench.pages.handling import offers_for

PER_PAGE = 30
RULING = ("propose", "consent")
LINKED = ("supply", "renew")
ASKED = {
    "return": ("gaps", "需要补正的全部内容"), "send_back": ("reason", "退回理由"), "suspend": ("reason", "暂停理由"),
    "resume": ("reason", "恢复理由"), "revoke": ("reason", "收回理由"), "reconsider": ("reason", "退回理由"),
    "extend:reply": ("reason", "延期理由"), "refuse": ("reason", "不予共享的理由"),
}  # fmt: skip


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The requests (申请列表)."""
    by, wanted = viewer.actor(request), request.GET.dict()
    counted = requests.numbers(by)
    wanted.setdefault("scope", "todo" if counted["todo"] else "all")
    kept = request.GET.copy()
    kept.pop("page", None)
    definition = registry.in_force(requesting.PROCESS, clock.today())
    context = {
        "page": Paginator(requests.listed(by, wanted), PER_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted, "scopes": requests.SCOPES, "counted": counted, "today": clock.today(),
        "states": [(one.name, one.zh) for one in definition.states.values() if one.name != "draft"],
        "kept": kept.urlencode(),
    }  # fmt: skip
    return shown(request, "requests", "requests", context)


@require_safe
def grants(request: HttpRequest) -> HttpResponse:
    """The grants that we use and that we gave (授权列表)."""
    by, wanted = viewer.actor(request), request.GET.dict()
    page = Paginator(requests.grants(by, wanted), PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    items = _item_names(page.object_list)
    rows = [(one, [items[one.resource_id].get(code, code) for code in one.items], requests.runs_out_soon(one))
            for one in page.object_list]  # fmt: skip
    context = {
        "page": page,
        "rows": rows,
        "wanted": wanted,
        "states": Grant.State.choices,
        "kept": kept.urlencode(),
    }
    return shown(request, "grants", "grants", context)


def _item_names(rows: Any) -> dict[int, dict[str, str]]:
    """The Chinese names of items, by entry, in one query."""
    from django.db.models import F

    from zhujianyun.kernel.resource.models import Edition

    found = Edition.objects.filter(
        resource__in=[one.resource_id for one in rows], number=F("resource__edition")
    )
    return {one.resource_id: {item.code: item.zh for item in one.item_list} for one in found}


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what was asked, what was decided, what can be done (申请页)."""
    return _page(request, requests.request_of(pk, viewer.actor(request)))


def _page(
    request: HttpRequest, row: SharingRequest, refused: PlatformError | None = None, status: int = 200
) -> HttpResponse:
    by = viewer.actor(request)
    offered = _offered(row, by)
    faults = dict(refused.details.get("fields") or {}) if isinstance(refused, RuleBroken) else {}
    typed = request.POST if refused is not None and request.POST.get("per_second") else None
    ruling = next((one for one in offered if one.action in RULING), None)
    entry_items = edition_now(row.resource).item_list if row.resource.edition else ()
    context = {
        "row": row, "items": list(row.items.all()), "refused": refused, "faults": faults, "ruling": ruling,
        "lines": forms.lines_of(row, typed, faults) if ruling else [],
        "filters": forms.filter_lines(forms.row_filter_of(typed) if typed else row.granted_filter),
        "conditions": forms.conditions_zh(row.granted_filter or row.row_filter, {one.code: one.zh for one in entry_items}),
        "operators": forms.OPERATORS_ZH, "entry_items": entry_items,
        "acts": [(one, ASKED.get(one.action)) for one in offered if one.action not in (*RULING, *LINKED)],
        "links": [one for one in offered if one.action in LINKED], "subject": row.case.facts.get("subject", {}),
        "timeline": cases.timeline(row.case), "clocks": list(row.case.clocks.order_by("pk")),
        "papers": list(row.case.papers.order_by("pk")), "today": clock.today(),
        "sees_case": cases.visible(by).filter(pk=row.case_id).exists(),
    }  # fmt: skip
    return shown(request, "request", "requests", context, status=status)


def _offered(row: SharingRequest, by: Actor) -> list[Any]:
    definition = registry.get(row.case.process, row.case.definition_version)
    return [one for one in offers_for(dossiers.read(row.case), definition, by) if one.allowed]


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One act on a request (办理)."""
    by = viewer.actor(request)
    row = requests.request_of(pk, by)
    act = ACTS.get(name)
    if act is None:
        raise NotFound("没有这个动作。", rule="sharing.act")
    try:
        act(row, request, by)
    except PlatformError as error:
        return _page(request, requests.request_of(pk, by), error, error.http_status)
    messages.success(request, "已办理。")
    return redirect("data_catalogue:request", pk=pk)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _limits(request: HttpRequest) -> dict[str, Any]:
    found = {}
    for name in ("per_second", "page_limit"):
        text = request.POST.get(name, "")
        found[name] = int(text) if text.isdecimal() and len(text) < 9 else 0
    if not all(found.values()):
        said = "每秒上限和每页上限请填正整数"
        raise RuleBroken(f"{said}。", rule="sharing.limits", fields={"limits": said})
    return {**found, "row_filter": forms.row_filter_of(request.POST)}


def _rule(act: Callable[..., Any]) -> Callable[[SharingRequest, HttpRequest, Actor], Any]:
    def ruled(row: SharingRequest, request: HttpRequest, by: Actor) -> Any:
        more = {"opinion": request.POST.get("opinion", "")} if act is deciding.propose else {}
        return act(
            row,
            forms.ruled_of(row, request.POST),
            by=by,
            expected=_version(request),
            **_limits(request),
            **more,
        )

    return ruled


def _said(act: Callable[..., Any], *names: str) -> Callable[[SharingRequest, HttpRequest, Actor], Any]:
    def said(row: SharingRequest, request: HttpRequest, by: Actor) -> Any:
        more = {name: request.POST.get(name, "").strip() for name in names}
        return act(row, by=by, expected=_version(request), **more)

    return said


ACTS: dict[str, Callable[[SharingRequest, HttpRequest, Actor], Any]] = {
    "propose": _rule(deciding.propose), "consent": _rule(deciding.consent),
    "return": _said(deciding.send_back_once, "gaps"), "refuse": _said(deciding.refuse, "reason", "basis"),
    "send_back": _said(deciding.send_back, "reason"), "extend:reply": _said(deciding.extend, "reason"),
    "deliver": _said(deciding.deliver), "reconsider": _said(deciding.reconsider, "reason"),
    "suspend": _said(deciding.suspend, "reason"), "resume": _said(deciding.resume, "reason"),
    "revoke": _said(deciding.revoke, "reason"), "withdraw": _said(requesting.withdraw),
}  # fmt: skip


@xframe_options_sameorigin
@require_safe
def paper(request: HttpRequest, pk: int, paper: int) -> FileResponse:
    """A paper of the request, for both sides (文书)."""
    row = requests.request_of(pk, viewer.actor(request))
    found = row.case.papers.filter(pk=paper).first()
    if found is None:
        raise NotFound("没有这份文书。", rule="sharing.paper")
    file = papers.file_of(found)
    answer = FileResponse(
        file.open(), filename=f"{found.doc}-{found.number}.pdf", content_type="application/pdf"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
