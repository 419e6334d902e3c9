"""One widget as a picture (组件成图), from the same data that the wall paints."""

from __future__ import annotations

from typing import Any

from zhujianyun.ui.screen import forms
from zhujianyun.ui.screen.registry import Widget
from zhujianyun.ui.screen.svg.pen import DARK, Palette, Pen


def picture(widget: Widget, data: dict[str, Any], palette: Palette = DARK, *, links: bool = True) -> str:
    """The picture of a widget's data in its own room; what is empty says so (成图)."""
    pen = Pen(*widget.room, palette, links=links)
    if "empty" in data:
        pen.text(pen.width / 2, pen.height / 2, data["empty"], anchor="middle", fill=palette.soft)
    else:
        forms.get(widget.form).draw(pen, data)
    return pen.done(data.get("sentence", data.get("empty", "")))
