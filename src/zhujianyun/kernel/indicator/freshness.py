"""Freshness (时效): late is amber, dead is grey, and nothing is silently old.

The age counts from the last time the number was confirmed, not from the last time it changed: a
figure that nobody touches is fresh as long as the journal has been read to its end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Freshness(StrEnum):
    """How old a number may look (时效状态)."""

    FRESH = "fresh"
    AMBER = "amber"  # over one promised interval
    GREY = "grey"  # over two: out of totals, no comparison


FRESHNESS_ZH = {Freshness.FRESH: "正常", Freshness.AMBER: "迟报", Freshness.GREY: "失联"}


def state(confirmed_at: datetime | None, promised_minutes: int, now: datetime) -> Freshness:
    """The freshness of something confirmed at an instant (时效判断)."""
    if confirmed_at is None:
        return Freshness.GREY
    age = now - confirmed_at
    promised = timedelta(minutes=promised_minutes)
    if age <= promised:
        return Freshness.FRESH
    return Freshness.AMBER if age <= 2 * promised else Freshness.GREY


def reporting(confirmed: dict[str, datetime | None], promised_minutes: int, now: datetime) -> frozenset[str]:
    """The cities that still report; a grey one is out of totals (在报地市)."""
    return frozenset(
        city for city, at in confirmed.items() if state(at, promised_minutes, now) is not Freshness.GREY
    )


def coverage_zh(reported: int, expected: int) -> str:
    """13/14市 (填报覆盖)."""
    return f"{reported}/{expected}市"
