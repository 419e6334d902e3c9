"""The pages of reporting (上报): where it stands, every package, what was refused, and reporting at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhujianyun.apps.data_catalogue.actions import reporting
from zhujianyun.apps.data_catalogue.forms.entry import ReasonForm
from zhujianyun.apps.data_catalogue.models import TransferRecord
from zhujianyun.apps.data_catalogue.pages.frame import asked, done, form_of, shown
from zhujianyun.apps.data_catalogue.queries import PUBLISH, reports
from zhujianyun.apps.data_catalogue.rules.transfer import packing, receipts
from zhujianyun.apps.data_catalogue.rules.transfer.records import TRIES
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.workbench import viewer

PER_PAGE = 50
RECENT = 20


def _officer(request: HttpRequest) -> Actor:
    """Packages name entries that are not shared: only who publishes sees them."""
    by = viewer.actor(request)
    access.require(by, PUBLISH)
    return by


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where reporting stands, the packages, what is still refused, the latest receipts (上报)."""
    _officer(request)
    context = {
        "standing": reports.standing(), "has_place": reporting.has_place(), "has_key": reporting.has_key(),
        "page": Paginator(reports.packages(), PER_PAGE).get_page(request.GET.get("page")), 
        "refused": list(reports.still_refused()[:200]), "tries": TRIES,
        "receipts": list(reports.receipts()[:RECENT]), "receipt_kinds": receipts.KINDS,
    }  # fmt: skip
    return shown(request, "reports", "reports", context)


@require_POST
def now(request: HttpRequest) -> HttpResponse:
    """Report at once (立即上报); what cannot be dropped now is dropped by the clock."""
    by = _officer(request)
    try:
        made = reporting.report_now(by=by)
    except PlatformError as error:
        messages.error(request, error.message_zh)
        return redirect("data_catalogue:reports")
    try:
        reporting.exchange()
        messages.success(request, f"第 {made.sequence} 批已投递，共 {made.count} 条。")
    except PlatformError as error:
        messages.error(request, f"第 {made.sequence} 批已组包，暂未投递，稍后自动重试。{error.message_zh}")
    return redirect("data_catalogue:report", made.sequence)


@require_safe
def show(request: HttpRequest, sequence: int) -> HttpResponse:
    """One package with its records and receipts (批次)."""
    _officer(request)
    package, state = reports.package_of(sequence), request.GET.get("state", "")
    context = {
        "package": package, "state": state, "states": TransferRecord.State.choices, 
        "page": Paginator(reports.records(package, state), 100).get_page(request.GET.get("page")),
        "kept": f"state={state}" if state else "", "receipt_kinds": receipts.KINDS, "tries": TRIES,
        "receipts": list(reports.receipts().filter(package=package)),
    }  # fmt: skip
    return shown(request, "report", "reports", context)


@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, sequence: int) -> HttpResponse:
    """Give a package up (作废)."""
    by = _officer(request)
    package = reports.package_of(sequence)
    form, back = form_of(request, ReasonForm), reverse("data_catalogue:report", args=[sequence])
    if done(request, form, lambda: reporting.void(package, by=by, **form.cleaned_data), "已作废。"):
        return redirect(back)
    after = "批次号不再使用，其中的记录列入下一批；此后收到的该批回执不再采信"
    return asked(request, form, f"作废第 {sequence} 批", after, back, "reports")


@require_safe
def file(request: HttpRequest, sequence: int, part: str) -> HttpResponse:
    """The package or its signature, as it was dropped (下载包、签名)."""
    _officer(request)
    package = reports.package_of(sequence)
    if part not in ("zip", "sig"):
        raise Http404
    content = reporting.content_of(package) if part == "zip" else reporting.signature_of(package)
    name = packing.name_of(reporting.SENDER, sequence) + ("" if part == "zip" else ".sig")
    kind = "application/zip" if part == "zip" else "application/json"
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
