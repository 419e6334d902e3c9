"""Acting on a selection (批量办理): choose the act, see the consequences, confirm, read what came of each."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.ui.workbench import bulk, errors, viewer
from zhujianyun.ui.workbench.filters import Filters
from zhujianyun.ui.workbench.models import BulkRun


@never_cache
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """What the selection allows; with an act chosen, its consequences to be confirmed (确认)."""
    try:
        selection = bulk.chosen(viewer.actor(request), _ids(request))
    except PlatformError as error:
        if errors.wants_json(request):
            return errors.answer(request, error)
        return render(request, "workbench/bulk.html", {"error": error, "back": _back(request)}, status=422)
    found = bulk.choices(selection)
    if errors.wants_json(request):
        return JsonResponse({"selected": len(selection), "choices": [_told(one) for one in found]})
    return render(request, "workbench/bulk.html", _context(request, selection, found))


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do it, then show what came of each (办理)."""
    made = bulk.run(
        viewer.account(request),
        viewer.actor(request),
        token=request.POST.get("token", ""),
        action=request.POST.get("action", ""),
        zh=request.POST.get("zh", ""),
        posted=request.POST.getlist("case"),
        reason=request.POST.get("reason", "").strip(),
    )
    return redirect(f"{reverse('workbench:bulk_done', args=[made.token])}?{_back(request)}")


@never_cache
@require_safe
def done(request: HttpRequest, token: str) -> HttpResponse:
    """What came of each case (逐件结果): for whoever did it."""
    made = BulkRun.objects.filter(account=viewer.account(request), token=token).first()
    if made is None:
        raise NotFound("没有这次批量办理的记录。", rule="workbench.bulk_run")
    context = {
        "made": made,
        "done": [one for one in made.lines if one["ok"]],
        "refused": [one for one in made.lines if not one["ok"]],
        "back": request.GET.urlencode() or "scope=open",
    }
    return render(request, "workbench/bulk_done.html", context)


def _ids(request: HttpRequest) -> list[int]:
    texts = request.GET.getlist("case")
    if not all(one.isascii() and one.isdigit() and len(one) < 18 for one in texts):
        raise RuleBroken("地址不完整，请回到列表重新勾选。", rule="workbench.bulk_form")
    return [int(one) for one in texts]


def _back(request: HttpRequest) -> str:
    """The list to go back to; whatever stands there is read as filters and written anew."""
    given = request.POST.get("back", "") or request.GET.get("back", "")
    return Filters.parse(given).query


def _told(one: bulk.Choice) -> dict[str, Any]:
    return {
        "action": one.action,
        "zh": one.zh,
        "can": len(one.can),
        "of": len(one.can) + len(one.cannot),
        "asks_reason": one.asks_reason,
    }


def _context(request: HttpRequest, selection: list[bulk.Chosen], found: list[bulk.Choice]) -> dict[str, Any]:
    asked = request.GET.get("action", "")
    chosen = next((one for one in found if one.action == asked), None)
    gone = asked and chosen is None
    return {
        "selection": selection,
        "unseen": len(set(request.GET.getlist("case"))) - len(selection),
        "choices": found,
        "chosen": chosen,
        "gone": gone,
        "token": bulk.fresh_token(),
        "back": _back(request),
    }
