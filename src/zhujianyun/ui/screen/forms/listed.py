"""Forms of single things (单项形式): status tiles, milestones, expiry, days left, steps with their ages."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from zhujianyun.kernel.indicator.queries import Figure
from zhujianyun.ui.screen import items
from zhujianyun.ui.screen.forms.form import WORDS, Asked, Data, Form, in_words, register
from zhujianyun.ui.screen.items import Item
from zhujianyun.ui.screen.svg import listed as pictures

if TYPE_CHECKING:
    from zhujianyun.ui.screen.registry import Widget

NOT_REPLAYED = {"empty": "单项清单不留历史，回放时不显示"}


def things(widget: Widget, asked: Asked) -> list[Item]:
    """The single things of a widget (单项)."""
    return list(items.get(widget.options["items"]).read())


def _day(value: date | None) -> str:
    return value.isoformat() if value else "—"


def _tiles(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """A wall of status tiles, the worst first."""
    found = items.worst_first(things(widget, asked))
    counts = Counter(item.level for item in found)
    tiles = [{"name": i.name, "level": i.level, "text": i.text, "url": i.url} for i in found]
    return {
        "tiles": tiles,
        "counts": [[level, zh, counts[level]] for level, zh in items.LEVELS.items() if counts[level]],
        **in_words(
            widget.title, ["名称", "状态", "说明"], [[i.name, items.LEVELS[i.level], i.text] for i in found]
        ),
    }


def _gantt(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """Spans and milestones, late ones on top; without a start it is a milestone."""
    found = [item for item in things(widget, asked) if item.end]
    found.sort(key=lambda i: (not _is_late(i, asked.today), i.end, i.name))
    shown = found[: widget.options.get("most", 16)]
    rows = [
        {
            "name": i.name, "start": _day(i.start or i.end), "end": _day(i.end), "done": _day(i.done) if i.done else "",
            "late": _is_late(i, asked.today), "text": i.text, "url": i.url, "is_point": i.start is None,
        }
        for i in shown
    ]  # fmt: skip
    told = [[r["name"], r["start"], r["end"], r["done"] or ("超期" if r["late"] else "未完成")] for r in rows]
    return {
        "rows": rows, "today": asked.today.isoformat(), "hidden": len(found) - len(shown),
        **in_words(widget.title, ["事项", "开始", "应完成", "完成"], told),
    }  # fmt: skip


def _is_late(item: Item, today: date) -> bool:
    return item.end is not None and (item.done or today) > item.end


def _expiry(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """What expires within 30, 60 and 90 days, and how many in each of the next weeks."""
    ends = [(item.end - asked.today).days for item in things(widget, asked) if item.end]
    weeks = [sum(7 * w <= days < 7 * w + 7 for days in ends) for w in range(13)]
    starts = [(asked.today + timedelta(days=7 * w)).strftime("%m-%d") for w in range(13)]
    within = [[n, sum(0 <= days <= n for days in ends)] for n in (30, 60, 90)]
    return {
        "weeks": weeks, "starts": starts, "within": within, "gone": sum(days < 0 for days in ends),
        **in_words(
            widget.title, ["范围", "数量"],
            [["已到期", str(sum(d < 0 for d in ends))], *([f"{n} 天内", str(count)] for n, count in within)],
        ),
    }  # fmt: skip


def _dots(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """One dot per open thing, by working days or days left; overdue ones to the left of today."""
    span = widget.options.get("days", 20)
    found = [(item, (item.end - asked.today).days) for item in things(widget, asked) if item.end]
    counts = Counter(max(-span, min(span, left)) for _, left in found)
    return {
        "span": span,
        "days": [[day, counts[day]] for day in range(-span, span + 1)],
        "overdue": sum(left < 0 for _, left in found), "total": len(found),
        **in_words(
            widget.title, ["剩余天数", "件数"], [[str(d), str(counts[d])] for d in sorted(counts)]
        ),
    }  # fmt: skip


def _funnel(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """How many stand at each step (`row`), and how old they are (`value`, days)."""
    found = things(widget, asked)
    steps = widget.options.get("steps") or list(dict.fromkeys(item.row for item in found))
    limits = widget.options.get("ages", [3, 7, 15])
    names = [
        f"≤{limits[0]} 天",
        *(f"{a + 1}–{b} 天" for a, b in zip(limits, limits[1:], strict=False)),
        f">{limits[-1]} 天",
    ]
    rows = []
    for step in steps:
        ages = [int(item.value or 0) for item in found if item.row == step]
        parts = [
            sum(low < age <= high for age in ages)
            for low, high in zip([-1, *limits], [*limits, 10**6], strict=True)
        ]
        rows.append({"name": step, "count": len(ages), "parts": parts})
    told = [[r["name"], f"共 {r['count']}", *map(str, r["parts"])] for r in rows]
    return {"rows": rows, "ages": names, **in_words(widget.title, ["环节", "件数", *names], told)}  # fmt: skip


SOURCED = {"least": 0, "items": True}
for form in (
    Form("tiles", "状态墙", _tiles, pictures.tiles, size=(24, 9), **SOURCED),
    Form("gantt", "节点横道", _gantt, pictures.gantt, options={"most": {"type": "integer", "minimum": 3, "maximum": 30}}, size=(14, 8), **SOURCED),
    Form("expiry", "到期时间轴", _expiry, pictures.expiry, size=(10, 5), **SOURCED),
    Form("dots", "剩余天数点阵", _dots, pictures.dots, options={"days": {"type": "integer", "minimum": 5, "maximum": 60}}, size=(12, 4), **SOURCED),
    Form("funnel", "环节漏斗与时长", _funnel, pictures.funnel, options={"steps": WORDS, "ages": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 3}}, size=(10, 6), **SOURCED),
):  # fmt: skip
    register(form)
