"""Forms that spread single things over a plane (分布形式): histogram, risk matrix, matrix, streams."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from zhujianyun.kernel.indicator import display
from zhujianyun.kernel.indicator.queries import Figure
from zhujianyun.ui.screen.forms.form import WORDS, Asked, Data, Form, in_words, register
from zhujianyun.ui.screen.forms.listed import SOURCED, things
from zhujianyun.ui.screen.svg import spread as pictures

if TYPE_CHECKING:
    from zhujianyun.ui.screen.registry import Widget


def _histogram(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """How many values fall into each class; the last class includes its end."""
    edges = widget.options["edges"]
    values = [item.value for item in things(widget, asked) if item.value is not None]
    bins = []
    for n, (low, high) in enumerate(zip(edges, edges[1:], strict=False)):
        is_last = n == len(edges) - 2
        count = sum(low <= value < high or (is_last and value == high) for value in values)
        bins.append({"name": f"{low:g}–{high:g}", "count": count})
    outside = len(values) - sum(b["count"] for b in bins)
    told = [[b["name"], str(b["count"])] for b in bins] + ([["范围外", str(outside)]] if outside else [])
    return {"bins": bins, "outside": outside, **in_words(widget.title, ["区间", "数量"], told)}


def _risk(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """Likelihood (`row`, 1…5) by severity (`column`, 1…5), and the ten worst beside it."""
    found = [(item, int(item.row), int(item.column)) for item in things(widget, asked) if item.row.isdigit()]
    counts = Counter((row, column) for _, row, column in found)
    top = sorted(found, key=lambda f: (-f[1] * f[2], f[0].name))[:10]
    return {
        "cells": [[counts[row, column] for column in range(1, 6)] for row in range(5, 0, -1)],
        "top": [{"name": i.name, "score": r * c, "text": i.text, "url": i.url} for i, r, c in top],
        **in_words(widget.title, ["名称", "可能性", "后果", "分值"], [[i.name, str(r), str(c), str(r * c)] for i, r, c in top]),
    }  # fmt: skip


def _matrix(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """Rows by columns; `value` from 0 to 1 is how complete a cell is, without value it does not apply."""
    found = things(widget, asked)
    rows = list(dict.fromkeys(item.row for item in found))
    columns = list(dict.fromkeys(item.column for item in found))
    by = {(item.row, item.column): item for item in found}
    cells = []
    for row in rows:
        line: list[dict[str, object] | None] = []
        for column in columns:
            item = by.get((row, column))
            if item is None or item.value is None:
                line.append(None)
            else:
                share = min(Decimal(1), max(Decimal(0), Decimal(item.value)))
                line.append(
                    {"share": float(share), "text": _share_text(share), "url": item.url, "level": item.level}
                )
        cells.append(line)
    told = [
        [row, *(str(cell["text"]) if cell else "—" for cell in line)]
        for row, line in zip(rows, cells, strict=True)
    ]
    return {"rows": rows, "columns": columns, "cells": cells, **in_words(widget.title, ["", *columns], told)}  # fmt: skip


def _share_text(share: Decimal) -> str:
    """Whole per cent; 100 and 0 only when it is exactly that."""
    whole = int(display.half_up(share * 100, 0))
    return f"{99 if whole == 100 and share < 1 else 1 if whole == 0 and share > 0 else whole}%"


def _sankey(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    """Streams from source (`row`) through a gate (`name`) to a receiver (`column`), `value` wide."""
    found = sorted(things(widget, asked), key=lambda i: -(i.value or 0))
    shown = found[: widget.options.get("most", 12)]
    streams = [
        {"from": i.row, "through": i.name, "to": i.column, "value": float(i.value or 0), "text": display.text_zh(Decimal(i.value or 0))}
        for i in shown
    ]  # fmt: skip
    told = [[s["from"], s["through"], s["to"], s["text"]] for s in streams]
    return {
        "streams": streams,
        "hidden": len(found) - len(shown),
        **in_words(widget.title, ["来源", "接口", "使用方", "数量"], told),
    }


NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 21}
for form in (
    Form("histogram", "直方图", _histogram, pictures.histogram, options={"edges": NUMBERS, "names": WORDS}, required=("edges",), size=(8, 5), **SOURCED),
    Form("risk", "风险矩阵", _risk, pictures.risk, size=(14, 7), **SOURCED),
    Form("matrix", "完整度矩阵", _matrix, pictures.matrix, size=(14, 9), **SOURCED),
    Form("sankey", "来源去向", _sankey, pictures.sankey, options={"most": {"type": "integer", "minimum": 3, "maximum": 30}}, size=(14, 8), **SOURCED),
):  # fmt: skip
    register(form)
