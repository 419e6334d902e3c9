"""Small drawings of series (走势小图): plain SVG, one line, gaps where nobody counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def sparkline(
    values: Sequence[Decimal | None], *, label: str, width: int = 120, height: int = 28
) -> SafeString:
    """A line over some values (走势线); nothing when fewer than two are known.

    A missing value breaks the line. The last known value has a dot.
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    points = _points(values, min(known), max(known), width, height)
    runs = _runs(points)
    lines = "".join(
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in run)}"/>' for run in runs if len(run) > 1
    )
    alone = "".join(
        f'<circle cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="1.6"/>' for run in runs if len(run) == 1
    )
    x, y = next(point for point in reversed(points) if point is not None)
    return format_html(
        '<svg class="bk-line" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}'
        '<circle class="bk-line__last" cx="{}" cy="{}" r="2.6"/></svg>',
        width, height, width, height, label, mark_safe(lines + alone), f"{x:.1f}", f"{y:.1f}",
    )  # fmt: skip


def _points(
    values: Sequence[Decimal | None], least: Decimal, most: Decimal, width: int, height: int
) -> list[tuple[float, float] | None]:
    edge = 4.0
    span, step = float(most - least), (width - 2 * edge) / max(1, len(values) - 1)
    found: list[tuple[float, float] | None] = []
    for place, value in enumerate(values):
        if value is None:
            found.append(None)
            continue
        share = float(value - least) / span if span else 0.5
        found.append((edge + place * step, height - edge - share * (height - 2 * edge)))
    return found


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]
