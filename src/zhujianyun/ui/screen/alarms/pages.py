"""The alarms on the desk (告警页): new, acknowledged, closed; one by one or a whole group."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base.errors import NotAllowed, PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.indicator import alarms
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.indicator.alarms.models import Alarm, AlarmState
from zhujianyun.ui.workbench import viewer

PER_PAGE = 30
SEE = "screen.view"


def may_see(actor: Actor) -> bool:
    """Whether somebody may see the alarms: whoever sees screens or handles alarms (是否可看告警)."""
    return any(access.allows(actor, code) for code in ("platform.configure", alarms.HANDLE, SEE))


def may_handle(actor: Actor) -> bool:
    """Whether somebody may acknowledge and close (是否可处理告警)."""
    return access.allows(actor, "platform.configure") or access.allows(actor, alarms.HANDLE)


def _seer(request: HttpRequest) -> Actor:
    actor = viewer.actor(request)
    if not may_see(actor):
        raise NotAllowed("您没有查看告警的权限，如工作需要请向安全管理员申请。", rule="access.default_deny")
    return actor


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The alarms of one state (告警列表)."""
    return _index(request, _seer(request))


def _index(request: HttpRequest, actor: Actor, error: PlatformError | None = None) -> HttpResponse:
    state = request.GET.get("state", AlarmState.NEW)
    state = state if state in AlarmState.values else AlarmState.NEW
    page = Paginator(_of(state), PER_PAGE).get_page(request.GET.get("page"))
    counts = dict(Alarm.objects.values_list("state").annotate(n=Count("pk")))
    context = {
        "page": page, "state": state, "error": error, "may_handle": may_handle(actor),
        "rows": [_row(alarm) for alarm in page],
        "tabs": [(value, label, counts.get(value, 0)) for value, label in AlarmState.choices],
        "groups": [g for g in alarms.groups() if g.new > 1] if state == AlarmState.NEW else [],
    }  # fmt: skip
    return render(request, "screen_alarms/alarms.html", context, status=error.http_status if error else 200)


def _of(state: str) -> QuerySet[Alarm]:
    rows = Alarm.objects.filter(state=state).prefetch_related("events")
    if state == AlarmState.CLOSED:
        return rows.order_by("-closed_at", "-pk")
    ranked = alarms.open_().filter(state=state)
    return ranked.prefetch_related("events")


def _row(alarm: Alarm) -> dict[str, Any]:
    known = {definition.code for definition in indicators.all_()}
    figure = reverse("screen:figure", args=[alarm.indicator]) if alarm.indicator in known else ""
    return {"alarm": alarm, "link": alarm.link or figure, "events": list(alarm.events.all())}


@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that somebody takes care (确认一条)."""
    actor, alarm = _seer(request), get_object_or_404(Alarm, pk=pk)
    try:
        alarms.acknowledge(alarm, by=actor, why=request.POST.get("why", ""))
    except PlatformError as error:
        return _index(request, actor, error)
    messages.success(request, f"已确认“{alarm.title}”。")
    return redirect("alarms:index")


@require_POST
def acknowledge_group(request: HttpRequest) -> HttpResponse:
    """Acknowledge all new alarms of a rule (确认一组)."""
    actor = _seer(request)
    found = Alarm.objects.filter(code=request.POST.get("code", ""), state=AlarmState.NEW)
    try:
        count = alarms.acknowledge_many(found, by=actor, why=request.POST.get("why", ""))
    except PlatformError as error:
        return _index(request, actor, error)
    messages.success(request, f"已确认 {count} 条。")
    return redirect("alarms:index")


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it is over and why (关闭一条)."""
    actor, alarm = _seer(request), get_object_or_404(Alarm, pk=pk)
    try:
        alarms.close(alarm, by=actor, reason=request.POST.get("reason", ""))
    except PlatformError as error:
        return _index(request, actor, error)
    messages.success(request, f"已关闭“{alarm.title}”。")
    return redirect(f"{reverse('alarms:index')}?state={request.POST.get('state', AlarmState.NEW)}")
