"""Leaving a failing provider in peace (熔断): closed, open, half-open. Pure: the caller gives the time.

Only what says that the provider is ill counts as a failure: no connection, no answer in time, a broken
answer, and its own 502, 503 and 504. A provider that answers 404 or 500 to a question is alive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zhujianyun.apps.data_gateway.api.proxy.limits import Tripping


class State(StrEnum):
    """Of a breaker (熔断状态)."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(slots=True)
class Breaker:
    """One per provider (熔断器). Times are seconds of one monotonic clock."""

    rule: Tripping
    state: State = State.CLOSED
    failures: int = 0  # in a row
    good: int = 0  # trials in a row
    trying: int = 0  # trials under way
    opened: int = 0  # how often it opened since the start
    until: float = 0.0
    pause: float = 0.0
    why: str = ""

    def lets_through(self, now: float) -> bool:
        """Whether a call may go to the provider (是否放行); a trial that may go is counted as under way."""
        if self.state is State.CLOSED:
            return True
        if self.state is State.OPEN and now >= self.until:
            self.state, self.good, self.trying = State.HALF_OPEN, 0, 0
        if self.state is State.OPEN or self.trying >= self.rule.trials:
            return False
        self.trying += 1
        return True

    def wait(self, now: float) -> float:
        """Seconds until a call is worth trying again (建议等待)."""
        return max(1.0, self.until - now)

    def succeeded(self) -> None:
        """The provider answered (成功)."""
        self.failures = 0
        if self.state is State.HALF_OPEN:
            self.trying, self.good = max(0, self.trying - 1), self.good + 1
            if self.good >= self.rule.successes:
                self.state, self.pause = State.CLOSED, 0.0

    def failed(self, now: float, why: str) -> None:
        """The provider is ill (失败)."""
        self.failures, self.why = self.failures + 1, why
        if self.state is State.HALF_OPEN or (
            self.state is State.CLOSED and self.failures >= self.rule.failures
        ):
            self.pause = min(self.rule.longest_seconds, self.pause * 2 or self.rule.open_seconds)
            self.state, self.until = State.OPEN, now + self.pause
            self.opened, self.trying = self.opened + 1, 0

    def dropped(self) -> None:
        """A call that was let through told nothing of the provider: its caller hung up (未决)."""
        self.trying = max(0, self.trying - 1)
