"""What an answer to a probe means (探测判定): good or not, and which state follows.

A single failure is a wobble: the state goes to degraded. The second one in a row is an outage. One good
answer ends it, so that a recovery is seen at the next probe.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

DOWN_AFTER = 2  # failures in a row
UP, DEGRADED, DOWN = "up", "degraded", "down"
WARN_DAYS = 30
KEEP_DAYS = 14  # single results; the sums of a day are kept for ever


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one probe found (探测结论): `ms` how long it took, `warned` good but not well."""

    good: bool
    text: str
    ms: int | None = None
    warned: bool = False
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a page must answer (应答要求)."""

    status: int = 200
    text: str = ""
    min_bytes: int = 0
    slow_ms: int = 3000


def judge_page(status: int, text: str, size: int, ms: int, expected: Expected) -> Outcome:
    """Whether a page is what it should be (网页判定): status, size, text, pace.

    A polite error page under status 200 fails by its text or its size, not by its status.
    """
    if status != expected.status:
        return Outcome(False, f"应答状态 {status}，应为 {expected.status}", ms)
    if size < expected.min_bytes:
        return Outcome(False, f"应答仅 {size} 字节，应不少于 {expected.min_bytes} 字节", ms)
    if expected.text and expected.text not in text:
        return Outcome(False, f"应答中没有“{expected.text}”，可能是错误页", ms)
    if ms > expected.slow_ms:
        return Outcome(True, f"缓慢：{ms} 毫秒，超过 {expected.slow_ms} 毫秒", ms, warned=True)
    return Outcome(True, "正常", ms)


def judge_certificate(expires_on: date, today: date, ms: int | None = None) -> Outcome:
    """Whether a certificate still holds, and for how long (证书判定); its last day is a good day."""
    left = (expires_on - today).days
    if left < 0:
        return Outcome(False, f"证书已于 {expires_on} 过期", ms, expires_on=expires_on)
    if left <= WARN_DAYS:
        return Outcome(True, f"证书 {left} 天后到期", ms, warned=True, expires_on=expires_on)
    return Outcome(True, f"证书有效至 {expires_on}", ms, expires_on=expires_on)


def next_state(failures: int, outcome: Outcome) -> tuple[str, int]:
    """The state after an answer, and the failures in a row (状态推移)."""
    if outcome.good:
        return (DEGRADED if outcome.warned else UP), 0
    failures += 1
    return (DOWN if failures >= DOWN_AFTER else DEGRADED), failures


def next_at(due: datetime, now: datetime, every: timedelta) -> datetime:
    """When to ask again: in step with the last time, without catching up what was missed (下次探测)."""
    if due > now:
        return due
    missed = (now - due) // every
    return due + every * (missed + 1)


def worst_state(states: list[str]) -> str:
    """The state of a system from those of its probes (系统状态): the worst; "" without any."""
    known = [state for state in (DOWN, DEGRADED, UP) if state in states]
    return known[0] if known else ""
