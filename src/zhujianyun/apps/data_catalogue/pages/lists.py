"""The lists: entries, drafts, findings, regulations (列表页)."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from zhujianyun.apps.data_catalogue.actions import finding, regulating
from zhujianyun.apps.data_catalogue.forms import entry as forms
from zhujianyun.apps.data_catalogue.forms.wording import CYCLES, SHARES
from zhujianyun.apps.data_catalogue.models import CatalogueFinding, RegulationIssued
from zhujianyun.apps.data_catalogue.pages.frame import asked, done, form_of, shown
from zhujianyun.apps.data_catalogue.queries import pages
from zhujianyun.apps.data_catalogue.rules.lints import RULES_ZH
from zhujianyun.base import clock, files
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import queries as access
from zhujianyun.ui.workbench import viewer

PER_PAGE = 50
MOST_BYTES = 50 * 1024**2
NARROW = ("share", "cycle", "provider", "open", "mounted", "findings", "q")


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The entries by code (目录列表)."""
    by, wanted, refusal = viewer.actor(request), request.GET.dict(), ""
    try:
        rows = pages.listed(by, wanted)
    except RuleBroken as error:
        rows, refusal = pages.listed(by, {**wanted, "q": ""}).none(), error.message_zh
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")), "wanted": wanted,
        "state": wanted.get("state", "published"), "states": pages.STATES, "shares": SHARES, "cycles": CYCLES,
        "providers": pages.providers(by), "kept": kept.urlencode(), "refusal": refusal,
        "is_narrow": any(wanted.get(name) for name in NARROW),
    }  # fmt: skip
    return shown(request, "entries", "entries", context)


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """What is being written (编制中)."""
    rows = list(pages.drafts(viewer.actor(request))[:200])
    return shown(request, "drafts", "drafts", {"rows": rows, "today": clock.today()})


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """What is wrong (问题列表)."""
    by, wanted = viewer.actor(request), request.GET.dict()
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "page": Paginator(pages.findings(by, wanted), PER_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted, "rules": RULES_ZH, "providers": pages.providers(by), "kept": kept.urlencode(),
        "severities": CatalogueFinding.Severity.choices, "today": clock.today(),
    }  # fmt: skip
    return shown(request, "findings", "findings", context)


@require_http_methods(["GET", "POST"])
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a finding rest (豁免问题)."""
    by = viewer.actor(request)
    row = get_object_or_404(CatalogueFinding.objects.select_related("resource__provider"), pk=pk)
    pages.entry_of(row.resource_id, by)
    form = form_of(request, forms.WaiveForm)
    back = reverse("data_catalogue:findings")
    if done(request, form, lambda: finding.waive(row, by=by, **form.cleaned_data), "已豁免。"):
        return redirect(back)
    after = "到期前不再提示，但仍计入目录问题；到期自动恢复"
    return asked(request, form, f"豁免：{row.text}", after, back, "findings", entry=row.resource)


@require_http_methods(["GET", "POST"])
def regulations(request: HttpRequest) -> HttpResponse:
    """The regulations that were issued, and a form for another (管理办法)."""
    by = viewer.actor(request)
    form = form_of(request, forms.RegulationForm)

    def act() -> None:
        given = dict(form.cleaned_data)
        file = given.pop("file")
        kept = files.put(file, name=file.name, limit=MOST_BYTES) if file else None
        regulating.issue_regulation(by=by, issuer=access.office("450000"), file=kept, **given)

    if done(request, form, act, "已登记。"):
        return redirect("data_catalogue:regulations")
    rows = RegulationIssued.objects.select_related("issuer", "file")
    status = 422 if form.errors else 200
    return shown(request, "regulations", "regulations", {"form": form, "rows": rows}, status=status)


@require_safe
def regulation_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of a regulation (下载正文)."""
    from django.http import FileResponse

    row = get_object_or_404(RegulationIssued.objects.select_related("file"), pk=pk, file__isnull=False)
    assert row.file is not None
    answer = FileResponse(row.file.open(), as_attachment=True, filename=row.file.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
