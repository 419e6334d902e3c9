"""Which versions of a data set may go (版本保留规则). Pure.

A version goes when it was superseded long enough ago, is not the last of a month that is still kept, and
nobody stands on it. The newest never goes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LONGEST_READ = timedelta(hours=24)  # whoever opened a version before it was superseded is done by then


@dataclass(frozen=True, slots=True)
class Policy:
    """How long versions are kept (保留期限)."""

    keep_days: int
    keep_month_ends: int  # months of which the last version stays


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a data set (版本)."""

    number: int
    batch: str
    landed_at: datetime
    landed_on: date


def expired(
    versions: Sequence[Version], policy: Policy, now: datetime, today: date, held: Collection[int]
) -> list[Version]:
    """The versions that may go now, oldest first (到期版本); ``held``: versions that somebody stands on."""
    ordered = sorted(versions, key=lambda version: version.number)
    patience = max(timedelta(days=policy.keep_days), LONGEST_READ)
    found = []
    for version, following in zip(ordered, ordered[1:], strict=False):
        is_month_end = _month(version.landed_on) != _month(following.landed_on)
        kept_month = _month(today) - _month(version.landed_on) <= policy.keep_month_ends
        if following.landed_at > now - patience or version.number in held or (is_month_end and kept_month):
            continue
        found.append(version)
    return found


def _month(day: date) -> int:
    return day.year * 12 + day.month
