"""The lists: systems, plans, findings, probes (列表页)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhujianyun.apps.asset_inventory.models import AllowedRange, Finding, Probe
from zhujianyun.apps.asset_inventory.pages.frame import shown
from zhujianyun.apps.asset_inventory.queries import pages, visible
from zhujianyun.apps.asset_inventory.rules.finding import RULES_ZH
from zhujianyun.base import clock
from zhujianyun.ui.workbench import viewer


@require_safe
def systems(request: HttpRequest) -> HttpResponse:
    """Every system, the worst first (系统列表)."""
    by, wanted = viewer.actor(request), request.GET.dict()
    lines = pages.listed(by, wanted)
    context = {
        "lines": lines, "wanted": wanted, "state": wanted.get("state", "live"), "states": pages.STATES,
        "levels": pages.LEVELS, "owners": pages.owners(by), "kept": request.GET.urlencode(),
        "is_narrow": any(wanted.get(name) for name in ("owner", "level", "only", "q")),
    }  # fmt: skip
    return shown(request, "systems", "systems", context)


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """The plans with their milestones (迁移计划)."""
    context = {"boards": pages.boards(viewer.actor(request)), "today": clock.today()}
    return shown(request, "plans", "plans", context)


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """What is wrong, the worst first (问题列表)."""
    by, wanted = viewer.actor(request), request.GET.dict()
    context = {
        "rows": pages.findings(by, wanted), "wanted": wanted, "rules": RULES_ZH, "owners": pages.owners(by),
        "severities": Finding.Severity.choices, "today": clock.today(),
    }  # fmt: skip
    return shown(request, "findings", "findings", context)


@require_safe
def probes(request: HttpRequest) -> HttpResponse:
    """Every probe with its last weeks, the worst first; and the white list (探测)."""
    seen = visible(viewer.actor(request)).order_by()
    found = pages.pulses(Probe.objects.filter(system__record__in=seen, is_on=True))
    rank = {"down": 0, "degraded": 1, "unknown": 2, "up": 3}
    found.sort(key=lambda pulse: (rank[pulse.probe.state], pulse.probe.system.name, pulse.probe.pk))
    context = {"pulses": found, "ranges": list(AllowedRange.objects.all()), "days": pages.STRIP_DAYS}
    return shown(request, "probes", "probes", context)
