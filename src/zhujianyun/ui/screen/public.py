"""Screens for everybody (公开屏幕): only screens that say so, only released indicators, no small cells, no session.

Nothing is filtered out of a finished answer: what may not be published is taken away before the data are
put together, so that it is in no text, no picture, no table and no tooltip.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import Period, publishing, queries
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.indicator.figures import Figure
from zhujianyun.kernel.indicator.publishing import Published
from zhujianyun.kernel.indicator.records import REGION
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.ui.screen import forms, payload, snapshots
from zhujianyun.ui.screen.layouts import queries as layouts
from zhujianyun.ui.screen.registry import Screen, Widget
from zhujianyun.ui.screen.svg.pen import LIGHT

NOT_PUBLIC = "未公开"
SECONDS = 60  # how long an answer may be kept on the way
SINGLES = {"hero", "figure", "pair"}
BY_CITY = {"map", "ranking", "citytiles", "choropleth"}
_kept: dict[str, tuple[object, dict[str, Any]]] = {}


def screen_of(code: str) -> Screen | None:
    """A screen that may be shown to everybody, or None (取公开屏幕)."""
    found = layouts.screen(code)
    return found if found is not None and found.public else None


def current(screen: Screen) -> dict[str, Any]:
    """What everybody may see of a screen (公开数据); put together when something may read otherwise."""
    mark = (screen.digest, clock.today(), *queries.state_mark())
    known = _kept.get(screen.code)
    if known is None or known[0] != mark:
        known = _kept[screen.code] = (mark, build(screen))
    return known[1]


def build(screen: Screen) -> dict[str, Any]:
    """The public data of a screen, put together (公开整屏数据)."""
    shown = [(widget, _permitted(widget)) for widget in screen.widgets]
    plain = replace(screen, widgets=tuple(kept for _, kept in shown if kept and not _about_persons(kept)))
    built = payload.build(plain)
    widgets = {}
    for widget, kept in shown:
        if kept is None:
            widgets[widget.id] = _empty(NOT_PUBLIC)
        elif _about_persons(kept):
            widgets[widget.id] = _of_persons(kept)
        else:
            widgets[widget.id] = _cleaned(built["widgets"][widget.id])
    return {"screen": screen.code, "period": built["period"], "widgets": widgets}


def _released() -> dict[str, Definition]:
    return {d.code: d for d in indicators.all_() if d.release}


def _permitted(widget: Widget) -> Widget | None:
    """The widget with what is released; figures side by side lose single ones, other forms all or nothing."""
    released = _released()
    kept = tuple(code for code in widget.indicators if code in released)
    if not kept or forms.get(widget.form).items:
        return None
    if kept != widget.indicators and widget.form not in {"figure", "pair"}:
        return None
    if any(_about_persons_code(code) for code in kept) and widget.form not in SINGLES | BY_CITY:
        return None  # months beside years, two rows beside each other: not safe by these rules
    return replace(widget, indicators=kept)


def _about_persons(widget: Widget) -> bool:
    return any(_about_persons_code(code) for code in widget.indicators)


def _about_persons_code(code: str) -> bool:
    return publishing.is_about_persons(indicators.get(code))


def _empty(said: str) -> dict[str, Any]:
    return {"empty": said, "as_of": None, "freshness_minutes": 0, "note": ""}


def _cleaned(data: dict[str, Any]) -> dict[str, Any]:
    """Without what is for the house: targets, numbers of snapshots, links, parts that are not released."""
    return {
        key: _cleaned_value(value) for key, value in data.items() if key not in {"svg", "freshness_minutes"}
    }


def _cleaned_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_cleaned_value(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _cleaned_value(one)
        for key, one in value.items()
        if key not in {"version", "target", "revised", "trend"}
    }
    if "url" in kept:
        kept["url"] = ""
    if "side" in kept and not _parts_released(kept.get("code", "")):
        kept |= {"side": "", "share": None}
    return kept


def _parts_released(code: str) -> bool:
    released = _released()
    return code in released and all(part in released for part in indicators.parts(released[code]))


def _of_persons(widget: Widget) -> dict[str, Any]:
    """Figures about persons or households: month's ends only, small cells hidden everywhere alike."""
    year = clock.today().year
    found = {code: publishing.published(code, year) for code in widget.indicators}
    stamps = [one.as_of for one in found.values() if one.as_of]
    made = _singles(widget, found) if widget.form in SINGLES else _row(widget, found[widget.indicators[0]])
    as_of = clock.at_local(min(stamps), 23, 59).isoformat() if stamps else None
    return {**made, "as_of": as_of, "note": "人户数按月发布，1–4 不公布"}


