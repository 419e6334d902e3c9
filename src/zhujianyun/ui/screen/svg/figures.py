"""Pictures of figures (指标图): numbers in tiles, lamps, and the bars from accepted to concluded."""

from __future__ import annotations

from typing import Any

from zhujianyun.ui.screen.svg.pen import Pen, width_of

LAMP_INK = {"black": "alarm", "red": "four", "yellow": "four", "green": "two", "paused": "quiet"}


def hero(pen: Pen, data: dict[str, Any]) -> None:
    """One big number with its meter (主指标)."""
    figure, p = data["figures"][0], pen.palette
    size = min(
        150.0, pen.height * 0.44, pen.width / max(2.2, width_of(figure["text"] + figure["unit_text"], 0.8))
    )
    top = max(30.0, (pen.height - size * 1.1 - 100) / 2 + 30)
    pen.text(0, top, figure["name"], size=26, fill=p.soft, room=pen.width)
    base = top + size
    pen.text(0, base, figure["text"], size=size, bold=True)
    pen.text(width_of(figure["text"], size) + 14, base, figure["unit_text"], size=size * 0.4, fill=p.soft)
    if figure["share"] is not None:
        pen.rect(0, base + 18, pen.width, 14, p.line, radius=7)
        pen.rect(0, base + 18, pen.width * min(1, figure["share"]), 14, p.one, radius=7)
    pen.text(0, base + 66, figure["side"], size=26, fill=p.soft, room=pen.width)


def figures(pen: Pen, data: dict[str, Any]) -> None:
    """Numbers side by side (指标组)."""
    found = data["figures"]
    columns = max(1, min(data["columns"], len(found)))
    lines = -(-len(found) // columns)
    width, height = pen.width / columns, pen.height / lines
    for n, figure in enumerate(found):
        x, y = (n % columns) * width, (n // columns) * height
        _one(pen, figure, x, y, width - 16, height)


def _one(pen: Pen, figure: dict[str, Any], x: float, y: float, width: float, height: float) -> None:
    p = pen.palette
    size = min(60.0, height * 0.46, width / max(1.5, width_of(figure["text"], 1) + 1.2))
    has_side = bool(figure["side"]) and height > 120
    block = 26 + size * 1.15 + (30 if has_side else 0)
    top = y + max(0, (height - block) / 2)
    pen.text(x, top + 24, figure["name"], size=24, fill=p.soft, room=width)
    base = top + 26 + size
    pen.text(x, base, figure["text"], size=size, bold=True)
    pen.text(x + width_of(figure["text"], size) + 8, base, figure["unit_text"], size=26, fill=p.soft)
    if has_side:
        pen.text(x, base + 32, figure["side"], size=22, fill=p.soft, room=width)


def lamps(pen: Pen, data: dict[str, Any]) -> None:
    """Numbers with a coloured edge and their names (时限灯)."""
    width = pen.width / max(1, len(data["figures"]))
    for n, (figure, lamp) in enumerate(zip(data["figures"], data["lamps"], strict=False)):
        pen.rect(n * width, 4, 8, pen.height - 8, getattr(pen.palette, LAMP_INK[lamp]))
        _one(pen, figure, n * width + 22, 0, width - 40, pen.height)


def flow(pen: Pen, data: dict[str, Any]) -> None:
    """Aligned bars: before above after (受理到办结)."""
    p, height = pen.palette, pen.height / max(1, len(data["rows"]))
    left, right = 170.0, 300.0
    room = pen.width - left - right
    for n, row in enumerate(data["rows"]):
        y = n * height + height / 2
        bar = min(26.0, height * 0.26)
        pen.text(0, y + 9, row["label"], size=26, room=left - 10)
        pen.rect(left, y - bar - 3, room * row["from"]["width"], bar, p.one, radius=3)
        pen.rect(left, y + 3, room * row["to"]["width"], bar, p.two, radius=3)
        pen.text(
            pen.width, y - 2, f"{row['from']['text']} → {row['to']['text']}", size=28, bold=True, anchor="end"
        )
        pen.text(pen.width, y + 28, row["note"], size=22, fill=p.soft, anchor="end", room=right)
