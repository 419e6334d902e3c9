"""Forms over the months of a year (按月形式): backlog, trend line, fourteen small multiples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhujianyun.base.codes import divisions
from zhujianyun.kernel.indicator import Grain, queries
from zhujianyun.kernel.indicator.queries import Figure
from zhujianyun.ui.screen.forms.form import WORDS, Asked, Data, Form, in_words, number, register
from zhujianyun.ui.screen.svg import months as pictures

if TYPE_CHECKING:
    from zhujianyun.ui.screen.registry import Widget


def _backlog(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """Two flows by month and what is open at the end of each month."""
    taken, done = (queries.series(f.code, Grain.MONTH, asked.period, known_at=asked.at) for f in figures)
    months = [f"{point.period.start.month}月" for point in taken]
    values = [[number(point.value) for point in series] for series in (taken, done)]
    running, left = [], 0.0
    for accepted, concluded in zip(*values, strict=True):
        left += (accepted or 0) - (concluded or 0)
        running.append(None if accepted is None and concluded is None else left)
    names = widget.options.get("names", [f.zh for f in figures])
    rows = [
        [month, a.text, d.text, "—" if o is None else f"{o:g}"]
        for month, a, d, o in zip(months, taken, done, running, strict=True)
    ]
    return {
        "months": months,
        "series": [
            {"code": f.code, "name": name, "values": v}
            for f, name, v in zip(figures, names, values, strict=True)
        ],
        "open": running,
        **in_words(widget.title, ["月份", *names, "月末在办"], rows),
    }


def _trend(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """One or two figures by month; a mark where the definition changed."""
    found = [queries.series(f.code, Grain.MONTH, asked.period, known_at=asked.at) for f in figures]
    names = widget.options.get("names", [f.zh for f in figures])
    months = [f"{point.period.start.month}月" for point in found[0]]
    lines = [
        {
            "code": f.code, "name": name, "unit": f.unit.zh, "values": [number(p.value) for p in points],
            "texts": [p.text for p in points], "breaks": [i for i, p in enumerate(points) if p.is_break],
        }
        for f, name, points in zip(figures, names, found, strict=True)
    ]  # fmt: skip
    rows = [[month, *(line["texts"][i] for line in lines)] for i, month in enumerate(months)]
    return {"months": months, "lines": lines, **in_words(widget.title, ["月份", *names], rows)}


def _multiples(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """The same little picture for each city; one may be lit."""
    names = {row.code: row.name.removesuffix("市") for row in divisions.cities(asked.today)}
    found = queries.series_by_city(figures[0].code, Grain.MONTH, asked.period, asked.at)
    cities = [
        {
            "code": code, "name": name, "values": [number(p.value) for p in found.get(code, [])],
            "last": next((p.text for p in reversed(found.get(code, [])) if p.value is not None), "—"),
            "lit": code == widget.options.get("lit"),
        }
        for code, name in names.items()
    ]  # fmt: skip
    rows = [[city["name"], city["last"]] for city in cities]
    return {"cities": cities, "code": figures[0].code, **in_words(widget.title, ["城市", "最近一月"], rows)}


for form in (
    Form("backlog", "受理办结与在办", _backlog, pictures.backlog, least=2, most=2, painted=True, options={"names": WORDS}, size=(8, 6)),
    Form("trend", "趋势线", _trend, pictures.trend, most=2, options={"names": WORDS}, size=(8, 5)),
    Form("multiples", "各市小图", _multiples, pictures.multiples, most=1, options={"lit": {"type": "string", "pattern": "^[0-9]{6}$"}}, size=(12, 7)),
):  # fmt: skip
    register(form)
