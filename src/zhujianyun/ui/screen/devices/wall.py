"""The address that a wall PC is set to (大屏设备入口): its screens, or a pairing code; never a sign-in, never white."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.ui.screen import pages, registry
from zhujianyun.ui.screen.devices import actions, visiting
from zhujianyun.ui.screen.devices.models import Pairing
from zhujianyun.ui.screen.layouts import queries as layouts
from zhujianyun.ui.signin.addresses import address_of

PAIR_COOKIE = "zjy_pair"
LEAST_LEFT = timedelta(seconds=30)  # a code with less left is not shown any more


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The device's screens in turn, or the pairing code (设备大屏)."""
    viewer = visiting.device_of(request)
    if viewer is None or viewer.device is None:
        return _pairing_page(request, viewer.refused if viewer else "")
    playlist = [entry for entry in viewer.device.playlist if registry.get(entry["screen"])]
    if not playlist:
        return _pairing_page(
            request, f"“{viewer.device.name}”的屏幕已经下线，请管理员重新选择屏幕。", asks=False
        )
    first = layouts.screen(playlist[0]["screen"])
    assert first is not None
    answer = render(request, "ui_screen/wall.html", pages.wall(request, viewer, first, playlist))
    answer["Cache-Control"] = "no-store"
    visiting.keep(answer, request.COOKIES[visiting.COOKIE], secure=request.is_secure())
    return answer


def _pairing_page(request: HttpRequest, refused: str, *, asks: bool = True) -> HttpResponse:
    """A code that can be read from the sofa, and what to do with it."""
    context = {"refused": refused, "address": address_of(request), "asks": asks}
    secret = request.COOKIES.get(PAIR_COOKIE, "")
    pairing = _waiting(secret)
    if asks and pairing is None:
        try:
            pairing, secret = actions.ask(address_of(request))
        except RuleBroken as error:
            context["busy"] = error.message_zh
    if pairing is not None:
        context |= {
            "code": f"{pairing.code[:3]} {pairing.code[3:]}",
            "seconds": int((pairing.expires_at - clock.now()).total_seconds()),
        }
    answer = render(request, "screen_devices/pairing.html", context)
    answer["Cache-Control"], answer["X-Wall"] = "no-store", "pair"
    if pairing is not None:
        answer.set_cookie(
            PAIR_COOKIE, secret, max_age=900, httponly=True, samesite="Strict", secure=request.is_secure(),
            path="/wall/",
        )  # fmt: skip
    return answer


def _waiting(secret: str) -> Pairing | None:
    if not secret:
        return None
    found = Pairing.objects.filter(secret_hash=actions.hashed(secret), taken_at=None)
    return found.filter(expires_at__gt=clock.now() + LEAST_LEFT).first()


@csrf_exempt  # its own secret in a cookie that no other site sends
@require_POST
def pairing(request: HttpRequest) -> HttpResponse:
    """Whether the pairing was approved; if so the token comes with the answer, once (查询配对)."""
    try:
        token = actions.pick_up(request.COOKIES.get(PAIR_COOKIE, ""))
    except RuleBroken as error:
        return JsonResponse(
            {"state": "over", "said": error.message_zh}, headers={"Cache-Control": "no-store"}
        )
    answer = JsonResponse(
        {"state": "approved" if token else "waiting"}, headers={"Cache-Control": "no-store"}
    )
    if token:
        visiting.keep(answer, token, secure=request.is_secure())
        answer.delete_cookie(PAIR_COOKIE, path="/wall/")
    return answer


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page of the wall for a start without network (离线脚本); it reaches /wall/ only."""
    script = (Path(__file__).parent / "static" / "screen_devices" / "worker.js").read_bytes()
    return HttpResponse(
        script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )
