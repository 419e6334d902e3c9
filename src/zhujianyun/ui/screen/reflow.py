"""Closing gaps (补空): a screen of which some apps are absent still looks composed.

The rule, so that whoever writes a screen can foresee it: when something does not hang because its app is
absent, the widgets that do hang, in reading order, grow into its place — down, then to the right, then up,
then to the left — each as far as a whole edge of theirs is free. Where that leaves a
hole, the other orders of the four directions are tried, and the first that leaves least is taken. Nothing
moves, nothing shrinks, and a gap that the layout leaves on purpose stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

from zhujianyun.ui.screen.registry import COLUMNS, ROWS, Widget, overlap

Place = tuple[int, int, int, int]
STEPS: tuple[Place, ...] = ((0, 0, 0, 1), (0, 0, 1, 0), (0, -1, 0, 1), (-1, 0, 1, 0))


def close_gaps(widgets: Iterable[Widget], declared: Iterable[Widget]) -> list[Widget]:
    """The same widgets, grown into the places of those of `declared` that do not hang (补空)."""
    kept = list(widgets)
    places = [widget.at for widget in kept]
    room = {cell for widget in declared for cell in _cells(widget.at)}
    best = max(
        (_grown(places, steps, room) for steps in permutations(STEPS)), key=_covered
    )  # the first of the best
    return [replace(widget, at=place) for widget, place in zip(kept, best, strict=True)]


def _cells(place: Place) -> set[tuple[int, int]]:
    column, row, width, height = place
    return {(x, y) for x in range(column, column + width) for y in range(row, row + height)}


def _grown(places: list[Place], steps: tuple[Place, ...], room: set[tuple[int, int]]) -> list[Place]:
    places = list(places)
    for n in sorted(range(len(places)), key=lambda i: (places[i][1], places[i][0])):
        for step in steps:
            while _is_free(wider := _sum(places[n], step), n, places) and _cells(wider) <= room:
                places[n] = wider
    return places


def _covered(places: list[Place]) -> int:
    return sum(width * height for _, _, width, height in places)


def _sum(place: Place, step: Place) -> Place:
    return (place[0] + step[0], place[1] + step[1], place[2] + step[2], place[3] + step[3])


def _is_free(place: Place, own: int, places: list[Place]) -> bool:
    column, row, width, height = place
    if min(column, row) < 0 or column + width > COLUMNS or row + height > ROWS:
        return False
    return not any(overlap(place, other) for n, other in enumerate(places) if n != own)
