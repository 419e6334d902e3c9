"""Where the systems stand on the graph (互联图布局): from the same links always the same picture.

The best tied system stands in the middle, what it is tied to around it on spokes, what those are tied to
farther out; the richest branch points to the right. Systems with no link at all stand in columns at the
right edge, in plain sight.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, pi, sin

RING, FIRST_RING, ROW, COLUMN, ROWS = 220.0, 300.0, 50.0, 350.0, 16
LABEL = 290.0  # room for a name beyond the outermost dot


_ENDING = re.compile(r"(?<=.{3})(?:管理信息系统|信息管理系统|信息服务系统|管理系统|信息系统|系统)$")


def tile_name(name: str) -> str:
    """A name as it fits a tile of the wall: without the ending that nearly all systems share (瓷砖名称)."""
    return _ENDING.sub("", name)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one system stands (位置): centre of its dot, and the angle of its label in degrees."""

    x: float
    y: float
    angle: float = 0.0
    is_flipped: bool = False
    is_alone: bool = False


def laid_out(nodes: Iterable[str], ties: Iterable[tuple[str, str]]) -> dict[str, Spot]:
    """A spot for every system (布局). Ties to unknown systems are passed over."""
    names = sorted(set(nodes))
    near: dict[str, set[str]] = defaultdict(set)
    for one, other in ties:
        if one in names and other in names and one != other:
            near[one].add(other)
            near[other].add(one)
    spots: dict[str, Spot] = {}
    left = 0.0
    for group in _groups(names, near):
        left += _place(group, near, left, spots)
    alone = [name for name in names if name not in spots]
    right = max((spot.x for spot in spots.values()), default=-LABEL) + LABEL + 40
    rows = min(ROWS, max(1, -(-len(alone) // 2)))
    for place, name in enumerate(alone):
        column, row = divmod(place, rows)
        spots[name] = Spot(right + column * COLUMN, (row - (rows - 1) / 2) * ROW, is_alone=True)
    return spots


def _groups(names: list[str], near: Mapping[str, set[str]]) -> list[list[str]]:
    """Systems that are tied together, the largest group first; without those that stand alone."""
    seen: set[str] = set()
    found = []
    for name in names:
        if name in seen or not near.get(name):
            continue
        group, ahead = [], deque([name])
        seen.add(name)
        while ahead:
            one = ahead.popleft()
            group.append(one)
            fresh = sorted(near[one] - seen)
            seen.update(fresh)
            ahead.extend(fresh)
        found.append(group)
    return sorted(found, key=lambda group: (-len(group), group))


def _place(group: list[str], near: Mapping[str, set[str]], left: float, spots: dict[str, Spot]) -> float:
    """Put one group on rings around its best tied system; the width that it takes."""
    centre = min(group, key=lambda name: (-len(near[name]), name))
    children, depth = _tree(centre, near)
    deepest = max(depth.values())
    radius = FIRST_RING + RING * max(deepest - 1, 0)
    middle = left + radius + LABEL
    weight = _weights(centre, children)
    ahead = [(centre, turn := _turn(centre, children, weight), turn + 2 * pi)]
    while ahead:
        name, start, end = ahead.pop()
        angle = (start + end) / 2
        away = 0.0 if depth[name] == 0 else FIRST_RING + RING * (depth[name] - 1)
        degrees = angle * 180 / pi
        flipped = 90 < degrees % 360 < 270 and depth[name] > 0
        spots[name] = Spot(
            round(middle + away * cos(angle), 1), round(away * sin(angle), 1),
            round(0.0 if depth[name] == 0 else degrees + (180 if flipped else 0), 1), flipped,
        )  # fmt: skip
        share = (end - start) / max(sum(weight[child] for child in children[name]), 1)
        for child in children[name]:
            ahead.append((child, start, start + share * weight[child]))
            start += share * weight[child]
    return 2 * (radius + LABEL)


def _turn(centre: str, children: Mapping[str, list[str]], weight: Mapping[str, int]) -> float:
    """Where the first child's share begins, so that the middle of the heaviest share lies to the right."""
    own = children.get(centre, [])
    if not own:
        return 0.0
    heaviest = max(own, key=lambda child: (weight[child], child))
    before = sum(weight[child] for child in own[: own.index(heaviest)])
    return -2 * pi * (before + weight[heaviest] / 2) / sum(weight[child] for child in own)


def _tree(centre: str, near: Mapping[str, set[str]]) -> tuple[dict[str, list[str]], dict[str, int]]:
    children: dict[str, list[str]] = defaultdict(list)
    depth, ahead = {centre: 0}, deque([centre])
    while ahead:
        one = ahead.popleft()
        for other in sorted(near[one]):
            if other not in depth:
                depth[other] = depth[one] + 1
                children[one].append(other)
                ahead.append(other)
    return children, depth


def _weights(centre: str, children: Mapping[str, list[str]]) -> dict[str, int]:
    """How many outermost systems hang below each: so much of the circle it gets."""
    order, ahead = [], [centre]
    while ahead:
        one = ahead.pop()
        order.append(one)
        ahead.extend(children.get(one, ()))
    weight: dict[str, int] = {}
    for name in reversed(order):
        weight[name] = max(1, sum(weight[child] for child in children.get(name, ())))
    return weight
