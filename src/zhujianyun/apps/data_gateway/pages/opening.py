"""A mount that somebody may read is given an address (开通服务页)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from zhujianyun.apps.data_gateway import actions
from zhujianyun.apps.data_gateway.forms.opening import OpenForm, OpenProxyForm
from zhujianyun.apps.data_gateway.pages.frame import shown
from zhujianyun.apps.data_gateway.queries import operating
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.models import Mount
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.ui.workbench import viewer

THEN = {
    "table": "几秒内制成供数文件，持有授权的使用方按授权的信息项、脱敏和限额读取。",
    "api": "持有授权的使用方经代理访问下列路径，提供方地址和凭据不对外显示。",
    "file": "持有授权的使用方可以下载这个文件。",
}


@require_http_methods(["GET", "POST"])
def open_service(request: HttpRequest, pk: int) -> HttpResponse:
    """What the address is made of, and for an interface what may be reached (开通服务)."""
    by = viewer.actor(request)
    operating.require_operator(by)
    mount = get_object_or_404(Mount.objects.select_related("resource__provider"), pk=pk, service=None)
    kind = OpenProxyForm if mount.kind == Mount.Kind.API else OpenForm
    form = kind(request.POST or None, initial={"code": mount.code, "member": _member(mount)})
    if request.method == "POST" and form.is_valid() and _opened(mount, form, by):
        messages.success(request, f"已开通：{mount.title}。")
        return redirect("data_gateway:running")
    return shown(request, "running", "open", {"form": form, "mount": mount, "then": THEN.get(mount.kind, "")})


def _opened(mount: Mount, form: OpenForm, by: Actor) -> bool:
    given: dict[str, Any] = dict(form.cleaned_data)
    try:
        actions.open_service(mount, given.pop("code"), by=by, **given)
    except PlatformError as error:
        form.add_error(None, error.message_zh)
        return False
    return True


def _member(mount: Mount) -> str:
    """The provider's part of the address: what its entry says, else its office's code."""
    told = edition_now(mount.resource).extras.get("provider_uscc") if mount.resource.edition else ""
    return str(told or mount.resource.provider.code)
