"""Forms made of figures (指标类形式): one number, a pair, lamps, and the flow from accepted to concluded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zhujianyun.kernel.indicator.queries import Figure
from zhujianyun.ui.screen.forms import beside
from zhujianyun.ui.screen.forms.form import NAMES, WORDS, Asked, Data, Form, in_words, register
from zhujianyun.ui.screen.svg import figures as pictures

if TYPE_CHECKING:
    from zhujianyun.ui.screen.registry import Widget


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
        "target": beside.target(figure),
        "revised": f"修订，原 {figure.frozen_text}" if figure.is_revised else "",
    }


def _share(figure: Figure) -> float | None:
    if figure.definition.unit.zh != "%" or not figure.denominator or figure.numerator is None:
        return None
    return float(figure.numerator / figure.denominator)


def _side(figure: Figure) -> str:
    """The line under the figure: its two halves if it is a rate, then the comparison if there is one."""
    parts = []
    if figure.denominator and figure.definition.unit.is_rate:
        parts.append(f"{figure.numerator:,.0f} / {figure.denominator:,.0f}")
    if figure.yoy and figure.yoy.text != "—":
        parts.append(f"同比 {figure.yoy.text}")
    if figure.is_revised:
        parts.append(f"修订，原 {figure.frozen_text}")
    return "　".join(parts)


def _told(made: list[dict[str, Any]], title: str) -> Data:
    rows = [[f["name"], f"{f['text']}{f['unit_text']}", f["side"]] for f in made]
    return in_words(title or "指标", ["指标", "数值", "说明"], rows)


def _figures(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    names = widget.options.get("names", {})
    made = [figure_words(figure, names.get(figure.code, "")) for figure in figures]
    return {"figures": made, "columns": widget.options.get("columns", 2), **_told(made, widget.title)}


def _lamps(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
    made = [figure_words(figure) for figure in figures]
    return {"figures": made, "lamps": widget.options["lamps"], **_told(made, widget.title)}


def _flow(widget: Widget, figures: list[Figure], asked: Asked) -> Data:
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
    told = [[r["label"], r["from"]["text"], r["to"]["text"], r["note"]] for r in rows]
    return {"rows": rows, **in_words(widget.title, ["环节", "前", "后", "说明"], told)}


COLUMNS = {"columns": {"type": "integer", "minimum": 1, "maximum": 4}, "names": NAMES}
for form in (
    Form("hero", "主指标", _figures, pictures.hero, most=1, painted=True, options={"names": NAMES}, size=(8, 5)),
    Form("figure", "指标", _figures, pictures.figures, painted=True, options=COLUMNS, size=(4, 3)),
    Form("pair", "成对指标", _figures, pictures.figures, painted=True, options=COLUMNS, size=(6, 3)),
    Form(
        "lamps", "时限灯", _lamps, pictures.lamps, painted=True, required=("lamps",), size=(12, 2),
        options={"lamps": {"type": "array", "items": {"enum": ["black", "red", "yellow", "green", "paused"]}}},
    ),
    Form(
        "flow", "受理到办结", _flow, pictures.flow, least=2, painted=True, required=("labels",), size=(16, 5),
        options={"labels": WORDS, "notes": NAMES},
    ),
):  # fmt: skip
    register(form)
