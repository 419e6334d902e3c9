"""The pages of the wall and of a figure (大屏与指标页面)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import orjson
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.indicator import Period, queries
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.ui.screen import payload, registry, tickets

VIEW = "screen.view"
RECORDS_A_PAGE = 50


def for_viewers(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for signed-in accounts that may see screens (大屏查看权限)."""

    @wraps(page)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.headers.get("Sec-Fetch-Dest") == "empty":
                return HttpResponse(
                    "登录已失效，请重新登录。", status=401, content_type="text/plain; charset=utf-8"
                )
            return redirect(f"{settings.LOGIN_URL}?next={request.get_full_path()}")
        access.require(access.actor(request.user), VIEW)
        return page(request, *args, **kwargs)

    return guarded


def _screen(code: str) -> registry.Screen:
    screen = registry.get(code)
    if screen is None:
        raise Http404(f"没有屏幕 {code}。")
    return screen


@require_safe
@for_viewers
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One screen, painted from the data that comes with the page (展示大屏)."""
    screen = _screen(code)
    return render(
        request,
        "ui_screen/wall.html",
        {
            "screen": screen,
            "screens": registry.all_(),
            "payload": payload.current(screen),
            "now": clock.local(clock.now()),
            "demo": getattr(settings, "ZJY_DEMO", False),
            "stream_url": settings.ZJY_GATEWAY_URL,
            "ticket": tickets.issue(request.user.key),
        },
    )


@require_safe
@for_viewers
def data(request: HttpRequest, code: str) -> HttpResponse:
    """The data of one screen; 304 when nothing changed (屏幕数据)."""
    screen = _screen(code)
    built = payload.current(screen)
    tag = payload.etag(screen, built, VIEW)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Server-Time": built["server_time"]}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(orjson.dumps(built), content_type="application/json", headers=headers)


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
    return render(request, "ui_screen/card.html", _figure(request, code))


@require_safe
@for_viewers
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """A figure with its definition and exactly the records behind it (指标与记录)."""
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


def _figure(request: HttpRequest, code: str) -> dict[str, object]:
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
    }
