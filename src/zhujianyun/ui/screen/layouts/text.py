"""Layouts as YAML text in one canonical style (布局文本), so that a difference is a difference of meaning.

Comments of a file are not kept by the editor; files that hang here should be written in this style.
"""

from __future__ import annotations

import difflib
from typing import Any

import yaml

from zhujianyun.ui.screen.registry import Screen, Widget


def of(screen: Screen) -> str:
    """A screen in canonical style (规范文本)."""
    head = {"screen": screen.code, "title": screen.title, "question": screen.question, "kind": screen.kind, "order": screen.order}  # fmt: skip
    if screen.public:
        head["public"] = True
    lines = [f"{key}: {_flow(value)}" for key, value in head.items()]
    lines.append("widgets:" if screen.declared else "widgets: []")
    for widget in screen.declared:
        lines += _widget(widget)
    return "\n".join(lines) + "\n"


def from_parts(parts: dict[str, Any], base: Screen) -> str:
    """The text of what the editor holds (编辑内容转文本); code, kind and order stay those of the screen."""
    head = {"screen": base.code, "title": parts.get("title", base.title), "question": parts.get("question", base.question), "kind": base.kind, "order": base.order}  # fmt: skip
    if base.public:
        head["public"] = True
    lines = [f"{key}: {_flow(value)}" for key, value in head.items()]
    widgets = parts.get("widgets") or []
    lines.append("widgets:" if widgets else "widgets: []")
    for entry in widgets:
        lines += _entry(entry)
    return "\n".join(lines) + "\n"


def parts_of(screen: Screen) -> dict[str, Any]:
    """What the editor works on (编辑内容)."""
    return {
        "title": screen.title,
        "question": screen.question,
        "widgets": [
            {
                "id": w.id, "form": w.form, "title": w.title, "indicators": list(w.indicators), "at": list(w.at),
                "options": w.options,
            }
            for w in screen.declared
        ],
    }  # fmt: skip


def difference(before: str, after: str, *, names: tuple[str, str] = ("文件", "编辑中")) -> str:
    """The unified difference of two texts (文本差异); empty when they are the same."""
    return "".join(
        difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), *names)
    )


def _widget(widget: Widget) -> list[str]:
    return _entry(
        {
            "id": widget.id, "form": widget.form, "title": widget.title, "indicators": list(widget.indicators),
            "at": list(widget.at), "options": widget.options,
        }
    )  # fmt: skip


def _entry(entry: dict[str, Any]) -> list[str]:
    said: dict[str, Any] = {"id": entry["id"], "form": entry["form"]}
    if entry.get("title"):
        said["title"] = entry["title"]
    if entry.get("indicators"):
        said["indicators"] = entry["indicators"]
    said |= {"at": entry["at"], **entry.get("options", {})}
    lines = [f"    {key}: {_flow(value)}" for key, value in said.items()]
    lines[0] = "  - " + lines[0].lstrip()
    return lines


def _flow(value: Any) -> str:
    written: str = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
    )
    return written.removesuffix("\n").removesuffix("\n...")
