"""Replay (回放): a screen as it was known at an instant: figures, definitions and layout of then, nothing pushed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.indicator import versions
from zhujianyun.kernel.indicator.models import Snapshot
from zhujianyun.ui.screen import payload
from zhujianyun.ui.screen.layouts import queries as layouts
from zhujianyun.ui.screen.registry import Screen

ONE_DAY = timedelta(days=1)


def asked_at(request: HttpRequest) -> datetime | None:
    """The instant in the address, as `at=2020-12-19T09:00` or `at=2020-12-19` (its end); none: now (回放时刻).

    Raises:
        Http404: unreadable, or later than now.
    """
    said = request.GET.get("at", "")
    return instant(said) if said else None


def instant(said: str) -> datetime:
    """An instant that somebody wrote, in local time (解析时刻).

    Raises:
        Http404: unreadable, or later than now.
    """
    try:
        written, day = parse_datetime(said), parse_date(said)
    except ValueError:
        written = day = None
    if day is not None and "T" not in said and " " not in said:
        return min(clock.at_local(day, 23, 59, 59), clock.now())
    if written is None:
        raise Http404("回放时刻应写成 2020-12-19T09:00。")
    at = written if written.tzinfo else written.replace(tzinfo=clock.SHANGHAI)
    if at > clock.now():
        raise Http404("回放时刻不能晚于现在。")
    return at


def data(code: str, at: datetime) -> dict[str, object]:
    """The data of a screen at an instant (回放数据).

    Raises:
        Http404: no such screen.
    """
    shown = layouts.shown(code, at)
    if shown is None:
        raise Http404(f"没有屏幕 {code}。")
    built = payload.build(shown.screen, at)
    return {
        **built,
        "banner": banner(at),
        "notice": _notice(at) or shown.notice,
        "renamed": _renamed(shown.screen, built),
    }


def banner(at: datetime) -> str:
    """回放 2020-12-19 09:00 (回放横幅)."""
    return f"回放 {clock.local(at):%Y-%m-%d %H:%M}"


def show(request: HttpRequest, screen: Screen, at: datetime) -> HttpResponse:
    """The page of a replay: a slider over the days, a step to and fro, play (回放页面)."""
    shown = layouts.shown(screen.code, at)
    first, last = _days()
    return render(
        request,
        "ui_screen/replay.html",
        {
            "screen": shown.screen if shown else screen,
            "payload": data(screen.code, at),
            "at": clock.local(at),
            "day": min(max(clock.local_day(at), first), last),
            "time": f"{clock.local(at):%H:%M}",
            "first": first,
            "last": last,
            "days": (last - first).days,
            "number": (clock.local_day(at) - first).days,
            "data_url": reverse("screen:data", args=[screen.code]),
            "demo": getattr(settings, "ZJY_DEMO", False),
        },
    )


def _days() -> tuple[date, date]:
    """From the first day on which anything was known until today."""
    known = Snapshot.objects.order_by("pk").values_list("loaded_at", flat=True).first()
    return clock.local_day(known) if known else clock.today(), clock.today()


def _notice(at: datetime) -> str:
    first = Snapshot.objects.order_by("pk").values_list("loaded_at", flat=True).first()
    if first is None or first <= at:
        return ""
    return f"当时还没有载入任何指标；最早的一次是 {clock.local(first):%Y-%m-%d %H:%M}。"


def _renamed(screen: Screen, built: dict[str, object]) -> dict[str, str]:
    """Indicators whose wording was another one then: their name of then, by code."""
    names: dict[str, str] = {}
    for code, version in built.get("versions", {}).items():  # type: ignore[attr-defined]
        known = {d.code: d for d in indicators.all_()}.get(code)
        if known is not None and version not in (known.version, "mixed", ""):
            then = versions.recorded(code, version)
            if then is not None:
                names[code] = f"{then.zh}（{then.valid_from:%Y-%m-%d} 起的口径）"
    return names
