"""What every page has (页面框架): who looks, what he may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhujianyun.apps.data_gathering.queries import RULES, RUN, VIEW
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access.models import Office
from zhujianyun.ui.workbench import viewer


def shown(
    request: HttpRequest, template: str, context: dict[str, Any], owner: Office | None = None
) -> HttpResponse:
    """A page; whoever may not see gathering sees nothing of it (页面).

    Raises:
        NotAllowed: without "data_gathering.view" anywhere.
    """
    actor = viewer.actor(request)
    access.require(actor, VIEW)
    may = {name: access.allows(actor, code, owner) if owner else access.allows(actor, code)
           for name, code in (("may_run", RUN), ("may_rule", RULES))}  # fmt: skip
    return render(request, f"data_gathering/{template}.html", {**context, **may})


def done(request: HttpRequest, act: Callable[[], object], told: str) -> bool:
    """Do it and say so, or say what is in the way (办理)."""
    try:
        act()
    except PlatformError as error:
        messages.error(request, error.message_zh)
        return False
    messages.success(request, told)
    return True
