"""What the editor shows of a layout that is not saved yet (编辑预览): pictures with real data, faults, differences."""

from __future__ import annotations

from typing import Any

from zhujianyun.base import clock
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.indicator import Period, queries
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.ui.screen import forms, items, registry
from zhujianyun.ui.screen.layouts import actions, text
from zhujianyun.ui.screen.registry import Screen, Widget
from zhujianyun.ui.screen.svg.draw import picture


def look(code: str, parts: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    """How it would look and whether it may be saved (预览)."""
    file = registry.get(code)
    assert file is not None  # the page has found it
    written = text.from_parts(parts, file)
    try:
        actions.check(code, written)
        fault = ""
    except PlatformError as error:
        fault = error.message_zh
    pictures, faults = _pictures(parts, set(wanted))
    return {
        "text": written,
        "fault": fault,
        "diff": text.difference(text.of(file), written),
        "pictures": pictures,
        "faults": faults,
    }


def _pictures(parts: dict[str, Any], wanted: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    asked = forms.Asked(Period.year(clock.today().year))
    known = {d.code for d in indicators.all_()}
    pictures: dict[str, str] = {}
    faults: dict[str, str] = {}
    for entry in parts.get("widgets", []):
        if str(entry.get("id")) not in wanted:
            continue
        widget = _widget(entry)
        wrong = _wrong(widget, known)
        if wrong:
            faults[widget.id] = wrong
            continue
        made = forms.get(widget.form).build(
            widget, queries.figures_of(widget.indicators, asked.period), asked
        )
        pictures[widget.id] = picture(widget, made)
    return pictures, faults


def _widget(entry: dict[str, Any]) -> Widget:
    column, row, width, height = (int(n) for n in entry["at"])
    return Widget(
        str(entry["id"]), str(entry.get("form", "")), str(entry.get("title", "")), tuple(entry.get("indicators", [])),
        (column, row, max(1, width), max(1, height)), dict(entry.get("options", {})),
    )  # fmt: skip


def _wrong(widget: Widget, known: set[str]) -> str:
    gone = [code for code in widget.indicators if code not in known]
    if gone and (widget.if_apps or widget.unless_apps):
        return f"待应用接入：{'、'.join(sorted(widget.if_apps))}"
    if gone:
        return f"指标停用：{'、'.join(gone)}"
    fault = next(forms.faults(widget), "")
    named = widget.options.get("items", "")
    if not fault and named and named not in {source.code for source in items.all_()}:
        return f"没有单项来源 {named}"
    return fault


def offered(screen: Screen) -> dict[str, Any]:
    """What may be hung: forms, indicators, lists of single things (可用组件)."""
    return {
        "forms": [
            {
                "code": f.code, "zh": f.zh, "least": f.least, "most": f.most, "items": f.items, "size": f.size,
                "options": sorted(f.schema["properties"]),
            }
            for f in forms.all_().values()
            if not (screen.public and f.items)
        ],
        "indicators": [
            {"code": d.code, "zh": d.zh, "unit": d.unit.zh}
            for d in indicators.all_()
            if d.release or not screen.public
        ],
        "items": [{"code": s.code, "zh": s.zh} for s in items.all_()],
    }  # fmt: skip
