"""The graph of links (互联图): a picture laid out on the server, and the same as a list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhujianyun.apps.asset_inventory.pages.frame import shown
from zhujianyun.apps.asset_inventory.queries.graph import graph
from zhujianyun.base import clock
from zhujianyun.ui.workbench import viewer


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The picture and the list (互联图)."""
    found = graph(viewer.actor(request), clock.today())
    return shown(request, "graph", "graph", {"graph": found, "box": " ".join(f"{n:g}" for n in found.box)})
