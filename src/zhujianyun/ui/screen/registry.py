"""The declared screens (屏幕登记): which indicators hang where, read from the `screens` rooms of the apps.

A screen is YAML: a code, a title, one question, and widgets on a grid. It holds no numbers and no
queries. A fault in it stops the start and names file and widget. What hangs where also depends on which
apps are present: see `reflow`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from zhujianyun.base.errors import PlatformError
from zhujianyun.ui.screen import forms, items

COLUMNS, ROWS = 24, 12
KEYS = {"screen", "title", "question", "kind", "order", "public", "widgets"}
# The grid on the stage of 1920×1080 and what a widget's frame takes of its box, as in wall.css.
CELL, ROW, GAP, FRAME, HEADING, STAMP = 63.6, 62.0, 14, 42, 38, 50


class ScreenFault(PlatformError):
    """A screen file is wrong (屏幕定义有误)."""

    code = "screen_fault"
    http_status = 422


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

    @property
    def room(self) -> tuple[float, float]:
        """Width and height inside its frame, in units of the stage (内框尺寸)."""
        _, _, width, height = self.at
        inner = height * ROW + (height - 1) * GAP - STAMP - (HEADING if self.title else 0)
        return width * CELL + (width - 1) * GAP - FRAME, max(30.0, inner)

    @property
    def if_apps(self) -> frozenset[str]:
        """It hangs only while all of these are present (须有应用)."""
        return _names(self.options.get("if_app"))

    @property
    def unless_apps(self) -> frozenset[str]:
        """It hangs only while none of these is present (顶替应用)."""
        return _names(self.options.get("unless_app"))


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen (屏幕)."""

    code: str
    title: str
    question: str
    kind: str  # main | sub
    order: int
    app: str
    widgets: tuple[Widget, ...]  # those that hang now, gaps closed
    digest: str
    declared: tuple[Widget, ...] = ()  # all of the file
    public: bool = False  # may be shown to everybody: released indicators only
    text: str = field(default="", repr=False)
    path: str = ""

    def codes(self) -> list[str]:
        """Every indicator it shows, once, in reading order (所用指标)."""
        return list(dict.fromkeys(code for widget in self.widgets for code in widget.indicators))


_screens: dict[str, Screen] = {}
_present: list[frozenset[str]] = []  # the apps that are present, once known


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
        ScreenFault: a missing key, an unknown form or option, a widget off the grid or over another.
    """
    try:
        raw = yaml.safe_load(text)
        if unknown := set(raw) - KEYS:
            raise ValueError(f"不认识 {'、'.join(sorted(unknown))}")
        widgets = tuple(_widget(entry) for entry in raw["widgets"])
        screen = Screen(
            code=raw["screen"], title=raw["title"], question=raw["question"], kind=raw["kind"],
            order=int(raw.get("order", 0)), app=app, widgets=widgets,
            digest=hashlib.sha256(text.encode()).hexdigest()[:16], declared=widgets,
            public=bool(raw.get("public", False)), text=text, path=path,
        )  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise ScreenFault(
            f"屏幕文件 {path} 有误：{error!r}。请对照同类文件修正。", rule="screen.readable"
        ) from error
    for fault in _faults(screen):
        raise ScreenFault(f"屏幕文件 {path}：{fault}。", rule="screen.layout")
    return screen


def _names(given: object) -> frozenset[str]:
    if given is None:
        return frozenset()
    return frozenset([given]) if isinstance(given, str) else frozenset(map(str, given))  # type: ignore[call-overload]


def _widget(entry: dict[str, Any]) -> Widget:
    known = {"id", "form", "title", "indicators", "at"}
    column, row, width, height = map(int, entry["at"])
    return Widget(
        id=str(entry["id"]),
        form=entry["form"],
        title=entry.get("title", ""),
        indicators=tuple(entry.get("indicators", ())),
        at=(column, row, width, height),
        options={key: value for key, value in entry.items() if key not in known},
    )


def _faults(screen: Screen) -> Iterator[str]:
    if screen.kind not in {"main", "sub"}:
        yield f"kind 应为 main 或 sub，现为 {screen.kind}"
    seen: set[str] = set()
    for widget in screen.declared:
        column, row, width, height = widget.at
        if widget.id in seen:
            yield f"组件标识 {widget.id} 重复"
        seen.add(widget.id)
        yield from forms.faults(widget)
        if min(column, row) < 0 or min(width, height) < 1 or column + width > COLUMNS or row + height > ROWS:
            yield f"组件 {widget.id} 超出 {COLUMNS}×{ROWS} 网格"
        if screen.public and widget.form in forms.all_() and forms.get(widget.form).items:
            yield f"公开屏幕不能有逐条形式的组件 {widget.id}"
    for one, other in combinations(screen.declared, 2):
        if overlap(one.at, other.at) and not _never_together(one, other):
            yield f"组件 {other.id} 与 {one.id} 重叠"


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    """Whether two places share a cell (是否重叠)."""
    (x, y, w, h), (a, b, c, d) = one, other
    return x < a + c and a < x + w and y < b + d and b < y + h


def _never_together(one: Widget, other: Widget) -> bool:
    """A stand-in may hang in the place of what it stands in for."""
    return bool(one.if_apps & other.unless_apps or other.if_apps & one.unless_apps)


def keep_for(apps: Collection[str]) -> None:
    """Hang what the apps that are present allow, and close the gaps (按应用取舍组件).

    A screen may offer room to an app that can be removed; what it names without `if_app` must exist.

    Raises:
        ScreenFault: a widget names a list of single things that nobody declares.
    """
    _present[:] = [frozenset(apps)]
    known = {source.code for source in items.all_()}
    for code, screen in list(_screens.items()):
        _screens[code] = hung(screen)
        for widget in _screens[code].widgets:
            if (named := widget.options.get("items", "")) and named not in known:
                raise ScreenFault(
                    f"屏幕文件 {screen.path}：组件 {widget.id} 引用单项来源 {named}，但没有应用登记它。",
                    rule="screen.items", screen=code, need=named,
                )  # fmt: skip


def present() -> frozenset[str]:
    """The apps that are present (在场应用): none before they are known."""
    return _present[0] if _present else frozenset()


def hung(screen: Screen) -> Screen:
    """The screen with what hangs now (实际悬挂). Before the apps are known: everything."""
    from zhujianyun.ui.screen.reflow import close_gaps

    if not _present:
        return screen
    apps = _present[0]
    kept = [w for w in screen.declared if w.if_apps <= apps and not w.unless_apps & apps]
    if len(kept) < len(screen.declared):
        kept = close_gaps(kept, screen.declared)
    return replace(screen, widgets=tuple(kept))


def get(code: str) -> Screen | None:
    """The screen of that code as its file says, or None (按代码查屏幕)."""
    return _screens.get(code)


def all_() -> list[Screen]:
    """Every screen, the main one first (全部屏幕)."""
    return sorted(_screens.values(), key=lambda s: (s.kind != "main", s.order, s.code))


def clear() -> None:
    """Forget every screen (for tests)."""
    _screens.clear()
    _present.clear()
