"""Forms by city (分市形式): map, ranking, tiles, choropleth with the worst, mirrored bars, plan and actual."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from zhujianyun.base.codes import divisions
from zhujianyun.kernel.indicator import display, queries
from zhujianyun.kernel.indicator.queries import Figure
from zhujianyun.ui.screen.forms.form import NAMES, WORDS, Asked, Data, Form, in_words, number, register
from zhujianyun.ui.screen.svg import cities as pictures

if TYPE_CHECKING:
    from zhujianyun.ui.screen.registry import Widget


def names_on(day: date) -> list[tuple[str, str]]:
    """Code and short name of every city of a day (城市简称)."""
    return [(row.code, row.name.removesuffix("市")) for row in divisions.cities(day)]


NONE_YET = {"empty": "暂无分市数据"}


def rows_by_city(code: str, asked: Asked) -> list[dict[str, Any]]:
    """The figure of each city as drawn on walls: code, name, number, text, where a click leads (分市数据)."""
    found = queries.by_city(code, asked.period, asked.at)
    cities = []
    for row in divisions.cities(asked.today):
        figure = found.get(row.code)
        if figure is None or figure.value is None:
            continue
        cities.append(
            {
                "code": row.code,
                "name": row.name.removesuffix("市"),
                "number": float(figure.value),
                "text": figure.shown.text,
                "bare": figure.shown.bare,
                "url": reverse("screen:figure", args=[code]) + f"?city={row.code}",
            }
        )
    return cities


def _told(title: str, cities: list[dict[str, Any]]) -> Data:
    return in_words(title, ["城市", "数值"], [[c["name"], c["text"]] for c in cities])


def _map(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    cities = rows_by_city(figures[0].code, asked)
    if not cities:
        return NONE_YET
    low, high = min(cities, key=lambda c: c["number"]), max(cities, key=lambda c: c["number"])
    return {
        "cities": cities, "code": figures[0].code,
        "min": low["number"], "max": high["number"], "min_text": low["text"], "max_text": high["text"],
        **_told(f"{figures[0].zh}分市", cities),
    }  # fmt: skip


def _ranking(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    cities = sorted(rows_by_city(figures[0].code, asked), key=lambda c: -c["number"])
    if not cities:
        return NONE_YET
    return {"cities": cities, "from": 0, **_told(f"{figures[0].zh}排名", cities)}


def _worst(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """A map and beside it the cities that stand worst, by the direction of the indicator."""
    made = _map(widget, figures, asked)
    if "empty" in made:
        return made
    is_down = figures[0].definition.direction == "down"
    ordered = sorted(made["cities"], key=lambda c: (-c["number"] if is_down else c["number"], c["code"]))
    return {**made, "worst": ordered[: widget.options.get("worst", 10)]}


def _mirror(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """Two figures of each city, one to the left and one to the right of its name."""
    left, right = ({c["code"]: c for c in rows_by_city(f.code, asked)} for f in figures)
    names = widget.options.get("names", [f.zh for f in figures])
    most = max([c["number"] for side in (left, right) for c in side.values()], default=0) or 1
    rows = []
    for row in divisions.cities(asked.today):
        sides = [side.get(row.code) for side in (left, right)]
        rows.append(
            {
                "name": row.name.removesuffix("市"),
                "sides": [
                    {"share": max(0.0, c["number"]) / most, "text": c["text"], "url": c["url"]}
                    if c
                    else {"share": 0.0, "text": "—", "url": ""}
                    for c in sides
                ],
            }
        )
    told = [[r["name"], r["sides"][0]["text"], r["sides"][1]["text"]] for r in rows]
    return {"rows": rows, "names": names, **in_words(widget.title, ["城市", *names], told)}


def _bullet(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """Actual against plan: pairs of indicators (actual, plan), or each against its own target."""
    if widget.options.get("against") == "target":
        pairs = [(f, f.aim.value if f.aim else None) for f in figures]
    else:
        pairs = [(f, plan.value) for f, plan in zip(figures[::2], figures[1::2], strict=False)]
    names = widget.options.get("names", {})
    rows = []
    for figure, plan in pairs:
        scale = max(figure.value or 0, plan or 0) or 1
        rows.append(
            {
                "code": figure.code,
                "name": names.get(figure.code, figure.zh),
                "text": figure.shown.text,
                "plan_text": display.text_zh(plan, figure.unit) if plan is not None else "—",
                "share": number((figure.value or 0) / scale),
                "plan": None if plan is None else number(plan / scale),
            }
        )
    told = [[r["name"], r["text"], r["plan_text"]] for r in rows]
    return {"rows": rows, **in_words(widget.title, ["指标", "实际", "计划"], told)}


for form in (
    Form("map", "城市地图", _map, pictures.map_, most=1, painted=True, size=(10, 10)),
    Form("ranking", "城市排名", _ranking, pictures.ranking, most=1, painted=True, size=(7, 7)),
    Form("citytiles", "城市格图", _map, pictures.tiles, most=1, size=(8, 8)),
    Form("choropleth", "地图与末位名单", _worst, pictures.choropleth, most=1, options={"worst": {"type": "integer", "minimum": 3, "maximum": 14}}, size=(14, 9)),
    Form("mirror", "双向条形", _mirror, pictures.mirror, least=2, most=2, options={"names": WORDS}, size=(8, 9)),
    Form("bullet", "计划与实际", _bullet, pictures.bullet, options={"names": NAMES, "against": {"enum": ["plan", "target"]}}, size=(8, 5)),
):  # fmt: skip
    register(form)