def _singles(widget: Widget, found: dict[str, Published]) -> dict[str, Any]:
    names = widget.options.get("names", {})
    made = [_figure(names.get(code, ""), one) for code, one in found.items()]
    rows = [[f["name"], f"{f['text']}{f['unit_text']}"] for f in made]
    return {
        "figures": made, "columns": widget.options.get("columns", 2),
        **forms.form.in_words(widget.title or "指标", ["指标", "数值"], rows),
    }  # fmt: skip


def _figure(name: str, one: Published) -> dict[str, Any]:
    region, hidden = one.region, one.hidden.get(REGION)
    return {
        "code": region.code, "name": name or region.zh, "text": hidden or region.shown.bare,
        "unit_text": "" if hidden else region.shown.unit, "share": None, "side": "",
    }  # fmt: skip


def _row(widget: Widget, one: Published) -> dict[str, Any]:
    cities = [
        _city(code, figure, one.hidden.get(code))
        for code, figure in one.cities.items()
        if figure.value is not None
    ]
    open_ = [city["number"] for city in cities if city["number"] is not None]
    if not open_:
        return _empty("样本过小，不公布")
    low, high = min(open_), max(open_)
    texts = {city["number"]: city["text"] for city in cities}
    for city in cities:  # a hidden one is drawn like the lowest: neither colour nor bar tells
        city["number"] = low if city["number"] is None else city["number"]
    if widget.form in {"ranking", "choropleth"}:
        cities = [city for city in cities if not city["hidden"]] + [city for city in cities if city["hidden"]]
    told = forms.form.in_words(
        f"{one.region.zh}分市", ["城市", "数值"], [[c["name"], c["text"]] for c in cities]
    )
    return {
        "cities": cities, "worst": cities, "code": one.region.code, "from": 0, "min": low, "max": high,
        "min_text": texts[low], "max_text": texts[high], **told,
    }  # fmt: skip


def _city(code: str, figure: Figure, hidden: str | None) -> dict[str, Any]:
    name = next(zh for c, zh in forms.cities.names_on(figure.period.last_day) if c == code)
    return {
        "code": code, "name": name, "hidden": bool(hidden), "number": None if hidden else float(figure.value or 0),
        "text": hidden or figure.shown.text, "bare": hidden or figure.shown.bare, "url": "",
    }  # fmt: skip


# --- Addresses: neither session nor account is asked ------------------------------------------------


@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The public page of a screen; for any other: 未公开 (公开页面)."""
    screen = screen_of(code)
    if screen is None:
        return _answer(request, render(request, "ui_screen/not_public.html", {"code": code}, status=404))
    made = snapshots.laid(screen, current(screen), LIGHT, links=False)
    names = [(code, zh.zh) for code, zh in _released().items() if code in screen.codes()]
    context = {"sheet": made, "screen": screen, "names": names, "demo": getattr(settings, "ZJY_DEMO", False)}
    return _answer(request, render(request, "ui_screen/public.html", context))


@require_safe
def data(request: HttpRequest, code: str) -> HttpResponse:
    """The same as JSON (公开数据接口)."""
    screen = screen_of(code)
    if screen is None:
        body, status = orjson.dumps({"code": "not_public", "message_zh": "该屏幕未公开。"}), 404
    else:
        body, status = orjson.dumps(current(screen)), 200
    return _answer(request, HttpResponse(body, status=status, content_type="application/json"))


@require_safe
def card(request: HttpRequest, code: str, indicator: str) -> HttpResponse:
    """The definition of a released figure that hangs on a public screen (公开口径)."""
    screen = screen_of(code)
    definition = _released().get(indicator)
    if screen is None or definition is None or indicator not in screen.codes():
        return _answer(request, render(request, "ui_screen/not_public.html", {"code": indicator}, status=404))
    if publishing.is_about_persons(definition):
        figure = _figure("", publishing.published(indicator, clock.today().year))
    else:
        read = queries.figure(indicator, Period.year(clock.today().year))
        figure = _cleaned_value(payload.figure_words(read))
    context = {"screen": screen, "definition": definition, "figure": figure}
    return _answer(request, render(request, "ui_screen/public_card.html", context))


def _answer(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """For everybody alike, kept for a minute, with a tag."""
    answer["ETag"] = f'"{hashlib.sha256(answer.content).hexdigest()[:24]}"'
    answer["Cache-Control"] = f"public, max-age={SECONDS}"
    if answer.status_code == 200 and request.headers.get("If-None-Match") == answer["ETag"]:
        return HttpResponse(
            status=304, headers={"ETag": answer["ETag"], "Cache-Control": answer["Cache-Control"]}
        )
    return answer


app_name = "public_screen"
urlpatterns = [
    path("<slug:code>/", show, name="show"),
    path("<slug:code>/data", data, name="data"),
    path("<slug:code>/figure/<str:indicator>/", card, name="card"),
]
