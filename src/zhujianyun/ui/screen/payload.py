"""What a screen shows, as data (屏幕数据): one answer for all its widgets, from materialised values only.

Text is made here, once, so that wall, card and table print the same. The wall only paints.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import orjson

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import Period, queries
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.indicator.queries import Figure
from zhujianyun.ui.screen import forms
from zhujianyun.ui.screen.forms import beside
from zhujianyun.ui.screen.forms.figures import figure_words
from zhujianyun.ui.screen.registry import Screen, Widget
from zhujianyun.ui.screen.svg.draw import picture

__all__ = ["build", "current", "etag", "figure_words", "stamps"]

_kept: dict[str, tuple[object, dict[str, Any]]] = {}


def current(screen: Screen) -> dict[str, Any]:
    """The screen's data, put together again only when something in it may read otherwise (当前数据).

    After each act every wall asks at once: all but the first get what is at hand.
    """
    mark = (screen.digest, clock.today(), *queries.state_mark())
    known = _kept.get(screen.code)
    if known is None or known[0] != mark:
        known = _kept[screen.code] = (mark, build(screen))
    return {**known[1], "server_time": clock.now().isoformat()}


def build(screen: Screen, at: datetime | None = None) -> dict[str, Any]:
    """Everything the screen shows (整屏数据): now, or as it was known at an instant."""
    today = clock.local_day(at) if at else clock.today()
    asked = forms.Asked(Period.year(today.year), at)
    codes = screen.codes()
    present = {definition.code for definition in indicators.all_()}
    live = [code for code in codes if code in present]
    figures = {f.code: f for f in queries.figures_of(live, asked.period, known_at=at)}  # in one reading
    widgets = {widget.id: _widget(widget, figures, asked) for widget in screen.widgets}
    beside.add_trends(widgets, asked)
    return {
        "screen": screen.code,
        "layout": screen.digest,
        "codes": codes,
        "period": asked.period.text_zh,
        "at": at.isoformat() if at else None,
        **({"versions": {code: f.definition_version for code, f in figures.items()}} if at else {}),
        "server_time": clock.now().isoformat(),
        "widgets": widgets,
    }


def etag(screen: Screen, built: dict[str, Any], viewer_class: str) -> str:
    """Changes when layout, values or the viewer's rights change, not when time passes (实体标签).

    That a figure was looked at again and found unchanged is told beside the tag: see ``stamps``.
    """
    lasting = {key: value for key, value in built.items() if key != "server_time"}
    lasting["widgets"] = {
        name: {key: value for key, value in data.items() if key != "as_of"}
        for name, data in built.get("widgets", {}).items()
    }
    state = orjson.dumps([screen.digest, viewer_class, lasting], option=orjson.OPT_SORT_KEYS)
    return f'"{hashlib.sha256(state).hexdigest()[:24]}"'


def stamps(built: dict[str, Any]) -> str:
    """As-of of every widget for a header, so that an unchanged answer need not be sent (截至时间)."""
    return orjson.dumps({name: data.get("as_of") for name, data in built["widgets"].items()}).decode()


def _widget(widget: Widget, figures: dict[str, Figure], asked: forms.Asked) -> dict[str, Any]:
    """One widget's data, with the stamp of its oldest figure; a retired indicator says so."""
    form = forms.get(widget.form)
    found = [figures[code] for code in widget.indicators if code in figures]
    if len(found) < len(widget.indicators):
        return {**_stamp(widget, found), "empty": "指标停用"}
    if form.items and asked.at is not None:
        made = forms.listed.NOT_REPLAYED
    else:
        made = form.build(widget, found, asked)
    if not form.painted:
        made = {**made, "svg": picture(widget, made)}
    return {**made, **_stamp(widget, found)}


def _stamp(widget: Widget, figures: list[Figure]) -> dict[str, Any]:
    as_of = min((f.as_of for f in figures if f.as_of), default=None)
    return {
        "as_of": as_of.isoformat() if as_of else None,
        "freshness_minutes": min((f.definition.freshness_minutes for f in figures), default=0),
        "note": widget.options.get("note", ""),
        "source": "、".join(dict.fromkeys(f.definition.steward for f in figures if f.definition.steward)),
    }
