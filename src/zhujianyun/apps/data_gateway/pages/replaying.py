"""A recorded day answered again under other terms (重放页面)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from zhujianyun.apps.data_gateway.actions import replaying
from zhujianyun.apps.data_gateway.forms import ReplayForm
from zhujianyun.apps.data_gateway.pages.frame import shown
from zhujianyun.apps.data_gateway.queries import operating
from zhujianyun.base.errors import PlatformError
from zhujianyun.ui.workbench import viewer


@require_http_methods(["GET", "POST"])
def replay(request: HttpRequest) -> HttpResponse:
    """What a day's calls would have given (重放)."""
    by = viewer.actor(request)
    operating.require_operator(by)
    form = ReplayForm(request.POST or None, initial=request.GET.dict())
    found = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        changed = replaying.Changed(given["masks"], given["items"], given["edition"])
        try:
            found = replaying.replay(given["grant"].strip(), given["day"], changed, by=by)
        except PlatformError as error:
            form.add_error(None, error.message_zh)
    return shown(request, "replay", "replay", {"form": form, "found": found})
