"""Who stands before a screen (观看者): a signed-in person at a desk, or a wall device with its token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.ui.screen.devices import actions, rules
from zhujianyun.ui.screen.devices.models import Device
from zhujianyun.ui.signin.addresses import address_of

COOKIE = "zjy_wall"
COOKIE_SECONDS = 400 * 86_400  # as long as browsers keep any; written anew at every start of the page
VIEW = "screen.view"
NOTE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks (观看者). `refused` says in Chinese why a device may not."""

    key: str
    device: Device | None = None
    refused: str = ""

    @property
    def rights(self) -> str:
        """The class of rights on which an answer depends (权限类别)."""
        if self.device is None:
            return VIEW
        return "device.public" if self.device.is_public else "device"

    @property
    def is_public(self) -> bool:
        """Whether only released figures may be shown (是否公众区域)."""
        return self.device is not None and self.device.is_public

    def may_show(self, screen: str) -> bool:
        """Whether this screen may be shown (是否可看)."""
        return not self.refused and (self.device is None or screen in self.device.screens)


def of(request: HttpRequest) -> Viewer | None:
    """The viewer of a request; None for a stranger (识别观看者).

    Raises:
        NotAllowed: a signed-in person who may not see screens.
    """
    if request.user.is_authenticated:
        access.require(access.actor(request.user), VIEW)
        return Viewer(request.user.key)
    return device_of(request)


def device_of(request: HttpRequest) -> Viewer | None:
    """The device whose token the request carries, allowed or refused; None without one (识别设备)."""
    token = request.COOKIES.get(COOKIE, "")
    if not token:
        return None
    device = Device.objects.filter(token_hash=actions.hashed(token), revoked_at=None).first()
    if device is None:
        return Viewer("", refused="本机的授权已被收回，或已在别处重新配对。")
    address = address_of(request)
    allowed = rules.is_allowed(address, device.networks)
    _note(device, address, allowed)
    if not allowed:
        return Viewer("", refused=f"本机地址 {address} 不在“{device.name}”的允许范围内。")
    return Viewer(device.key, device)


def keep(response: HttpResponse, token: str, *, secure: bool) -> None:
    """Put the token into its cookie (写入令牌): no script reads it, no other site sends it."""
    response.set_cookie(
        COOKIE, token, max_age=COOKIE_SECONDS, httponly=True, samesite="Strict", secure=secure, path="/"
    )


def is_active(key: str) -> bool:
    """Whether a device of this key may still watch (设备是否有效); for the stream."""
    number = key.partition(":")[2]
    return (
        number.isdigit() and Device.objects.filter(pk=number, revoked_at=None).exclude(token_hash="").exists()
    )


def _note(device: Device, address: str, allowed: bool) -> None:
    """At most once a minute, and at once when something is new."""
    latest = device.addresses[0] if device.addresses else None
    if (
        latest is None
        or (latest["address"], latest["allowed"]) != (address, allowed)
        or clock.now() - datetime.fromisoformat(latest["at"]) > NOTE_EVERY
    ):
        actions.note_visit(device, address, allowed=allowed)
