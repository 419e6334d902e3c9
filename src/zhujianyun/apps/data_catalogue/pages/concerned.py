"""The entrance for the person concerned (当事人校核): in the hall, signed in."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhujianyun.apps.data_catalogue.actions import correcting
from zhujianyun.apps.data_catalogue.forms.correction import ReportForm
from zhujianyun.apps.data_catalogue.models import DataCorrection
from zhujianyun.apps.data_catalogue.pages.correcting import evidence_of, told
from zhujianyun.apps.data_catalogue.queries import corrections
from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.kernel.case import queries as cases
from zhujianyun.kernel.case.definition import registry
from zhujianyun.ui.hall.visiting import Visitor, applicants_only, visitor_of

ACTS = {"close": "确认结果", "reopen": "要求再核", "withdraw": "撤回"}


@applicants_only
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Which data, and what was reported so far (我要校核)."""
    rows = DataCorrection.objects.filter(case__applicant__in=_visitor(request).subject_ids)
    entries = [(entry, entry.code.replace("/", "-")) for entry, _ in corrections.for_persons()]
    context = {"entries": entries, "rows": rows.select_related("case")}
    return render(request, "data_catalogue/open/corrections.html", context)


@applicants_only
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, name: str) -> HttpResponse:
    """Report a value about oneself (提出校核)."""
    visitor = _visitor(request)
    found = [
        (entry, items) for entry, items in corrections.for_persons() if entry.code == name.replace("-", "/")
    ]
    if not found:
        raise NotFound("没有这项数据，请从列表中选择。", rule="correction.entry")
    entry, items = found[0]
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReportForm(*given, items=items)
    if given and form.is_valid():
        try:
            row = correcting.report(
                entry, form.wrong(), by=visitor.actor(), key=request.POST.get("key", "")[:60], person=visitor.subject,
                evidence=evidence_of(form),
            )  # fmt: skip
            return redirect("open_data:correction", pk=row.pk)
        except PlatformError as error:
            told(form, error)
    context = {"form": form, "entry": entry, "key": request.POST.get("key") or secrets.token_hex(8)}
    return render(request, "data_catalogue/open/correct.html", context, status=422 if given else 200)


@applicants_only
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """How a report stands (校核进展)."""
    row = _own(request, pk)
    definition = registry.get(row.case.process, row.case.definition_version)
    actions = definition.states[row.case.state].actions
    context = {
        "row": row, "subject": row.case.facts.get("subject", {}), "timeline": cases.timeline(row.case),
        "acts": [(name, zh) for name, zh in ACTS.items() if name in actions],
    }  # fmt: skip
    return render(request, "data_catalogue/open/correction.html", context)


@applicants_only
@require_POST
def do(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Confirm, ask for another check, withdraw (当事人办理).

    Raises:
        RuleBroken: what does not go now; the hall's error page says why.
    """
    row, visitor = _own(request, pk), _visitor(request)
    if name not in ACTS:
        raise NotFound("没有这个动作。", rule="correction.act")
    text = request.POST.get("version", "")
    correcting.step(
        row, name, visitor.actor(row.case.applicant), expected=int(text) if text.isdecimal() and len(text) < 10 else -1,
        reason=request.POST.get("reason", "").strip(),
    )  # fmt: skip
    return redirect("open_data:correction", pk=pk)


def _visitor(request: HttpRequest) -> Visitor:
    found = visitor_of(request)
    if found is None:
        raise NotFound("请先登录。", rule="hall.signed_out")
    return found


def _own(request: HttpRequest, pk: int) -> DataCorrection:
    rows = DataCorrection.objects.select_related("case__applicant", "provider")
    found = rows.filter(pk=pk, case__applicant__in=_visitor(request).subject_ids).first()
    if found is None:
        raise NotFound("没有这件校核，请从列表中选择。", rule="correction.known")
    return found
