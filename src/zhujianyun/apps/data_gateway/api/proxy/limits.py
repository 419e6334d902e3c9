"""How much and how long the plane bears (接口代理的限度): sizes in bytes, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one process (限度); every one has a test that crosses it."""

    target: int = 2_000  # longer: 414
    head: int = 16_384  # longer: 431
    header_line: int = 8_192
    headers: int = 64
    request_body: int = 16 * 1024 * 1024  # longer: 413
    answer_head: int = 32_768
    answer_body: int = 64 * 1024 * 1024
    masked_body: int = 8 * 1024 * 1024  # an answer that must be read whole to be masked
    head_seconds: float = 10.0  # from the first byte of a request to the end of its head: 408
    body_seconds: float = 60.0  # from the head to the end of the body: 408
    idle_seconds: float = 75.0  # a kept connection without a request
    send_seconds: float = 30.0  # a caller that takes nothing
    answer_seconds: float = 60.0  # from the head of an answer to its end
    connect_seconds: float = 2.0
    connections: int = 4_000  # of callers; more are refused at once
    per_provider: int = 64  # calls that may be with one provider at a time
    waiting: int = 128  # calls that may wait for one provider
    wait_seconds: float = 1.0
    kept: int = 64  # idle connections to one provider
    kept_seconds: float = 20.0
    high_water: int = 256 * 1024  # unsent bytes at which the other side is told to pause


@dataclass(frozen=True, slots=True)
class Tripping:
    """When a provider is left in peace (熔断): after so many failures in a row, for how long, how to begin again."""

    failures: int = 5
    open_seconds: float = 10.0
    longest_seconds: float = 160.0  # each failed trial doubles the pause, up to this
    trials: int = 1  # calls let through when the pause is over
    successes: int = 2  # good trials in a row that close it
