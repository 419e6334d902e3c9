"""What a screen shows, as data (屏幕数据): one answer for all its widgets, from materialised values only.

Text is made here, once, so that wall, card and table print the same. The wall only paints.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from django.urls import reverse

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel.indicator import Grain, Period, queries
from zhujianyun.kernel.indicator.queries import Figure
from zhujianyun.ui.screen.registry import Screen, Widget

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


def build(screen: Screen) -> dict[str, Any]:
    """Everything the screen shows now (整屏数据)."""
    today = clock.today()
    period = Period.year(today.year)
    codes = screen.codes()
    figures = {figure.code: figure for figure in queries.figures_of(codes, period)}  # in one reading
    widgets = {
        widget.id: _widget(widget, [figures[code] for code in widget.indicators], period)
        for widget in screen.widgets
    }
    return {
        "screen": screen.code,
        "codes": codes,
        "period": period.text_zh,
        "server_time": clock.now().isoformat(),
        "widgets": widgets,
    }


def etag(screen: Screen, built: dict[str, Any], viewer_class: str) -> str:
    """Changes when layout, values or the viewer's rights change, not when time passes (实体标签)."""
    lasting = {key: value for key, value in built.items() if key != "server_time"}
    state = orjson.dumps([screen.digest, viewer_class, lasting], option=orjson.OPT_SORT_KEYS)
    return f'"{hashlib.sha256(state).hexdigest()[:24]}"'


def _widget(widget: Widget, figures: list[Figure], period: Period) -> dict[str, Any]:
    """One widget's data, with the stamp of its oldest figure."""
    made = FORMS[widget.form](widget, figures, period)
    as_of = min((f.as_of for f in figures if f.as_of), default=None)
    return {
        **made,
        "as_of": as_of.isoformat() if as_of else None,
        "freshness_minutes": min(f.definition.freshness_minutes for f in figures),
        "note": widget.options.get("note", ""),
    }


def figure_words(figure: Figure, name: str = "") -> dict[str, Any]:
    """A figure as the wall prints it; `name` where its own is too long for the place (指标文本)."""
    return {
        "code": figure.code,
        "name": name or figure.zh,
        "text": figure.shown.bare,
        "unit_text": figure.shown.unit,
        "share": _share(figure),
        "side": _side(figure),
        "version": figure.snapshot_id,
    }


def _share(figure: Figure) -> float | None:
    if figure.definition.unit.zh != "%" or not figure.denominator:
        return None
    return float(figure.numerator / figure.denominator)


def _side(figure: Figure) -> str:
    """The line under the figure: its two halves if it is a rate, then the comparison if there is one."""
    parts = []
    if figure.denominator and figure.definition.unit.is_rate:
        parts.append(f"{figure.numerator:,.0f} / {figure.denominator:,.0f}")
    if figure.yoy and figure.yoy.text != "—":
        parts.append(f"同比 {figure.yoy.text}")
    return "　".join(parts)


def _figures(widget: Widget, figures: list[Figure], period: Period) -> dict[str, Any]:
    names = widget.options.get("names", {})
    made = [figure_words(figure, names.get(figure.code, "")) for figure in figures]
    return {"figures": made, "columns": widget.options.get("columns", 2)}


def _lamps(widget: Widget, figures: list[Figure], period: Period) -> dict[str, Any]:
    return {"figures": [figure_words(figure) for figure in figures], "lamps": widget.options["lamps"]}


def _flow(widget: Widget, figures: list[Figure], period: Period) -> dict[str, Any]:
    """Pairs of figures as aligned bars: accepted above concluded."""
    most = max((f.value or 0 for f in figures), default=0) or 1
    rows = []
    for label, first, second in zip(widget.options["labels"], figures[::2], figures[1::2], strict=True):
        left = (first.value or 0) - (second.value or 0)
        rows.append(
            {
                "label": label,
                "from": {**figure_words(first), "width": float((first.value or 0) / most)},
                "to": {**figure_words(second), "width": float((second.value or 0) / most)},
                "note": widget.options.get("notes", {}).get(label) or f"在办 {left:,.0f}",
            }
        )
    return {"rows": rows}


def _backlog(widget: Widget, figures: list[Figure], period: Period) -> dict[str, Any]:
    """Two flows by month and what is open at the end of each month."""
    taken, done = (queries.series(f.code, Grain.MONTH, period) for f in figures)
    months = [f"{point.period.start.month}月" for point in taken]
    values = [[_number(point.value) for point in series] for series in (taken, done)]
    running, left = [], 0.0
    for accepted, concluded in zip(*values, strict=True):
        left += (accepted or 0) - (concluded or 0)
        running.append(None if accepted is None and concluded is None else left)
    spoken = "，".join(
        f"{month}受理{a or 0:g}、办结{c or 0:g}" for month, a, c in zip(months, *values, strict=True)
    )
    return {
        "months": months,
        "series": [
            {"code": f.code, "name": name, "values": v}
            for f, name, v in zip(
                figures, widget.options.get("names", [f.zh for f in figures]), values, strict=True
            )
        ],
        "open": running,
        "sentence": f"{widget.title}：{spoken}。",
    }


def _cities(widget: Widget, figures: list[Figure], period: Period) -> list[dict[str, Any]]:
    found = queries.by_city(figures[0].code, period)
    names = {row.code: row.name for row in divisions.cities()}
    cities = []
    for code, name in names.items():
        figure = found.get(code)
        if figure is None or figure.value is None:
            continue
        cities.append(
            {
                "code": code,
                "name": name.removesuffix("市"),
                "number": float(figure.value),
                "text": figure.shown.text,
                "url": reverse("screen:figure", args=[figure.code]) + f"?city={code}",
            }
        )
    return cities


def _map(widget: Widget, figures: list[Figure], period: Period) -> dict[str, Any]:
    cities = _cities(widget, figures, period)
    if not cities:
        return {"empty": "暂无分市数据"}
    low, high = min(cities, key=lambda c: c["number"]), max(cities, key=lambda c: c["number"])
    return {
        "cities": cities,
        "min": low["number"], "max": high["number"], "min_text": low["text"], "max_text": high["text"],
        "sentence": f"{figures[0].zh}分市：" + "，".join(f"{c['name']}{c['text']}" for c in cities) + "。",
    }  # fmt: skip


def _ranking(widget: Widget, figures: list[Figure], period: Period) -> dict[str, Any]:
    cities = sorted(_cities(widget, figures, period), key=lambda c: -c["number"])
    if not cities:
        return {"empty": "暂无分市数据"}
    return {
        "cities": cities,
        "from": 0,
        "sentence": f"{figures[0].zh}排名：" + "，".join(f"{c['name']}{c['text']}" for c in cities) + "。",
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


FORMS: dict[str, Callable[[Widget, list[Figure], Period], dict[str, Any]]] = {
    "hero": _figures,
    "figure": _figures,
    "pair": _figures,
    "lamps": _lamps,
    "flow": _flow,
    "backlog": _backlog,
    "map": _map,
    "ranking": _ranking,
}
