"""The one place that knows what time it is (时钟).

Rules never ask; actions and pages ask here. Storage is UTC, reckoning is Asia/Shanghai.
Three clocks exist: the machine's own, a virtual one that drives the demo year, and one that
stands at a given instant and runs on from there (the demo after its play).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Anything that can say what time it is (时钟接口)."""

    def now(self) -> datetime: ...


class MachineClock:
    """The machine's own clock (系统时钟)."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when told, and never back (虚拟时钟)."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        """Move forward to ``at``.

        Raises:
            ValueError: when ``at`` lies before the present instant of this clock.
        """
        at = at.astimezone(UTC)
        if at < self._at:
            raise ValueError(f"the clock does not run backwards: {self._at:%F %T} -> {at:%F %T}")
        self._at = at


class OffsetClock:
    """A clock that runs in real time from another instant (偏移时钟): the demo after its play."""

    def __init__(self, *, stands_at: datetime, when_really: datetime) -> None:
        self.offset: timedelta = stands_at.astimezone(UTC) - when_really.astimezone(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


_machine: Clock = MachineClock()
_present: Clock = _machine


def now() -> datetime:
    """The present instant, aware, in UTC (当前时刻)."""
    return _present.now()


def today() -> date:
    """The present day in Asia/Shanghai (当前日期)."""
    return local_day(now())


def local_day(at: datetime) -> date:
    """The Asia/Shanghai day to which an instant belongs (所属日期)."""
    return at.astimezone(SHANGHAI).date()


def local(at: datetime) -> datetime:
    """The instant in Asia/Shanghai (北京时间)."""
    return at.astimezone(SHANGHAI)


def at_local(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """The instant of a local wall time on a day, in UTC (北京时间转 UTC)."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


def use(clock: Clock | None) -> None:
    """Put in another clock for this process; ``None`` restores the machine's own (更换时钟)."""
    global _present
    _present = clock or _machine


def present() -> Clock:
    """The clock in use (当前时钟)."""
    return _present


@contextmanager
def standing(at: datetime) -> Iterator[VirtualClock]:
    """Within the block a virtual clock stands at ``at`` (定格时钟)."""
    global _present
    before, clock = _present, VirtualClock(at)
    _present = clock
    try:
        yield clock
    finally:
        _present = before
