"""What a consumer has (使用方页面): his services, the documentation of each, a call to try."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_safe

from zhujianyun.apps.data_gateway.forms import KeyForm, TryForm
from zhujianyun.apps.data_gateway.pages import describing, trying
from zhujianyun.apps.data_gateway.pages.frame import shown
from zhujianyun.apps.data_gateway.queries import CONSUME, consuming
from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.workbench import viewer

WIDTH, HEIGHT = 620, 116
CALLS_SHOWN = 20


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My services, keys, days and errors (我的接口)."""
    return mine_page(request, viewer.actor(request))


def mine_page(
    request: HttpRequest, by: Actor, *, form: KeyForm | None = None, secret: Any = None
) -> HttpResponse:
    """The page itself, also after a key was issued or refused (我的接口).

    Raises:
        NotAllowed: without "data_gateway.consume" anywhere.
    """
    access.require(by, CONSUME)
    lines = consuming.lines(by)
    usable = sum(line.is_usable for line in lines)
    context = {
        "lines": lines, "usable": usable, "minus_usable": -usable, "keys": list(consuming.keys(by)),
        "errors": consuming.errors(by), "form": form or KeyForm(offices=consuming.offices(by)), "secret": secret,
        "now": clock.now(), "may_consume": True, **bars(consuming.days(by, clock.today())),
    }  # fmt: skip
    return shown(request, "mine", "mine", context)


@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, code: str) -> HttpResponse:
    """One service: its documentation, and a call to try (服务说明)."""
    by = viewer.actor(request)
    held = consuming.grant_of(code, by)
    doc = describing.doc_of(held, by)
    form = TryForm(request.POST or None, initial={"path": doc.example if doc else ""})
    answer = None
    if request.method == "POST" and doc is not None and form.is_valid():
        answer = trying.call(doc, form.cleaned_data)
    context = {
        "grant": held, "line": consuming.line_of(held), "look_ups": consuming.look_ups(held), "corrections": consuming.corrections(held), "doc": doc, "form": form, "answer": answer,
        "calls": list(consuming.calls(by).filter(grant=held.code)[:CALLS_SHOWN]), "calls_shown": CALLS_SHOWN,
        **bars(list(consuming.line_of(held).days)),
    }  # fmt: skip
    return shown(request, "mine", "grant", context)


@require_safe
def openapi(request: HttpRequest, code: str) -> HttpResponse:
    """The documentation as OpenAPI (下载接口说明)."""
    by = viewer.actor(request)
    held = consuming.grant_of(code, by)
    answer = JsonResponse(
        describing.document_of(held, by), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{code}.openapi.json"'
    return answer


def bars(days: list[consuming.Day]) -> dict[str, Any]:
    """Days as bars of a small picture (每日柱)."""
    step = WIDTH / max(len(days), 10)
    made = [
        {"day": day, "x": round(n * step + 1, 1), "width": round(step - 2, 1),
         "height": round(max(day.share, 1) / 100 * HEIGHT, 1),
         "y": round(HEIGHT + 2 - max(day.share, 1) / 100 * HEIGHT, 1)}
        for n, day in enumerate(days)
    ]  # fmt: skip
    return {
        "days": days, "bars": made, "most": max((day.calls for day in days), default=0),
        "has_old": any(day.history for day in days),
    }  # fmt: skip
