"""The door (首页): everybody is led to the first room that is open to him."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from zhujianyun.apps.data_gateway.pages.frame import rooms
from zhujianyun.apps.data_gateway.queries import VIEW
from zhujianyun.kernel import access
from zhujianyun.ui.workbench import viewer


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the first room (首页); the operator begins with how the gateway runs.

    Raises:
        NotAllowed: when none is open.
    """
    by = viewer.actor(request)
    found = {name: url for name, _, url in rooms(by)}
    if not found:
        access.require(by, VIEW)
    return redirect(found.get("running") or next(iter(found.values())))
