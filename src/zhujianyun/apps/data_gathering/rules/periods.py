"""Spans of time as people say them (时长说法)."""

from __future__ import annotations

_UNITS = ((10_080, "周", "每周"), (1440, "天", "每天"), (60, "小时", "每小时"), (1, "分钟", "每分钟"))


def period_zh(minutes: int) -> str:
    """How often, for a number of minutes: 每天, 每 2 小时, 每 90 分钟 (间隔说法)."""
    for size, unit, once in _UNITS:
        if minutes == size:
            return once
        if minutes % size == 0:
            return f"每 {minutes // size} {unit}"
    raise ValueError(minutes)
