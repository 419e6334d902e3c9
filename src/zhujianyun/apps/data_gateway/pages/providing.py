"""Who used the data of an office (提供方页面): readers, single calls, one call with its proof."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhujianyun.apps.data_gateway.pages.frame import shown
from zhujianyun.apps.data_gateway.queries import VIEW, details, providing
from zhujianyun.kernel import access
from zhujianyun.ui.workbench import viewer

PER_PAGE = 50


@require_safe
def readers(request: HttpRequest) -> HttpResponse:
    """Calls by consumer, purpose, items and rows (谁用了数据)."""
    by, wanted = viewer.actor(request), request.GET.dict()
    access.require(by, VIEW)
    found = providing.readers(by, wanted)
    context = {
        "readers": found, "wanted": wanted, "spans": providing.SPANS, "span": wanted.get("span", "30"),
        "services": list(providing.services(by)), "callers": providing.callers(by),
        "calls": sum(one.calls for one in found), "history": sum(one.history for one in found),
        "is_narrow": any(wanted.get(name) for name in ("service", "q")),
    }  # fmt: skip
    return shown(request, "readers", "readers", context)


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Single calls, the last first (调用明细)."""
    by, wanted = viewer.actor(request), request.GET.dict()
    access.require(by, VIEW)
    page = Paginator(providing.calls(by, wanted), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "lines": providing.named(list(page)), "wanted": wanted,
        "services": list(providing.services(by)),
        "is_narrow": any(wanted.get(name) for name in ("service", "grant", "consumer", "outcome")),
    }  # fmt: skip
    return shown(request, "readers", "calls", context)


@require_safe
def call(request: HttpRequest, call_id: str) -> HttpResponse:
    """One call: what was asked and answered, how long each side took, its leaf in the journal (调用详情)."""
    by = viewer.actor(request)
    one, may_list = details.call_of(call_id, by), access.allows(by, VIEW)
    context = {"call": one.call, "one": one, "may_list": may_list}
    return shown(request, "readers" if may_list else "mine", "call", context)
