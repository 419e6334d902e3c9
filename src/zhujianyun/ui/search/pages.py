"""The page of results (检索页)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhujianyun.base.errors import RuleBroken
from zhujianyun.ui.search import queries, registry, words
from zhujianyun.ui.workbench import viewer


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What the officer may see that has every word he typed (检索结果)."""
    asked = " ".join(request.GET.get("q", "").replace("\x00", "").split())
    kind = request.GET.get("kind", "")
    kind = kind if registry.get(kind) else ""
    context = {
        "search_q": asked[: words.LONGEST_QUESTION],
        "is_cut": len(asked) > words.LONGEST_QUESTION,
        "most": words.LONGEST_QUESTION,
        "kind": kind,
        "kinds": [one.zh for one in registry.all_()],
    }
    if asked:
        context |= _found(request, asked, kind)
    return render(request, "search/results.html", context)


def _found(request: HttpRequest, asked: str, kind: str) -> dict[str, object]:
    try:
        found = queries.find(viewer.actor(request), asked, kind=kind, page=_page(request))
    except RuleBroken as error:
        return {"error": error.message_zh}
    known = registry.get(kind)
    return {
        "found": found,
        "kind_zh": known.zh if known else "",
        "base": urlencode({"q": asked[: words.LONGEST_QUESTION]}),
    }


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
