"""Quota of a grant (限额): so many calls a second, a day, in all. Pure reckoning; the ledger is the gate's.

The day is that of Asia/Shanghai, which has no summer time since 1991.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHANGHAI_US = 8 * 3600 * 1_000_000
HOUR_US = 3600 * 1_000_000
DAY_US = 24 * HOUR_US
TOTAL, LOOKUPS = "total", "lookups_per_hour"
BURST = 1.0  # seconds of calls that may come at once
SLICE_MOST = 4096  # a large quota is not asked for at each 256th call: that would be a sync of the disk


@dataclass(frozen=True, slots=True)
class Limits:
    """What a grant allows (限额); None: no limit of that kind.

    ``lookups`` are questions for one person or firm by number, per hour: whoever asks for very many of them one
    by one gathers a register that nobody granted.
    """

    per_second: int | None = None
    per_day: int | None = None
    total: int | None = None
    lookups: int | None = None

    @classmethod
    def of(cls, quota: Mapping[str, int | None], lookups: int = 0) -> Limits:
        """From the terms of a grant (读取限额); ``lookups`` holds where the grant names no such limit, 0: none."""
        second, day, total = (quota.get(name) or None for name in ("per_second", "per_day", TOTAL))
        return cls(second, day, total, quota.get(LOOKUPS) or lookups or None)


def admit(arrival: float, now: float, per_second: int) -> tuple[float, float]:
    """One call against a bucket that refills evenly (令牌桶): (next arrival time, 0) or (as before, seconds to wait).

    The bucket is one number, the theoretical arrival time, so that it can be kept in eight shared bytes.
    Holds ``per_second`` calls when full. An arrival time beyond a full debt is from before a reboot.
    """
    if arrival > now + BURST + 1.0:
        arrival = now
    following = max(arrival, now) + 1.0 / per_second
    late = following - now - BURST
    return (arrival, late) if late > 1e-9 else (following, 0.0)


def day_of(us: int) -> str:
    """The Shanghai day of an instant in µs since 1970 (所属日期), as a number of days: a name, not for people."""
    return str((us + SHANGHAI_US) // DAY_US)


def hour_of(us: int) -> str:
    """The hour of an instant in µs since 1970 (所属小时), as the name of its counter of look-ups."""
    return f"h{us // HOUR_US}"


def seconds_of_hour_left(us: int) -> float:
    """Until the next hour begins (距下一小时秒数)."""
    return (HOUR_US - us % HOUR_US) / 1_000_000


def seconds_left(us: int) -> float:
    """Until the next day begins in Shanghai (距次日秒数)."""
    return (DAY_US - (us + SHANGHAI_US) % DAY_US) / 1_000_000


def slice_of(remaining: int, processes: int) -> int:
    """How much of what remains one process takes at once (分片): the less there is, the smaller."""
    if remaining <= 0:
        return 0
    return max(1, min(SLICE_MOST, remaining // (4 * max(1, processes))))
