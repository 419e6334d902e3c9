"""A pen that writes SVG (绘图笔): a dozen strokes, two palettes, everything escaped.

Plain attributes only — no style element, no script, no outside reference — so that the same text stands
in a page under a strict content policy and in Typst. Sizes are in units of the wall (1920×1080).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

FONTS = "Noto Sans CJK SC, Noto Sans SC, HarmonyOS Sans SC, Microsoft YaHei, PingFang SC, sans-serif"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a ground (配色): contrast of at least 4.5:1 for text, 3:1 for shapes."""

    ground: str
    panel: str
    line: str
    ink: str
    soft: str
    one: str
    two: str
    three: str
    four: str
    alarm: str
    quiet: str
    ramp: tuple[str, str]  # least, most


DARK = Palette("#0b1a2b", "#10233a", "#1f3a58", "#f2f6fb", "#a9bdd3", "#6cb4f5", "#2bb5a6", "#e58bc0", "#f6a04d", "#ff6b5e", "#5b7390", ("#16324f", "#3f86c4"))  # fmt: skip
LIGHT = Palette("#ffffff", "#ffffff", "#ccd6e2", "#14233a", "#51657f", "#12436d", "#28a197", "#801650", "#c8500b", "#c62828", "#7b8ca0", ("#dfeaf5", "#5b97c9"))  # fmt: skip


class Pen:
    """Writes one picture (一幅图)."""

    def __init__(
        self, width: float, height: float, palette: Palette = DARK, *, size: float = 24, links: bool = True
    ) -> None:
        self.width, self.height, self.palette, self.size, self.links = width, height, palette, size, links
        self._parts: list[str] = []

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0, stroke: str = ""
    ) -> None:  # fmt: skip
        """A filled box (矩形); negative sizes draw nothing."""
        if width <= 0 or height <= 0:
            return
        extra = f' rx="{_n(radius)}"' if radius else ""
        extra += f' stroke="{stroke}" stroke-width="2"' if stroke else ""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" fill="{fill}"{extra}/>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = "", width: float = 2, dash: str = "") -> None:  # fmt: skip
        """A straight line (直线)."""
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{stroke or self.palette.line}" '
            f'stroke-width="{_n(width)}"{extra}/>'
        )

    def path(self, d: str, *, fill: str = "none", stroke: str = "none", width: float = 3, opacity: float = 1) -> None:  # fmt: skip
        """A path in SVG's own words (路径)."""
        extra = f' opacity="{_n(opacity)}"' if opacity != 1 else ""
        self._parts.append(
            f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{_n(width)}" stroke-linejoin="round"{extra}/>'
        )

    def polyline(self, points: Sequence[tuple[float, float] | None], stroke: str, width: float = 3) -> None:
        """A line through points; a missing one leaves a gap (折线)."""
        for run in _runs(points):
            self.path("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in run), stroke=stroke, width=width)

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        """A filled circle (圆)."""
        self._parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"/>')

    def text(
        self, x: float, y: float, said: str, *, size: float = 0, fill: str = "", anchor: str = "start",
        bold: bool = False, room: float = 0, halo: str = "",
    ) -> None:  # fmt: skip
        """Words standing on a line (文字); with `room` they are cut to fit."""
        size = size or self.size
        said = fitting(said, size, room) if room else said
        extra = ' font-weight="700"' if bold else ""
        extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
        extra += f' stroke="{halo}" stroke-width="{_n(size / 6)}" paint-order="stroke"' if halo else ""
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill or self.palette.ink}"{extra}>{escape(said)}</text>'
        )

    @contextmanager
    def link(self, url: str, title: str = "") -> Iterator[None]:
        """What is drawn inside leads to an address of ours (链接)."""
        safe = url if self.links and _is_ours(url) else ""
        self._parts.append(f'<a href="{escape(safe)}">' if safe else "<g>")
        if title:
            self._parts.append(f"<title>{escape(title)}</title>")
        yield
        self._parts.append("</a>" if safe else "</g>")

    def done(self, label: str = "") -> str:
        """The whole picture (成图)."""
        said = f' aria-label="{escape(label)}"' if label else ' aria-hidden="true"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(self.height)}" '
            f'width="{_n(self.width)}" height="{_n(self.height)}" font-family="{FONTS}" role="img"{said}>'
            + "".join(self._parts)
            + "</svg>"
        )


def width_of(said: str, size: float) -> float:
    """About how wide words are (文字宽度): Han one em, Latin and digits a little over half, points a third."""
    return size * sum(
        1.0 if unicodedata.east_asian_width(c) in "WF" else 0.3 if c in ".,:' " else 0.565 for c in said
    )


def fitting(said: str, size: float, room: float) -> str:
    """Cut to fit, with an ellipsis (截短)."""
    if width_of(said, size) <= room:
        return said
    while said and width_of(said, size) + size > room:
        said = said[:-1]
    return said + "…"


def mix(low: str, high: str, share: float) -> str:
    """A colour between two (插值颜色)."""
    share = min(1.0, max(0.0, share))
    ends = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (low, high)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(*ends, strict=True))


def ticks(most: float, count: int = 3) -> list[float]:
    """Round steps from zero to at least `most` (刻度)."""
    if most <= 0:
        return [0.0, 1.0]
    raw = most / count
    power = 10.0 ** (len(str(int(raw))) - 1 if raw >= 1 else -1)
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw)
    return [n * step for n in range(count + 2) if (n - 1) * step < most]


def plain(value: float) -> str:
    """A tick as text (刻度文字)."""
    return f"{value / 10_000:g}万" if abs(value) >= 10_000 else f"{value:g}"


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def _is_ours(url: str) -> bool:
    parts = urlsplit(url)
    return url.startswith("/") and not url.startswith("//") and not parts.scheme and not parts.netloc


def _runs(points: Iterable[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    run: list[tuple[float, float]] = []
    for point in points:
        if point is None:
            if len(run) > 1:
                yield run
            run = []
        else:
            run.append(point)
    if len(run) > 1:
        yield run
