"""Snapshots of a screen (屏幕快照): PDF and PNG with their as-of and digest, made without a browser.

The pictures are those of the print page; Typst puts them together. The same figures, layout and fonts give
the same bytes, so a snapshot can be proven: its digest is printed in the footer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, OutsideFailed
from zhujianyun.ui.screen import payload
from zhujianyun.ui.screen.layouts import queries as layouts
from zhujianyun.ui.screen.registry import CELL, GAP, ROW, Screen
from zhujianyun.ui.screen.svg.draw import picture
from zhujianyun.ui.screen.svg.pen import DARK, LIGHT, Palette

TEMPLATE = Path(__file__).parent / "screen.typ"
FONTS = Path(__file__).resolve().parents[3] / "data" / "fonts"
KINDS = {"pdf": "application/pdf", "png": "image/png"}
THEMES = {"light": LIGHT, "dark": DARK}
PIXELS = 1920  # width of a PNG


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything of a screen on one page (版面): texts, and a picture for each widget."""

    screen: Screen
    title: str
    line: str  # period and question
    as_of: str
    banner: str  # 回放 …, or empty
    notice: str
    digest: str
    widgets: list[dict[str, Any]]


def sheet(code: str, at: datetime | None = None, palette: Palette = LIGHT) -> Sheet:
    """A screen as a page, now or as it was known at an instant (取版面).

    Raises:
        NotFound: no such screen.
    """
    shown = layouts.shown(code, at)
    if shown is None:
        raise NotFound(f"没有屏幕 {code}，请核对代码。", rule="screen.known", screen=code)
    return laid(shown.screen, payload.build(shown.screen, at), palette, at=at, notice=shown.notice)


def laid(
    screen: Screen, built: dict[str, Any], palette: Palette, *, at: datetime | None = None, notice: str = "",
    links: bool = True,
) -> Sheet:  # fmt: skip
    """Data of a screen laid out (排版面)."""
    stamps = [data["as_of"] for data in built["widgets"].values() if data["as_of"]]
    as_of = clock.local(datetime.fromisoformat(max(stamps))) if stamps else None
    return Sheet(
        screen=screen,
        title=screen.title,
        line=f"{built['period']} · {screen.question}",
        as_of=f"{as_of:%Y-%m-%d %H:%M}" if as_of else "—",
        banner=f"回放 {clock.local(at):%Y-%m-%d %H:%M}" if at else "",
        notice=notice,
        digest=_digest(screen, built),
        widgets=[_widget(widget, built["widgets"][widget.id], palette, links) for widget in screen.widgets],
    )


def _widget(widget: Any, data: dict[str, Any], palette: Palette, links: bool) -> dict[str, Any]:
    column, row, width, height = widget.at
    stamp = clock.local(datetime.fromisoformat(data["as_of"])) if data["as_of"] else None
    said = [f"截至 {stamp:%Y-%m-%d %H:%M}" if stamp else "", data["note"]]
    return {
        "id": widget.id, "form": widget.form, "title": widget.title, "box": widget.box,
        "x": column * (CELL + GAP), "y": row * (ROW + GAP),
        "w": width * CELL + (width - 1) * GAP, "h": height * ROW + (height - 1) * GAP,
        "room": list(widget.room), "svg": picture(widget, data, palette, links=links), "stamp": " · ".join(filter(None, said)),
        "table": data.get("table"), "sentence": data.get("sentence", data.get("empty", "")),
    }  # fmt: skip


def _digest(screen: Screen, built: dict[str, Any]) -> str:
    lasting = {key: value for key, value in built.items() if key != "server_time"}
    return hashlib.sha256(orjson.dumps([screen.digest, lasting], option=orjson.OPT_SORT_KEYS)).hexdigest()


def render(made: Sheet, kind: str, *, theme: str = "light", pixels: int = PIXELS) -> bytes:
    """The page as PDF or PNG, the same bytes every time (成图).

    Raises:
        OutsideFailed: the typesetter refuses.
    """
    import typst

    palette = THEMES[theme]
    told = {
        "title": made.title, "line": made.line, "as_of": made.as_of, "banner": made.banner, "notice": made.notice,
        "digest": made.digest, "layout": made.screen.digest, "code": made.screen.code, "widgets": made.widgets,
        "ink": palette.ink, "soft": palette.soft, "line_ink": palette.line, "ground": palette.ground,
        "panel": palette.panel, "four": palette.four,
    }  # fmt: skip
    try:
        made_bytes: bytes = typst.compile(
            str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=[str(FONTS)], ignore_system_fonts=True, format=kind,
            sys_inputs={"data": orjson.dumps(told).decode()}, ppi=72 * pixels / 960,
        )  # fmt: skip
    except RuntimeError as error:
        raise OutsideFailed(
            "屏幕快照排版失败，请联系系统管理员。", peer="typst", retriable=False, reason=str(error)[:300]
        ) from error
    return made_bytes
