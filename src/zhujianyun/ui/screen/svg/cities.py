"""Pictures by city (分市图): map, ranking, tiles, map with the worst, mirrored bars, plan and actual."""

from __future__ import annotations

from typing import Any

from zhujianyun.ui.screen.svg import land
from zhujianyun.ui.screen.svg.pen import Pen, mix, width_of

# Fourteen cities as tiles, roughly where they lie: column, row.
PLACES = {
    "450300": (3, 0), "450200": (2, 1), "451200": (1, 1), "451100": (4, 1), "451000": (0, 2), "451300": (2, 2),
    "450400": (4, 2), "450100": (1, 3), "450800": (3, 2), "450900": (3, 3), "451400": (0, 3), "450700": (2, 3),
    "450600": (1, 4), "450500": (2, 4),
}  # fmt: skip
SHIFT = {
    "450100": (-14, -6), "450700": (16, -6), "450600": (-34, 12), "450500": (30, 18), "450800": (12, -10),
    "450900": (22, 10), "451300": (-8, -14), "451400": (-20, 4),
}  # fmt: skip


def _share(city: dict[str, Any], data: dict[str, Any]) -> float:
    spread = data["max"] - data["min"]
    return (city["number"] - data["min"]) / spread if spread else 1.0


def map_(pen: Pen, data: dict[str, Any], width: float = 0) -> None:
    """Cities shaded by their figure, with name and value (城市地图)."""
    p, by = pen.palette, {city["code"]: city for city in data["cities"]}
    placed = land.placed(width or pen.width, pen.height)
    for code, path, _ in placed:
        city = by.get(code)
        fill = mix(*p.ramp, _share(city, data)) if city else p.ground
        with pen.link(city["url"] if city else "", f"{city['name']} {city['text']}" if city else "无数据"):
            pen.path(path, fill=fill, stroke=p.panel, width=2)
    size = 24 if (width or pen.width) > 560 else 18
    for code, _, (x, y) in placed:
        if city := by.get(code):
            dx, dy = SHIFT.get(code, (0, 0))
            for line, said in enumerate((city["name"], city["bare"])):
                pen.text(x + dx, y + dy + line * size * 1.1, said, size=size, anchor="middle", halo=p.panel)
                pen.text(
                    x + dx, y + dy + line * size * 1.1, said, size=size, anchor="middle", bold=bool(line)
                )


def choropleth(pen: Pen, data: dict[str, Any]) -> None:
    """The map, and beside it those that stand worst (地图与末位名单)."""
    room = min(430.0, pen.width * 0.4)
    map_(pen, data, pen.width - room - 20)
    _bars(pen, data["worst"], pen.width - room, room, data["max"] or 1)


def ranking(pen: Pen, data: dict[str, Any]) -> None:
    """Cities in order (城市排名)."""
    _bars(pen, data["cities"], 0, pen.width, max((c["number"] for c in data["cities"]), default=1) or 1)


def _bars(pen: Pen, cities: list[dict[str, Any]], x: float, room: float, most: float) -> None:
    height = min(56.0, pen.height / max(1, len(cities)))
    size = min(24.0, height * 0.62)
    tail = max((width_of(c["text"], size) for c in cities), default=0) + 14
    left = size * 4
    for n, city in enumerate(cities):
        y = n * height
        with pen.link(city["url"], f"{city['name']} {city['text']}"):
            pen.text(x, y + height / 2 + size * 0.35, city["name"], size=size)
            bar = (room - left - tail) * max(0.0, city["number"]) / most
            pen.rect(x + left, y + height * 0.2, bar, height * 0.6, pen.palette.one, radius=2)
            pen.text(x + left + bar + 8, y + height / 2 + size * 0.35, city["text"], size=size)


def tiles(pen: Pen, data: dict[str, Any]) -> None:
    """A tile for each city, roughly where it lies (城市格图)."""
    p, by = pen.palette, {city["code"]: city for city in data["cities"]}
    width, height = pen.width / 5, pen.height / 5
    for code, (column, row) in PLACES.items():
        x, y, city = column * width, row * height, by.get(code)
        if city is None:
            pen.rect(x + 3, y + 3, width - 6, height - 6, "none", radius=6, stroke=p.line)
            continue
        with pen.link(city["url"], f"{city['name']} {city['text']}"):
            pen.rect(x + 3, y + 3, width - 6, height - 6, mix(*p.ramp, _share(city, data)), radius=6)
            pen.text(
                x + width / 2, y + height / 2 - 4, city["name"], anchor="middle", size=min(24, height * 0.3)
            )
            pen.text(x + width / 2, y + height / 2 + 26, city["text"], anchor="middle", bold=True, size=min(26, height * 0.32), room=width - 10)  # fmt: skip


def mirror(pen: Pen, data: dict[str, Any]) -> None:
    """Two bars of each city, left and right of its name (双向条形)."""
    p, middle = pen.palette, pen.width / 2
    height = (pen.height - 36) / max(1, len(data["rows"]))
    size = min(22.0, height * 0.6)
    texts = [width_of(s["text"], size) for row in data["rows"] for s in row["sides"]]
    half = middle - 52 - max(texts, default=0) - 10
    pen.text(middle - 56, 22, data["names"][0], size=22, fill=p.one, anchor="end")
    pen.text(middle + 56, 22, data["names"][1], size=22, fill=p.two)
    for n, row in enumerate(data["rows"]):
        y = 36 + n * height
        base = y + height / 2 + size * 0.35
        pen.text(middle, base, row["name"], size=size, anchor="middle")
        for side, ink, to_left in zip(row["sides"], (p.one, p.two), (True, False), strict=True):
            bar = half * side["share"]
            with pen.link(side["url"], f"{row['name']} {side['text']}"):
                start = middle - 52 - bar if to_left else middle + 52
                pen.rect(start, y + height * 0.18, bar, height * 0.64, ink, radius=2)
                x = start - 8 if to_left else start + bar + 8
                pen.text(x, base, side["text"], size=size, anchor="end" if to_left else "start")


def bullet(pen: Pen, data: dict[str, Any]) -> None:
    """The actual as a bar, the plan as a mark across it (计划与实际)."""
    p, height = pen.palette, pen.height / max(1, len(data["rows"]))
    for n, row in enumerate(data["rows"]):
        y, bar = n * height, min(28.0, height * 0.34)
        top = y + (height - bar - 32) / 2
        with pen.link(
            f"/screen/figure/{row['code']}/", f"{row['name']} {row['text']}，计划 {row['plan_text']}"
        ):
            said = f"{row['text']} / 计划 {row['plan_text']}"
            pen.text(0, top + 22, row["name"], size=24, fill=p.soft, room=pen.width - width_of(said, 24) - 20)
            pen.text(pen.width, top + 22, said, size=24, anchor="end")
            pen.rect(0, top + 32, pen.width, bar, p.line, radius=3)
            pen.rect(0, top + 32 + bar * 0.2, pen.width * (row["share"] or 0), bar * 0.6, p.one, radius=2)
            if row["plan"] is not None:
                x = min(pen.width - 4, pen.width * row["plan"])
                pen.rect(x - 2, top + 29, 5, bar + 6, p.four)
