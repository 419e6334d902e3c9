"""The pages of the wall (大屏页面). Those of a figure stand in `figure_pages`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.ui.screen import payload, registry, replay, strip, tickets
from zhujianyun.ui.screen.devices import visiting
from zhujianyun.ui.screen.devices.rules import LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS
from zhujianyun.ui.screen.layouts import queries as layouts

log = logging.getLogger(__name__)


def for_viewers(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for people who may see screens, and for wall devices (大屏查看权限).

    The page finds who looks in `request.viewer`. A device that was refused is led to its pairing code,
    never to a sign-in.
    """

    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        viewer = visiting.of(request)
        if viewer is None or viewer.refused:
            return _turned_away(request, viewer)
        request.viewer = viewer  # type: ignore[attr-defined]
        return page(request, *args, **kwargs)

    return guarded


def _turned_away(request: HttpRequest, viewer: visiting.Viewer | None) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Dest") == "empty" or viewer is not None and "data" in request.path[-5:]:
        said = viewer.refused if viewer else "登录已失效，请重新登录。"
        headers = {"X-Wall": "pair" if viewer else "sign-in", "Cache-Control": "no-store"}
        return HttpResponse(said, status=401, content_type="text/plain; charset=utf-8", headers=headers)
    if viewer is not None:
        return redirect("wall:show")
    return redirect(f"{settings.LOGIN_URL}?next={request.get_full_path()}")


def viewer_of(request: HttpRequest) -> visiting.Viewer:
    """Who looks, as `for_viewers` found (当前观看者)."""
    return cast(visiting.Viewer, request.viewer)  # type: ignore[attr-defined]


def _screen(code: str, viewer: visiting.Viewer) -> registry.Screen:
    screen = layouts.screen(code)
    if screen is None or not viewer.may_show(code):
        raise Http404(f"没有屏幕 {code}。")
    return screen


@require_safe
@for_viewers
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One screen at a desk, painted from the data that comes with the page (展示大屏).

    `?rotate=30` takes the screens in turn, `?mode=briefing` steps through them by arrow keys,
    `?at=2020-12-19T09:00` shows what was known then.
    """
    viewer = viewer_of(request)
    if viewer.device is None and (at := replay.asked_at(request)):
        return replay.show(request, _screen(code, viewer), at)
    return render(
        request, "ui_screen/wall.html", wall(request, viewer, _screen(code, viewer), _turn(request))
    )


def wall(
    request: HttpRequest, viewer: visiting.Viewer, screen: registry.Screen, playlist: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the wall's page needs (大屏页面内容): the first screen with its data, and what follows it."""
    return {
        **_frame(viewer, screen),
        "playlist": [{**entry, "url": reverse("screen:data", args=[entry["screen"]])} for entry in playlist],
        "rotates": viewer.device is not None and len(playlist) > 1 or "rotate" in request.GET,
        "mode": "briefing" if request.GET.get("mode") == "briefing" else "",
        "refresh": settings.ZJY_WALL_REFRESH_SECONDS,
        "stream_url": settings.ZJY_GATEWAY_URL,
        "ticket": tickets.issue(viewer.key),
    }


def _turn(request: HttpRequest) -> list[dict[str, Any]]:
    """Every screen, as long each as the address asks (轮播顺序)."""
    asked = request.GET.get("rotate", "")
    seconds = int(asked) if asked.isdigit() else USUAL_SECONDS
    seconds = min(max(seconds, LEAST_SECONDS), MOST_SECONDS)
    return [{"screen": screen.code, "seconds": seconds} for screen in registry.all_()]


def _frame(viewer: visiting.Viewer, screen: registry.Screen) -> dict[str, Any]:
    built = strip.shown_to(viewer, screen)
    return {
        "screen": screen,
        "screens": registry.all_(),
        "payload": built,
        "tag": payload.etag(screen, built, viewer.rights),
        "notice": found.notice if (found := layouts.shown(screen.code)) else "",
        "now": clock.local(clock.now()),
        "demo": getattr(settings, "ZJY_DEMO", False),
        "viewer": viewer,
    }


@require_safe
@for_viewers
def frame(request: HttpRequest, code: str) -> HttpResponse:
    """One screen as a part of the page, with its data: for the screen that comes next (屏幕片段)."""
    viewer = viewer_of(request)
    answer = render(request, "ui_screen/frame.html", _frame(viewer, _screen(code, viewer)))
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
@for_viewers
def data(request: HttpRequest, code: str) -> HttpResponse:
    """The data of one screen; 304 when nothing changed (屏幕数据)."""
    viewer = viewer_of(request)
    screen = _screen(code, viewer)
    if noted := request.headers.get("X-Wall-Note", ""):
        log.warning("大屏 %s（%s）报告：%s", code, viewer.key, noted[:200])
    at = replay.asked_at(request) if viewer.device is None else None
    built = replay.data(code, at) if at else strip.shown_to(viewer, screen)
    tag = payload.etag(screen, built, viewer.rights)
    headers = {
        "ETag": tag, "Cache-Control": "private, no-cache", "X-Server-Time": built["server_time"],
        "X-As-Of": payload.stamps(built),
    }  # fmt: skip
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(orjson.dumps(built), content_type="application/json", headers=headers)


@require_safe
@for_viewers
def ticket(request: HttpRequest) -> HttpResponse:
    """A fresh ticket to the stream: pages outlive the one they came with (换取推送票据)."""
    issued = tickets.issue(viewer_of(request).key)
    return HttpResponse(issued, content_type="text/plain", headers={"Cache-Control": "no-store"})
