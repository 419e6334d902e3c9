"""The devices on the desk (设备管理): approve the code a TV shows, choose its screens, bind its address, revoke."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, PlatformError
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.screen import registry
from zhujianyun.ui.screen.devices import actions, rules
from zhujianyun.ui.screen.devices.models import Device, Pairing
from zhujianyun.ui.workbench import viewer

ONLINE_SECONDS = 120


def _manager(request: HttpRequest) -> Actor:
    actor = viewer.actor(request)
    if not actions.may_manage(actor):
        raise NotAllowed(
            "您没有“管理大屏设备”的权限，如工作需要请向安全管理员申请。", rule="access.default_deny",
            permission=actions.MANAGE,
        )  # fmt: skip
    return actor


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The devices, those that ask, and the form for the next one (设备列表)."""
    _manager(request)
    return _index(request)


def _index(request: HttpRequest, error: PlatformError | None = None, about: int = 0) -> HttpResponse:
    now = clock.now()
    waiting = list(Pairing.objects.filter(device=None, expires_at__gt=now).order_by("-asked_at")[:20])
    devices = [_line(device) for device in Device.objects.filter(revoked_at=None)]
    context = {
        "waiting": waiting, "devices": devices, "error": error, "about": about, "typed": request.POST,
        "typed_screens": request.POST.getlist("screens"), "screens": registry.all_(), "usual": rules.USUAL_SECONDS,
        "revoked": Device.objects.exclude(revoked_at=None).order_by("-revoked_at")[:20],
        "suggested": waiting[0].address if len(waiting) == 1 else "",
    }  # fmt: skip
    return render(request, "screen_devices/devices.html", context, status=error.http_status if error else 200)


def _line(device: Device) -> dict[str, Any]:
    titles = {screen.code: screen.title for screen in registry.all_()}
    seen = device.last_seen_at
    return {
        "device": device,
        "screens": "、".join(titles.get(code, f"{code}（已下线）") for code in device.screens),
        "seconds": device.playlist[0]["seconds"] if device.playlist else rules.USUAL_SECONDS,
        "networks": "\n".join(device.networks),
        "online": seen is not None and (clock.now() - seen).total_seconds() < ONLINE_SECONDS,
        "refused": [one for one in device.addresses if not one["allowed"]],
    }


def _said(request: HttpRequest) -> dict[str, Any]:
    known = {screen.code for screen in registry.all_()}
    screens = request.POST.getlist("screens")
    return {
        "name": request.POST.get("name", ""),
        "playlist": rules.playlist_of(screens, request.POST.get("seconds", ""), known),
        "networks": rules.networks_of(request.POST.get("networks", "")),
        "is_public": request.POST.get("is_public") == "on",
    }


@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """Let in the TV that shows this code (批准配对)."""
    actor = _manager(request)
    try:
        device = actions.approve(request.POST.get("code", ""), by=actor, **_said(request))
    except PlatformError as error:
        return _index(request, error)
    messages.success(request, f"已批准“{device.name}”，电视几秒内开始播放。")
    return redirect("devices:index")


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a device shows and from where (调整设备)."""
    actor, device = _manager(request), get_object_or_404(Device, pk=pk)
    try:
        actions.change(device, by=actor, **_said(request))
    except PlatformError as error:
        return _index(request, error, pk)
    messages.success(request, f"“{device.name}”已调整，下一次刷新生效。")
    return redirect("devices:index")


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a device's right away (吊销设备)."""
    actor, device = _manager(request), get_object_or_404(Device, pk=pk)
    try:
        actions.revoke(device, by=actor, reason=request.POST.get("reason", ""))
    except PlatformError as error:
        return _index(request, error, pk)
    messages.success(request, f"“{device.name}”已吊销，电视将在一次刷新内显示配对码。")
    return redirect("devices:index")
