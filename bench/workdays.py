"""How long does a deadline take? (工作日历基准) Bar: due date ≤ 10 µs.

.venv/bin/python bench/workdays.py
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

from zhujianyun.base.workdays import Almanac, Calendar, shipped_rows

ROUNDS, CALLS = 9, 20_000


def median_us(act: Callable[[date, int], object], pairs: list[tuple[date, int]]) -> float:
    """Median microseconds of one call over several rounds."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for start, n in pairs:
            act(start, n)
        took.append((time.perf_counter() - began) / len(pairs) * 1e6)
    return statistics.median(took)


def main() -> None:
    """Print medians."""
    rng = random.Random(2020)
    pairs = [(date(2018, 1, 1) + timedelta(rng.randrange(2900)), rng.randrange(1, 60)) for _ in range(CALLS)]
    rows = shipped_rows()
    calendar, almanac = Calendar.build(rows), Almanac(rows)

    def walk(start: date, n: int) -> date:
        while n:
            start += timedelta(days=1)
            n -= calendar.is_workday(start)
        return start

    def known(start: date, n: int) -> object:
        return almanac.calendar(known_on=start).add(start, n)

    for name, value in (
        ("due date, µs", median_us(calendar.add, pairs)),
        ("due date as known on the start day, µs", median_us(known, pairs)),
        (
            "working days between two days, µs",
            median_us(lambda a, n: calendar.between(a, date(2026, 1, 1)), pairs),
        ),
        ("walking day by day, for comparison, µs", median_us(walk, pairs[:500])),
        ("building a calendar, µs", median_us(lambda a, n: Calendar.build(rows, known_on=a), pairs[:50])),
    ):
        print(f"{name:42} {value:10.2f}")


if __name__ == "__main__":
    main()
