"""The declared screens (屏幕登记): which indicators hang where, read from the `screens` rooms of the apps.

A screen is YAML: a code, a title, one question, and widgets on a grid. It holds no numbers and no
queries. A fault in it stops the start and names file and widget.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from zhujianyun.base.errors import PlatformError

COLUMNS, ROWS = 24, 12
FORMS = {
    "hero": "主指标",
    "figure": "指标",
    "pair": "成对指标",
    "map": "城市地图",
    "backlog": "受理办结与在办",
    "flow": "受理到办结",
    "lamps": "时限灯",
    "ranking": "城市排名",
}


class ScreenFault(PlatformError):
    """A screen file is wrong (屏幕定义有误)."""

    code = "screen_fault"


@dataclass(frozen=True, slots=True)
class Widget:
    """One thing on the wall (组件): a form, its indicators, and where it hangs."""

    id: str
    form: str
    title: str
    indicators: tuple[str, ...]
    at: tuple[int, int, int, int]  # column, row, width, height on the 24×12 grid
    options: dict[str, Any]

    @property
    def box(self) -> dict[str, int]:
        """Where it hangs, for the template: first line and span, both ways."""
        column, row, width, height = self.at
        return {"column": column + 1, "row": row + 1, "width": width, "height": height}


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen (屏幕)."""

    code: str
    title: str
    question: str
    kind: str  # main | sub
    order: int
    app: str
    widgets: tuple[Widget, ...]
    digest: str

    def codes(self) -> list[str]:
        """Every indicator it shows, once, in reading order (所用指标)."""
        return list(dict.fromkeys(code for widget in self.widgets for code in widget.indicators))


_screens: dict[str, Screen] = {}


def add_folder(folder: Path, app: str) -> None:
    """Read every YAML file of an app's `screens` room.

    Raises:
        ScreenFault: naming the file and what is wrong in it.
    """
    for file in sorted(folder.glob("*.yaml")):
        screen = read(file.read_text(encoding="utf-8"), app, str(file))
        if screen.code in _screens and _screens[screen.code].app != app:
            raise ScreenFault(
                f"屏幕 {screen.code} 在应用 {_screens[screen.code].app} 和 {app} 中重复登记，请改名。",
                rule="screen.unique",
            )
        _screens[screen.code] = screen


def read(text: str, app: str, path: str = "") -> Screen:
    """Parse one screen.

    Raises:
        ScreenFault: a missing key, an unknown form, a widget off the grid or over another.
    """
    try:
        raw = yaml.safe_load(text)
        widgets = tuple(_widget(entry) for entry in raw["widgets"])
        screen = Screen(
            code=raw["screen"], title=raw["title"], question=raw["question"], kind=raw["kind"],
            order=int(raw.get("order", 0)), app=app, widgets=widgets,
            digest=hashlib.sha256(text.encode()).hexdigest()[:16],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise ScreenFault(
            f"屏幕文件 {path} 有误：{error!r}。请对照同类文件修正。", rule="screen.readable"
        ) from error
    for fault in _faults(screen):
        raise ScreenFault(f"屏幕文件 {path}：{fault}。", rule="screen.layout")
    return screen


def _widget(entry: dict[str, Any]) -> Widget:
    known = {"id", "form", "title", "indicators", "at"}
    column, row, width, height = entry["at"]
    return Widget(
        id=entry["id"],
        form=entry["form"],
        title=entry.get("title", ""),
        indicators=tuple(entry["indicators"]),
        at=(column, row, width, height),
        options={key: value for key, value in entry.items() if key not in known},
    )


def _faults(screen: Screen) -> Iterator[str]:
    taken: dict[tuple[int, int], str] = {}
    if screen.kind not in {"main", "sub"}:
        yield f"kind 应为 main 或 sub，现为 {screen.kind}"
    for widget in screen.widgets:
        column, row, width, height = widget.at
        if widget.form not in FORMS:
            yield f"组件 {widget.id} 的形式 {widget.form} 不存在，可用：{'、'.join(FORMS)}"
        if min(column, row) < 0 or min(width, height) < 1 or column + width > COLUMNS or row + height > ROWS:
            yield f"组件 {widget.id} 超出 {COLUMNS}×{ROWS} 网格"
        for cell in ((x, y) for x in range(column, column + width) for y in range(row, row + height)):
            if taken.setdefault(cell, widget.id) != widget.id:
                yield f"组件 {widget.id} 与 {taken[cell]} 重叠"
                break


def keep_for(apps: Collection[str]) -> None:
    """Take down widgets that name an app (`if_app`) which is not present (按应用取舍组件).

    A screen may offer room to an app that can be removed; what it names without `if_app` must exist.
    """
    for code, screen in list(_screens.items()):
        kept = tuple(w for w in screen.widgets if w.options.get("if_app", screen.app) in apps)
        _screens[code] = replace(screen, widgets=kept)


def get(code: str) -> Screen | None:
    """The screen of that code, or None (按代码查屏幕)."""
    return _screens.get(code)


def all_() -> list[Screen]:
    """Every screen, the main one first (全部屏幕)."""
    return sorted(_screens.values(), key=lambda s: (s.kind != "main", s.order, s.code))


def clear() -> None:
    """Forget every screen (for tests)."""
    _screens.clear()
