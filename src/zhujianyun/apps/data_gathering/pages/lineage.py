"""Lineage: from any column, item or figure, up and down (血缘页)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from zhujianyun.apps.data_gathering.pages.frame import shown
from zhujianyun.apps.data_gathering.queries import lineage as queries
from zhujianyun.apps.data_gathering.rules import lineage
from zhujianyun.apps.data_gathering.rules.lineage import Graph, Node
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.workbench import viewer

MOST_DRAWN = 60  # beyond this a picture helps nobody; the table has them all


@require_safe
def lineage_page(request: HttpRequest) -> HttpResponse:
    """What is asked for, as a picture and as a table (血缘)."""
    by = viewer.actor(request)
    found, focus = _asked(by, request.GET.dict())
    context: dict[str, Any] = {
        "datasets": sorted(queries.datasets(by).values(), key=lambda d: d.title),
        "figures": queries.figures_on(by),
        "wanted": request.GET.dict(),
        "focus": focus,
    }
    if found is not None:
        drawing = lineage.drawn(found, focus) if len(found.nodes) <= MOST_DRAWN else None
        context |= {
            "edges": [
                {"a": a, "b": b, "how": how, "a_url": _url(a), "b_url": _url(b)} for a, b, how in found.edges
            ],
            "drawing": drawing,
            "boxes": [(box, _url(box.node)) for box in drawing.boxes] if drawing else [],
            "box_width": lineage.BOX_WIDTH, "box_height": lineage.BOX_HEIGHT, "count": len(found.nodes),
        }  # fmt: skip
    return shown(request, "lineage", context)


def _asked(by: Actor, wanted: dict[str, str]) -> tuple[Graph | None, list[Node]]:
    """The part of the graph around what the address names; nothing when it names nothing."""
    if code := wanted.get("figure", ""):
        return _one(queries.of_figure(by, code))
    if wanted.get("item"):
        resource, _, item = wanted["item"].rpartition("/")
        return _one(queries.of_item(by, resource, item))
    if code := wanted.get("dataset", ""):
        if name := wanted.get("column", ""):
            return _one(queries.of_column(by, code, name))
        return queries.of_dataset(by, code)
    return None, []


def _one(found: tuple[Graph, Node]) -> tuple[Graph, list[Node]]:
    return found[0], [found[1]]


def _url(node: Node) -> str:
    """Where a click on a node leads: to the lineage seen from there."""
    if node.kind == "column":
        dataset, _, name = node.key.rpartition(".")
        asked = {"dataset": dataset, "column": name}
    elif node.kind in ("item", "figure"):
        asked = {node.kind: node.key}
    else:
        return ""
    return f"{reverse('data_gathering:lineage')}?{urlencode(asked)}"
