"""Pictures over months (按月图): paired bars with the backlog, trend lines, small multiples."""

from __future__ import annotations

from typing import Any

from zhujianyun.ui.screen.svg.pen import Pen, plain, ticks, width_of


def _axis(pen: Pen, top: float, bottom: float, left: float, most: float) -> float:
    """Horizontal lines with their values; the highest value."""
    marks = ticks(most, 3)
    for mark in marks:
        y = bottom - (bottom - top) * mark / marks[-1]
        pen.line(left, y, pen.width, y)
        pen.text(left - 8, y + 8, plain(mark), size=20, fill=pen.palette.soft, anchor="end")
    return marks[-1]


def _months(pen: Pen, months: list[str], left: float, step: float) -> None:
    for n, month in enumerate(months):
        pen.text(left + step * (n + 0.5), pen.height - 4, month.removesuffix("月"), size=20, fill=pen.palette.soft, anchor="middle")  # fmt: skip


def _key(pen: Pen, names: list[tuple[str, str]], y: float = 20) -> None:
    """Names in their colours, along the top."""
    x = 0.0
    for name, ink in names:
        pen.rect(x, y - 15, 18, 14, ink, radius=2)
        pen.text(x + 24, y, name, size=22, fill=pen.palette.soft)
        x += 24 + width_of(name, 22) + 22


def backlog(pen: Pen, data: dict[str, Any]) -> None:
    """Two bars a month, and under them what was open at its end (受理、办结与在办)."""
    p, left = pen.palette, 70.0
    step = (pen.width - left) / max(1, len(data["months"]))
    first, second = data["series"]
    _key(pen, [(first["name"], p.one), (second["name"], p.two), ("月末在办（下）", p.four)])
    split = pen.height * 0.6
    most = max([v for s in (first, second) for v in s["values"] if v is not None], default=0)
    high = _axis(pen, 44, split, left, most)
    for n, pair in enumerate(zip(first["values"], second["values"], strict=True)):
        for side, (value, ink) in enumerate(zip(pair, (p.one, p.two), strict=True)):
            height = (split - 44) * (value or 0) / high
            width = step * 0.34
            pen.rect(left + step * (n + 0.5) + (side - 1) * width, split - height, width - 1, height, ink)
    open_, bottom, top = data["open"], pen.height - 28, split + 24
    high = _axis(pen, top, bottom, left, max([v for v in open_ if v is not None], default=0))
    spots = [
        None if v is None else (left + step * (n + 0.5), bottom - (bottom - top) * max(0, v) / high)
        for n, v in enumerate(open_)
    ]
    pen.polyline(spots, p.four)
    for spot in spots:
        if spot:
            pen.circle(*spot, 5, p.four)
    last = next((n for n in range(len(open_) - 1, -1, -1) if open_[n] is not None), None)
    if last is not None and (spot := spots[last]):
        pen.text(spot[0], spot[1] - 10, f"{open_[last]:g}", size=22, anchor="middle", halo=p.panel)
        pen.text(spot[0], spot[1] - 10, f"{open_[last]:g}", size=22, anchor="middle")
    _months(pen, data["months"], left, step)


def trend(pen: Pen, data: dict[str, Any]) -> None:
    """Lines from zero, each with its last value; a broken line where the definition changed (趋势)."""
    p, left = pen.palette, 76.0
    lines, inks = data["lines"], (p.one, p.two)
    step = (pen.width - left) / max(1, len(data["months"]))
    _key(pen, [(line["name"], ink) for line, ink in zip(lines, inks, strict=False)])
    bottom, top = pen.height - 28, 48.0
    high = _axis(
        pen, top, bottom, left, max([v for line in lines for v in line["values"] if v is not None], default=0)
    )
    for number, (line, ink) in enumerate(zip(lines, inks, strict=False)):
        spots = [
            None if v is None else (left + step * (n + 0.5), bottom - (bottom - top) * max(0, v) / high)
            for n, v in enumerate(line["values"])
        ]
        pen.polyline(spots, ink)
        for n in line["breaks"]:
            pen.line(left + step * n, top, left + step * n, bottom, p.four, 2, "6 6")
            pen.text(left + step * n + 4, top + 16, "口径调整", size=18, fill=p.four)
        for spot in spots:
            if spot:
                pen.circle(*spot, 5, ink)
        last = next((n for n in range(len(spots) - 1, -1, -1) if spots[n]), None)
        if last is not None and (spot := spots[last]):
            is_lower = number and (lines[0]["values"][last] or 0) >= (line["values"][last] or 0)
            y = min(bottom - 4, spot[1] + (34 if is_lower else -12))
            pen.text(pen.width, y, line["texts"][last], size=22, fill=ink, bold=True, anchor="end")
    _months(pen, data["months"], left, step)


def multiples(pen: Pen, data: dict[str, Any]) -> None:
    """Fourteen little lines on one scale, each with its name and last value (各市小图)."""
    p, cities = pen.palette, data["cities"]
    columns = 7 if pen.width > 900 else 5 if pen.width > 560 else 3
    lines = -(-len(cities) // columns)
    width, height = pen.width / columns, pen.height / max(1, lines)
    most = max([v for c in cities for v in c["values"] if v is not None], default=0) or 1
    for n, city in enumerate(cities):
        x, y = (n % columns) * width, (n // columns) * height
        with pen.link(
            f"/screen/figure/{data['code']}/?city={city['code']}", f"{city['name']} {city['last']}"
        ):
            pen.rect(x, y, width - 10, height - 10, p.ground, radius=6, stroke=p.one if city["lit"] else "")
            pen.text(x + 10, y + 28, city["name"], size=22, fill=p.soft)
            pen.text(
                x + width - 20, y + 28, city["last"], size=22, bold=True, anchor="end", room=width * 0.62
            )
            top, bottom, step = y + 42, y + height - 22, (width - 34) / max(1, len(city["values"]) - 1)
            pen.line(x + 12, bottom, x + width - 22, bottom)
            pen.polyline(
                [None if v is None else (x + 12 + step * i, bottom - (bottom - top) * max(0, v) / most) for i, v in enumerate(city["values"])],
                p.four if city["lit"] else p.one,
            )  # fmt: skip
