"""Pictures that spread things over a plane (分布图): histogram, risk matrix, matrix, streams."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from zhujianyun.ui.screen.svg.pen import Pen, mix, width_of


def histogram(pen: Pen, data: dict[str, Any]) -> None:
    """Columns that touch, each with its number (直方图)."""
    p, bins = pen.palette, data["bins"]
    most, step, bottom = (
        max((b["count"] for b in bins), default=0) or 1,
        pen.width / max(1, len(bins)),
        pen.height - 30,
    )
    for n, one in enumerate(bins):
        height = (bottom - 34) * one["count"] / most
        pen.rect(n * step + 1, bottom - height, step - 2, height, p.one)
        pen.text((n + 0.5) * step, bottom - height - 8, str(one["count"]), size=20, anchor="middle")
        pen.text(
            (n + 0.5) * step, pen.height - 6, one["name"], size=18, fill=p.soft, anchor="middle", room=step
        )
    pen.line(0, bottom, pen.width, bottom)
    if data["outside"]:
        pen.text(pen.width, 20, f"范围外 {data['outside']}", size=18, fill=p.soft, anchor="end")


def risk(pen: Pen, data: dict[str, Any]) -> None:
    """Five by five, shaded by score, numbers inside; the worst ten beside it (风险矩阵)."""
    p, side = pen.palette, min(pen.height - 34, pen.width * 0.5)
    cell, left = side / 5, 34.0
    for r, line in enumerate(data["cells"]):
        for c, count in enumerate(line):
            score = (5 - r) * (c + 1)
            fill = mix(
                p.ramp[0], p.alarm if score >= 15 else p.four if score >= 8 else p.two, 0.25 + score / 50
            )
            pen.rect(left + c * cell + 2, r * cell + 2, cell - 4, cell - 4, fill, radius=4)
            if count:
                pen.text(
                    left + (c + 0.5) * cell,
                    (r + 0.5) * cell + 9,
                    str(count),
                    size=26,
                    bold=True,
                    anchor="middle",
                    halo=p.panel,
                )
                pen.text(
                    left + (c + 0.5) * cell,
                    (r + 0.5) * cell + 9,
                    str(count),
                    size=26,
                    bold=True,
                    anchor="middle",
                )
        pen.text(8, (r + 0.5) * cell + 8, str(5 - r), size=18, fill=p.soft)
    pen.text(left, pen.height - 8, "后果 1–5 →（纵轴：可能性）", size=18, fill=p.soft)
    x, height = left + side + 26, pen.height / 10
    for n, one in enumerate(data["top"]):
        with pen.link(one["url"], f"{one['name']} {one['score']}"):
            pen.text(x, n * height + height * 0.6, str(one["score"]), size=22, bold=True)
            pen.text(x + 42, n * height + height * 0.6, one["name"], size=20, room=pen.width - x - 44)


def matrix(pen: Pen, data: dict[str, Any]) -> None:
    """Cells filled as far as they are complete; a dash where a cell does not apply (完整度矩阵)."""
    p, rows, columns = pen.palette, data["rows"], data["columns"]
    left = min(pen.width * 0.3, max([width_of(r, 20) for r in rows], default=0) + 14)
    width, height = (pen.width - left) / max(1, len(columns)), (pen.height - 30) / max(1, len(rows))
    for c, name in enumerate(columns):
        pen.text(left + (c + 0.5) * width, 20, name, size=18, fill=p.soft, anchor="middle", room=width - 4)
    for r, (name, line) in enumerate(zip(rows, data["cells"], strict=True)):
        y = 30 + r * height
        pen.text(0, y + height / 2 + 7, name, size=min(20, height * 0.7), room=left - 8)
        for c, cell in enumerate(line):
            x = left + c * width
            if cell is None:
                pen.text(x + width / 2, y + height / 2 + 6, "—", size=16, fill=p.soft, anchor="middle")
                continue
            with pen.link(cell["url"], f"{name} {columns[c]} {cell['text']}"):
                pen.rect(x + 2, y + 2, width - 4, height - 4, p.ground, radius=3, stroke=p.line)
                pen.rect(
                    x + 2,
                    y + 2,
                    (width - 4) * cell["share"],
                    height - 4,
                    p.two if cell["share"] == 1 else p.one,
                    radius=3,
                )
                if height > 20 and width > 46:
                    fill = p.ground if cell["share"] > 0.6 else p.ink
                    pen.text(x + width / 2, y + height / 2 + 7, cell["text"], size=19, fill=fill, bold=True, anchor="middle")  # fmt: skip


NAME_LINE = 26.0  # the height that a name needs


def sankey(pen: Pen, data: dict[str, Any]) -> None:
    """Three columns of names and bands between them, as wide as what flows (来源去向)."""
    streams, p = data["streams"], pen.palette
    if not streams:
        pen.text(pen.width / 2, pen.height / 2, "没有数据", anchor="middle", fill=p.soft)
        return
    keys = ("from", "through", "to")
    xs = [0.0, pen.width / 2 - 8, pen.width - 16]
    places = [_stack(streams, key, pen.height) for key in keys]
    inks = (p.one, p.two, p.three, p.four)
    order = list(dict.fromkeys(s["from"] for s in streams))
    used: list[dict[str, float]] = [defaultdict(float), defaultdict(float), defaultdict(float)]
    for stream in streams:
        color = inks[order.index(stream["from"]) % 4]
        for step in (0, 1):
            (ya, ka), (yb, kb) = (places[step + i][stream[keys[step + i]]] for i in (0, 1))
            # A name in the middle is entered and left: each side has its own running offset.
            a = ya + used[step][f"out {stream[keys[step]]}"]
            b = yb + used[step + 1][f"in {stream[keys[step + 1]]}"]
            ha, hb = stream["value"] * ka, stream["value"] * kb
            used[step][f"out {stream[keys[step]]}"] += ha
            used[step + 1][f"in {stream[keys[step + 1]]}"] += hb
            pen.path(_band(xs[step] + 16, a, ha, xs[step + 1], b, hb), fill=color, opacity=0.45)
    for column, (x, stack) in enumerate(zip(xs, places, strict=True)):
        for name, (y, k) in stack.items():
            amount = sum(s["value"] for s in streams if s[keys[column]] == name)
            pen.rect(x, y, 16, max(3, amount * k), p.ink, radius=2)
            at, anchor = (x - 8, "end") if column == 2 else (x + 24, "start")
            pen.text(
                at,
                y + max(3, amount * k) / 2 + 7,
                name,
                size=20,
                anchor=anchor,
                halo=p.panel,
                room=pen.width * 0.32,
            )
            pen.text(at, y + max(3, amount * k) / 2 + 7, name, size=20, anchor=anchor, room=pen.width * 0.32)


def _stack(streams: list[dict[str, Any]], key: str, height: float) -> dict[str, tuple[float, float]]:
    """Top and units per amount of each name in a column; every name has a line of its own."""
    sums: dict[str, float] = defaultdict(float)
    for stream in streams:
        sums[stream[key]] += stream["value"]
    gap = 14.0 if len(sums) * (NAME_LINE + 14.0) <= height else 2.0
    room = height - gap * (len(sums) - 1)
    line = min(NAME_LINE, room / len(sums))
    scale = _scale(list(sums.values()), room, line)
    places, y = {}, 0.0
    for name, amount in sums.items():
        slot = max(amount * scale, line)
        places[name] = (y + (slot - max(3, amount * scale)) / 2, scale)
        y += slot + gap
    return places


def _scale(amounts: list[float], height: float, line: float) -> float:
    """Units per amount, such that bars, and the lines of names taller than their bars, fill a height."""
    large = amounts
    while large:
        scale = (height - line * (len(amounts) - len(large))) / (sum(large) or 1)
        still = [amount for amount in large if amount * scale >= line]
        if len(still) == len(large):
            return max(scale, 0.0)
        large = still
    return line / (max(amounts) or 1)


def _band(x1: float, a: float, ha: float, x2: float, b: float, hb: float) -> str:
    m = (x1 + x2) / 2
    return (
        f"M{x1:.0f} {a:.1f}C{m:.0f} {a:.1f} {m:.0f} {b:.1f} {x2:.0f} {b:.1f}V{b + hb:.1f}"
        f"C{m:.0f} {b + hb:.1f} {m:.0f} {a + ha:.1f} {x1:.0f} {a + ha:.1f}Z"
    )
