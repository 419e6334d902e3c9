"""The outlines of the region for pictures (地图轮廓): the vendored map, decoded, thinned and projected.

A replaceable file for demonstrations (示意图，演示用边界，无审图号). Its rings are packed the way ECharts
packs them: pairs of zigzag numbers, each relative to the one before, in thousand-and-twenty-fourths of a degree.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[1] / "static" / "ui_screen" / "vendor" / "guangxi.json"
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Land:
    """One city (城市轮廓): its rings and the place of its label, in degrees with true proportions."""

    code: str
    rings: tuple[tuple[Point, ...], ...]
    label: Point


@cache
def lands() -> tuple[Land, ...]:
    """Every city of the file (全部轮廓)."""
    read = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(_land(feature) for feature in read["features"])


def placed(width: float, height: float, thin: float = 3.0) -> list[tuple[str, str, Point]]:
    """Code, path and label place of every city, fitted into a box (落位)."""
    points = [point for land in lands() for ring in land.rings for point in ring]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    scale = min(width / (right - left), height / (high - low))
    dx, dy = (width - (right - left) * scale) / 2, (height - (high - low) * scale) / 2

    def put(point: Point) -> Point:
        return (point[0] - left) * scale + dx, (high - point[1]) * scale + dy

    return [
        (land.code, " ".join(_path([put(p) for p in ring], thin) for ring in land.rings), put(land.label))
        for land in lands()
    ]


def _path(points: list[Point], thin: float) -> str:
    kept = [points[0]]
    for point in points[1:]:
        if math.dist(point, kept[-1]) >= thin:
            kept.append(point)
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in kept) + "Z"


def _land(feature: dict[str, Any]) -> Land:
    shape = feature["geometry"]
    packed = (
        shape["coordinates"] if shape["type"] == "Polygon" else [r for p in shape["coordinates"] for r in p]
    )
    starts = (
        shape["encodeOffsets"]
        if shape["type"] == "Polygon"
        else [o for p in shape["encodeOffsets"] for o in p]
    )
    rings = tuple(tuple(map(_flat, _ring(text, *start))) for text, start in zip(packed, starts, strict=True))
    return Land(str(feature["id"]), rings, _flat(tuple(feature["properties"]["cp"])))  # fmt: skip


def _ring(text: str, x: int, y: int) -> list[Point]:
    points: list[Point] = []
    for a, b in zip(text[::2], text[1::2], strict=True):
        x, y = x + _zigzag(a), y + _zigzag(b)
        points.append((x / 1024, y / 1024))
    return points


def _zigzag(letter: str) -> int:
    value = ord(letter) - 64
    return (value >> 1) ^ -(value & 1)


def _flat(point: tuple[float, ...]) -> Point:
    """Degrees of longitude are shorter than those of latitude at 24° north."""
    return point[0] * math.cos(math.radians(24)), point[1]
