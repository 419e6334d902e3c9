"""How the gateway runs (运行页面), for its operator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhujianyun.apps.data_gateway.models import Service
from zhujianyun.apps.data_gateway.pages.frame import shown
from zhujianyun.apps.data_gateway.queries import operating
from zhujianyun.base import clock
from zhujianyun.ui.workbench import viewer

WINDOWS = {"60": "近 1 小时", "1440": "近 24 小时", "10080": "近 7 天"}


@require_safe
def running(request: HttpRequest) -> HttpResponse:
    """Calls, latencies, faults, consumers, circuits, lag (运行)."""
    operating.require_operator(viewer.actor(request))
    window = request.GET.get("window", "")
    window = window if window in WINDOWS else "60"
    rows = operating.recent(int(window))
    circuits = operating.circuits()
    services = [(one, _circuit(one, circuits)) for one in operating.services()]
    context = {
        "windows": WINDOWS, "window": window, "health": operating.health(), "spreads": operating.spreads(rows),
        "total": rows.count(), "failed": rows.filter(succeeded=False).count(), "sides": operating.sides(rows),
        "consumers": operating.consumers(), "slow": operating.slow(rows), "services": services,
        "keys": list(operating.keys()[:60]), "now": clock.now(), "unopened": list(operating.unopened()),
    }  # fmt: skip
    return shown(request, "running", "running", context)


def _circuit(service: Service, circuits: dict[str, dict[str, object]]) -> dict[str, object]:
    return circuits.get(service.code, {})
