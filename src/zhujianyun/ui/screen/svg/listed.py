"""Pictures of single things (单项图): status tiles, milestones, expiry, days left, steps with ages."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from zhujianyun.ui.screen.items import LEVELS
from zhujianyun.ui.screen.svg.pen import Pen, mix, width_of

INKS = {"bad": "alarm", "late": "four", "watch": "three", "ok": "two", "off": "quiet"}


def ink(pen: Pen, level: str) -> str:
    """The colour of a level; its word stands beside it (状态颜色)."""
    return str(getattr(pen.palette, INKS[level]))


def tiles(pen: Pen, data: dict[str, Any]) -> None:
    """Tiles, worst first, with a count of each level above (状态墙)."""
    p, x = pen.palette, 0.0
    for level, zh, count in data["counts"]:
        pen.rect(x, 8, 22, 22, ink(pen, level), radius=3)
        pen.text(x + 30, 28, f"{zh} {count}", size=24, bold=True)
        x += 30 + width_of(f"{zh} {count}", 24) + 34
    found, top = data["tiles"], 46.0
    columns = _columns(len(found), pen.width, pen.height - top)
    width, height = pen.width / columns, (pen.height - top) / max(1, -(-len(found) // columns))
    height = min(height, 120.0)
    size = max(15.0, min(24.0, height * 0.3))
    for n, tile in enumerate(found):
        left, y = (n % columns) * width, top + (n // columns) * height
        with pen.link(tile["url"], f"{tile['name']}：{LEVELS[tile['level']]}，{tile['text']}"):
            pen.rect(left, y, width - 8, height - 8, p.ground, radius=6, stroke=p.line)
            pen.rect(left, y, 10, height - 8, ink(pen, tile["level"]), radius=3)
            pen.text(left + 20, y + height * 0.4, tile["name"], size=size, room=width - 38)
            said = tile["text"] or LEVELS[tile["level"]]
            fill = p.soft if tile["level"] in ("ok", "off") else ink(pen, tile["level"])
            pen.text(
                left + 20, y + height * 0.4 + size * 1.2, said, size=size * 0.84, fill=fill, room=width - 38
            )


def _columns(count: int, width: float, height: float) -> int:
    """So many that a tile is about three times as wide as high."""
    if not count:
        return 1
    return max(1, min(count, math.ceil(math.sqrt(count * width / max(1.0, height) / 2.6))))


def gantt(pen: Pen, data: dict[str, Any]) -> None:
    """Spans on one axis of days; today is a line, late ones are alarm-coloured and say so (节点横道)."""
    rows, p = data["rows"], pen.palette
    if not rows:
        pen.text(pen.width / 2, pen.height / 2, "没有节点", anchor="middle", fill=p.soft)
        return
    today = date.fromisoformat(data["today"])
    days = [date.fromisoformat(r[k]) for r in rows for k in ("start", "end")] + [today]
    first, last = min(days), max(days)
    left, right = pen.width * 0.3, pen.width - 110
    span = max(1, (last - first).days)
    height = (pen.height - 30) / len(rows)
    size = min(22.0, height * 0.6)

    def at(day: str) -> float:
        return left + (right - left) * (date.fromisoformat(day) - first).days / span

    for n, row in enumerate(rows):
        y = n * height
        color = p.alarm if row["late"] else p.two if row["done"] else p.one
        with pen.link(row["url"], f"{row['name']} {row['start']}—{row['end']}"):
            pen.text(0, y + height / 2 + size * 0.35, row["name"], size=size, room=left - 14)
            if row["is_point"]:
                pen.circle(at(row["end"]), y + height / 2, height * 0.24, color)
            else:
                pen.rect(
                    at(row["start"]),
                    y + height * 0.26,
                    max(4, at(row["end"]) - at(row["start"])),
                    height * 0.48,
                    color,
                    radius=3,
                )
            said = "已完成" if row["done"] and not row["late"] else "超期" if row["late"] else row["end"][5:]
            pen.text(pen.width, y + height / 2 + size * 0.35, said, size=size, fill=color if row["late"] else p.soft, anchor="end")  # fmt: skip
    x = at(data["today"])
    pen.line(x, 0, x, pen.height - 28, p.ink, 2, "4 5")
    pen.text(x, pen.height - 6, f"今日 {data['today'][5:]}", size=20, anchor="middle", fill=p.soft)
    pen.text(left, pen.height - 6, first.isoformat(), size=18, fill=p.soft)


def expiry(pen: Pen, data: dict[str, Any]) -> None:
    """Thirteen weeks ahead, and the numbers within 30, 60 and 90 days (到期时间轴)."""
    p = pen.palette
    facts = [("已到期", data["gone"])] + [(f"{n} 天内", count) for n, count in data["within"]]
    for n, (name, count) in enumerate(facts):
        x = pen.width / 4 * n
        pen.text(x, 26, name, size=22, fill=p.soft)
        pen.text(
            x + width_of(name, 22) + 10,
            28,
            str(count),
            size=30,
            bold=True,
            fill=p.alarm if not n and count else "",
        )
    top, bottom, step = 60.0, pen.height - 28, pen.width / 13
    most = max(data["weeks"]) or 1
    for n, count in enumerate(data["weeks"]):
        height = (bottom - top - 24) * count / most
        pen.rect(n * step + 3, bottom - height, step - 6, height, p.four if n < 5 else p.one, radius=2)
        if count:
            pen.text((n + 0.5) * step, bottom - height - 6, str(count), size=20, anchor="middle")
        if n % 2 == 0:
            pen.text(
                (n + 0.5) * step, pen.height - 4, data["starts"][n], size=16, fill=p.soft, anchor="middle"
            )
    pen.line(0, bottom, pen.width, bottom)


def dots(pen: Pen, data: dict[str, Any]) -> None:
    """A column of dots for each day left; what is over is left of zero (剩余天数点阵)."""
    p, span = pen.palette, data["span"]
    step = pen.width / (2 * span + 1)
    bottom, most = pen.height - 30, max([count for day, count in data["days"] if abs(day) < span], default=0)
    radius = max(2.5, min(step * 0.42, (bottom - 64) / max(1, most) / 2))
    fits = max(1, int((bottom - 64) / (2 * radius)))
    pen.text(
        0, 24, f"超期 {data['overdue']}", size=24, fill=p.alarm if data["overdue"] else p.soft, bold=True
    )
    pen.text(pen.width, 24, f"在办 {data['total']}", size=24, anchor="end", fill=p.soft)
    for day, count in data["days"]:
        x = (day + span + 0.5) * step
        color = p.alarm if day < 0 else p.four if day <= 3 else p.one
        for n in range(min(count, fits)):
            pen.circle(x, bottom - radius - n * 2 * radius, radius * 0.9, color)
        if count > fits:
            pen.text(
                min(x, pen.width - 16), bottom - fits * 2 * radius - 4, str(count), size=16, anchor="middle"
            )
        if day % 5 == 0:
            said = (
                f"≥{day}" if day == span else f"≤{day}" if day == -span else "今日" if not day else str(day)
            )
            at = min(max(x, width_of(said, 18) / 2), pen.width - width_of(said, 18) / 2)
            pen.text(at, pen.height - 6, said, size=18, fill=p.soft, anchor="middle")
    pen.line(0, bottom, pen.width, bottom)


def funnel(pen: Pen, data: dict[str, Any]) -> None:
    """A bar for each step, parted by age; older parts are stronger (环节漏斗与时长)."""
    p, rows = pen.palette, data["rows"]
    shades = [mix(p.ramp[0], p.one, 0.45), p.one, p.four, p.alarm]
    x = 0.0
    for name, color in zip(data["ages"], shades, strict=False):
        pen.rect(x, 7, 18, 16, color, radius=2)
        pen.text(x + 24, 22, name, size=20, fill=p.soft)
        x += 24 + width_of(name, 20) + 20
    height = (pen.height - 38) / max(1, len(rows))
    size, left, most = (
        min(24.0, height * 0.5),
        pen.width * 0.24,
        max([r["count"] for r in rows], default=0) or 1,
    )
    for n, row in enumerate(rows):
        y, start = 38 + n * height, left
        pen.text(0, y + height / 2 + size * 0.35, row["name"], size=size, room=left - 12)
        for part, color in zip(row["parts"], shades, strict=False):
            width = (pen.width - left - 80) * part / most
            pen.rect(start, y + height * 0.18, width - 1, height * 0.64, color)
            if width > width_of(str(part), 18) + 8:
                pen.text(
                    start + width / 2, y + height / 2 + 6, str(part), size=18, anchor="middle", fill=p.ground
                )
            start += width
        pen.text(start + 10, y + height / 2 + size * 0.35, str(row["count"]), size=size, bold=True)
