"""What every page of the inventory has: tabs, who looks, what he may do (页面框架)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhujianyun.apps.asset_inventory.queries import EDIT, PROBE, REVIEW, VIEW
from zhujianyun.kernel import access
from zhujianyun.ui.workbench import viewer

TABS = (
    ("systems", "系统"), ("graph", "互联图"), ("plans", "迁移计划"), ("findings", "问题"), ("probes", "探测"),
    ("import", "导入导出"),
)  # fmt: skip


def shown(
    request: HttpRequest, template: str, tab: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page with its tabs; whoever may not see the inventory sees nothing of it (页面).

    Raises:
        NotAllowed: without "asset_inventory.view" anywhere.
    """
    actor = viewer.actor(request)
    access.require(actor, VIEW)
    rights = {
        name: access.allows(actor, code)
        for name, code in (("edit", EDIT), ("review", REVIEW), ("probe", PROBE))
    }
    return render(
        request,
        f"asset_inventory/{template}.html",
        {**context, "tabs": TABS, "tab": tab, "may": rights},
        status=status,
    )
