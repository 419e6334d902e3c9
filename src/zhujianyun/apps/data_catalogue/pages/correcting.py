"""Corrections in the workbench: the list, a report, the page of one (校核页)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhujianyun.apps.data_catalogue.actions import correcting
from zhujianyun.apps.data_catalogue.forms.correction import ReportForm
from zhujianyun.apps.data_catalogue.models import DataCorrection
from zhujianyun.apps.data_catalogue.pages.frame import shown
from zhujianyun.apps.data_catalogue.queries import REQUEST, corrections, pages, requests
from zhujianyun.base import clock, files
from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import dossier as dossiers
from zhujianyun.kernel.case import queries as cases
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.resource.models import Override
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.ui.workbench import viewer
from zhujianyun.ui.workbench.pages.handling import offers_for

PER_PAGE = 30
MOST_BYTES = 20 * 1024**2
ASKED = {
    "refuse": "不予受理的理由",
    "uphold": "维持原值的理由",
    "reopen": "要求再核的理由",
    "extend:reply": "延期理由",
}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The corrections (校核列表)."""
    by, wanted = viewer.actor(request), request.GET.dict()
    todo = corrections.visible(by).filter(corrections.waiting(by)).count()
    wanted.setdefault("scope", "todo" if todo else "all")
    kept = request.GET.copy()
    kept.pop("page", None)
    definition = registry.in_force(correcting.PROCESS, clock.today())
    context = {
        "page": Paginator(corrections.listed(by, wanted), PER_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted, "scopes": corrections.SCOPES, "todo": todo, "today": clock.today(),
        "states": [(one.name, one.zh) for one in definition.states.values() if one.name != "draft"],
        "kept": kept.urlencode(),
    }  # fmt: skip
    return shown(request, "corrections", "corrections", context)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report a value of an entry (提出校核)."""
    by = viewer.actor(request)
    access.require(by, REQUEST)
    entry = pages.entry_of(pk, by)
    items = edition_now(entry).item_list if entry.edition else ()
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReportForm(*given, items=items, offices=requests.consumers(by))
    if given and form.is_valid():
        try:
            made = correcting.report(
                entry, form.wrong(), by=by, key=request.POST.get("key", "")[:60], office=form.cleaned_data["office"],
                evidence=evidence_of(form),
            )  # fmt: skip
            messages.success(request, f"已提交，编号 {made.case.number}。")
            return redirect("data_catalogue:correction", pk=made.pk)
        except PlatformError as error:
            told(form, error)
    context = {
        "form": form, "entry": entry, "key": request.POST.get("key") or secrets.token_hex(8),
        "title": f"校核：{entry.title}",
    }  # fmt: skip
    return shown(request, "report_value", "corrections", context, status=422 if given else 200)


def evidence_of(form: ReportForm) -> Any:
    """The evidence that was sent along, kept (证据文件); None without.

    Raises:
        RuleBroken: a kind of file that is not taken, or too large.
    """
    file = form.cleaned_data.get("evidence")
    return files.put(file, name=file.name, limit=MOST_BYTES) if file else None


def told(form: ReportForm, error: PlatformError) -> None:
    """Each fault beside its field; what has none stands above the form (错误提示)."""
    fields: dict[str, str] = dict(error.details.get("fields") or {}) if isinstance(error, RuleBroken) else {}
    for name, said in fields.items():
        form.add_error(name if name in form.fields else None, f"{said}。")
    if not fields:
        form.add_error(None, error.message_zh)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One correction: what was reported, what can be done (校核页)."""
    return _page(request, corrections.correction_of(pk, viewer.actor(request)))


def _page(
    request: HttpRequest, row: DataCorrection, refused: PlatformError | None = None, status: int = 200
) -> HttpResponse:
    by = viewer.actor(request)
    definition = registry.get(row.case.process, row.case.definition_version)
    offered = [one for one in offers_for(dossiers.read(row.case), definition, by) if one.allowed]
    context = {
        "row": row, "refused": refused, "subject": row.case.facts.get("subject", {}),
        "acts": [(one, ASKED.get(one.action)) for one in offered], "timeline": cases.timeline(row.case),
        "clocks": list(row.case.clocks.order_by("pk")), "today": clock.today(),
        "overrides": list(Override.objects.filter(case_number=row.case.number)), "typed": request.POST if refused else {},
        "sees_case": cases.visible(by).filter(pk=row.case_id).exists(),
    }  # fmt: skip
    return shown(request, "correction", "corrections", context, status=status)


@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One act on a correction (办理)."""
    by = viewer.actor(request)
    row = corrections.correction_of(pk, by)
    act = ACTS.get(name)
    if act is None:
        raise NotFound("没有这个动作。", rule="correction.act")
    text = request.POST.get("version", "")
    try:
        act(row, request, by, int(text) if text.isdecimal() and len(text) < 10 else -1)
    except PlatformError as error:
        return _page(request, corrections.correction_of(pk, by), error, error.http_status)
    messages.success(request, "已办理。")
    return redirect("data_catalogue:correction", pk=pk)


Act = Callable[[DataCorrection, HttpRequest, Actor, int], Any]


def _plain(name: str) -> Act:
    def act(row: DataCorrection, request: HttpRequest, by: Actor, version: int) -> Any:
        reason = request.POST.get("reason", "").strip()
        return correcting.step(row, name, by, expected=version, reason=reason)

    return act


def _correct(row: DataCorrection, request: HttpRequest, by: Actor, version: int) -> Any:
    value, ground = request.POST.get("value", ""), request.POST.get("ground", "")
    return correcting.correct(row, value, by=by, ground=ground, expected=version)


ACTS: dict[str, Act] = {
    "correct": _correct,
    **{
        name: _plain(name)
        for name in (
            "accept",
            "refuse",
            "begin",
            "uphold",
            "close",
            "reopen",
            "withdraw",
            "extend:reply",
        )  # fmt: skip
    },
}
