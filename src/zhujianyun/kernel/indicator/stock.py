"""State over time from intervals (存量推算): pure, so that a year of days costs one pass.

A record is in the state on day D when it began on or before D and had not ended by D's close:
``begin <= D`` and (``end`` is None or ``end > D``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from decimal import Decimal

Interval = tuple[str, date, date | None, Decimal]  # city, begin, end, amount
Held = tuple[str, Hashable, date, date | None]  # city, key, begin, end


def levels(intervals: Iterable[Interval], instants: Sequence[date]) -> dict[tuple[str, date], Decimal]:
    """The amount in the state at the close of each day of `instants`, by city (各时点存量).

    `instants` ascend. Cities that hold nothing at a day are absent for it.
    """
    steps: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for city, begin, end, amount in intervals:
        first, after = _reach(begin, end, instants)
        if first < after:
            steps[city][first] += amount
            steps[city][after] -= amount
    return {
        (city, instants[at]): level
        for city, changes in steps.items()
        for at, level in _running(changes, len(instants))
        if level
    }


def distinct_levels(held: Iterable[Held], instants: Sequence[date]) -> dict[tuple[str, date], Decimal]:
    """How many different keys are in the state at the close of each day, by city (各时点去重存量)."""
    reaches: dict[tuple[str, Hashable], list[tuple[int, int]]] = defaultdict(list)
    for city, key, begin, end in held:
        first, after = _reach(begin, end, instants)
        if first < after:
            reaches[city, key].append((first, after))
    steps: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (city, _), spans in reaches.items():
        for first, after in _merged(spans):
            steps[city][first] += 1
            steps[city][after] -= 1
    return {
        (city, instants[at]): level
        for city, changes in steps.items()
        for at, level in _running(changes, len(instants))
        if level
    }


def _reach(begin: date, end: date | None, instants: Sequence[date]) -> tuple[int, int]:
    first = bisect_left(instants, begin)
    after = len(instants) if end is None else bisect_left(instants, end)
    return first, after


def _running(changes: dict[int, Decimal], count: int) -> Iterable[tuple[int, Decimal]]:
    level = Decimal(0)
    for at in range(count):
        level += changes.get(at, 0)
        yield at, level


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, after in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], after))
        else:
            merged.append((first, after))
    return merged
