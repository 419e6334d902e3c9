"""The pages of the wall and of a figure (大屏与指标页面)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import orjson
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.indicator import Period, queries
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.ui.screen import payload, registry, strip, tickets
from zhujianyun.ui.screen.devices import visiting
from zhujianyun.ui.screen.devices.rules import LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS

RECORDS_A_PAGE = 50
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
    screen = registry.get(code)
    if screen is None or not viewer.may_show(code):
        raise Http404(f"没有屏幕 {code}。")
    return screen


@require_safe
@for_viewers
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One screen at a desk, painted from the data that comes with the page (展示大屏).

    `?rotate=30` takes the screens in turn, `?mode=briefing` steps through them by arrow keys.
    """
    viewer = viewer_of(request)
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
    return {
        "screen": screen,
        "screens": registry.all_(),
        "payload": strip.shown_to(viewer, screen),
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
    built = strip.shown_to(viewer, screen)
    tag = payload.etag(screen, built, viewer.rights)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Server-Time": built["server_time"]}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(orjson.dumps(built), content_type="application/json", headers=headers)


@require_safe
@for_viewers
def ticket(request: HttpRequest) -> HttpResponse:
    """A fresh ticket to the stream: pages outlive the one they came with (换取推送票据)."""
    issued = tickets.issue(viewer_of(request).key)
    return HttpResponse(issued, content_type="text/plain", headers={"Cache-Control": "no-store"})


def _cities() -> dict[str, str]:
    return {row.code: row.name for row in divisions.cities()}


def _asked(request: HttpRequest) -> tuple[Period, str]:
    """Year and city from the address.

    Raises:
        Http404: no such year or city.
    """
    year = request.GET.get("year", str(clock.today().year))
    city = request.GET.get("city", "")
    if not (year.isdigit() and 1990 <= int(year) <= 2100) or (city and city not in _cities()):
        raise Http404("没有这个年份或城市，请从指标页面重新选择。")
    return Period.year(int(year)), city


@require_safe
@for_viewers
def card(request: HttpRequest, code: str) -> HttpResponse:
    """The definition of a figure, for the dialogue on the wall (口径卡)."""
    _may_read(viewer_of(request), code)
    return render(request, "ui_screen/card.html", _figure(request, code))


@require_safe
@for_viewers
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """A figure with its definition and exactly the records behind it (指标与记录); never on a wall device."""
    if viewer_of(request).device is not None:
        return redirect("wall:show")
    context = _figure(request, code)
    drill = queries.drill(code, context["period"], context["city"], access.actor(request.user))
    pages = Paginator(drill.rows, RECORDS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context |= {"drill": drill, "page": page, "records": queries.columns(code, page.object_list)}
    journal.record(
        "indicator.drill", actor=request.user.key, object=("indicator", code),
        facts={"period": context["period"].text_zh, "city": context["city"], "records": drill.visible},
    )  # fmt: skip
    return render(request, "ui_screen/figure.html", context)


def _may_read(viewer: visiting.Viewer, code: str) -> None:
    """A device reads the cards of its own screens, a public one those of released figures.

    Raises:
        Http404: for any other.
    """
    if viewer.device is None:
        return
    shown = {c for name in viewer.device.screens if (s := registry.get(name)) for c in s.codes()}
    if code not in shown or (viewer.is_public and not indicators.get(code).release):
        raise Http404(f"没有指标 {code}。")


def _figure(request: HttpRequest, code: str) -> dict[str, Any]:
    if code not in {d.code for d in indicators.all_()}:
        raise Http404(f"没有指标 {code}。")
    period, city = _asked(request)
    shown = queries.figure(code, period, city)
    return {
        "figure": shown,
        "words": payload.figure_words(shown),
        "period": period,
        "city": city,
        "city_name": _cities().get(city, "全区"),
        "cities": list(_cities().items()),
        "demo": getattr(settings, "ZJY_DEMO", False),
        "viewer": viewer_of(request),
    }
