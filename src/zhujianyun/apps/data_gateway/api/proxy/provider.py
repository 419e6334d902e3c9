"""One provider as this process sees it (提供方): its kept connections, its places, its breaker, its counts.

A provider has so many places and no more. Who finds none waits a moment; who finds the breaker open is told
so at once. So a slow provider fills its own places and nobody else's.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

from zhujianyun.apps.data_gateway.api.proxy import reaching, wire
from zhujianyun.apps.data_gateway.api.proxy.breaker import Breaker
from zhujianyun.apps.data_gateway.api.proxy.limits import Limits, Tripping
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.apps.data_gateway.rules.policy import Service
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.outbound import addresses

_SICK = frozenset({502, 503, 504})
_KEEP_PERMILLE = 900  # of the average time, at each answer


class Caller(wire.Waiting, Protocol):
    """A call that wants a place (待转发的调用)."""

    def connected(self, line: wire.Wire) -> None: ...
    def refused(self, fault: Fault) -> None: ...


@dataclass(slots=True)
class Counts:
    """Since the start of the process (计数)."""

    answered: int = 0
    failed: int = 0
    timed_out: int = 0
    turned_away: int = 0  # breaker open
    no_place: int = 0
    average_us: int = 0


class Provider:
    """Everything about one service's provider (提供方)."""

    def __init__(self, service: Service, limits: Limits, tripping: Tripping, ca_file: str = "") -> None:
        self.service, self.limits, self.ca_file = service, limits, ca_file
        self.place = addresses.place_of(service.address)
        self.allowed = reaching.ranges(service.allow_private)
        self.breaker = Breaker(tripping)
        self.counts = Counts()
        self.busy = 0
        self.idle: list[wire.Wire] = []
        self.waiting: deque[tuple[float, Caller]] = deque()
        self._opening: set[asyncio.Task[None]] = set()

    def take(self, call: Caller) -> None:
        """Give the call a connection, now or in a moment (取得连接): it hears by ``connected`` or ``refused``.

        Raises:
            Fault: Server.ServerProxy.CircuitOpen, or .Busy when all places and all seats to wait in are taken.
        """
        now = time.monotonic()
        if not self.breaker.lets_through(now):
            self.counts.turned_away += 1
            raise Fault("Server.ServerProxy.CircuitOpen", retry_after=self.breaker.wait(now))
        if self.busy < self.limits.per_provider:
            self._seat(call)
        elif len(self.waiting) < self.limits.waiting:
            self.waiting.append((now + self.limits.wait_seconds, call))
        else:
            self.breaker.dropped()
            self.counts.no_place += 1
            raise self._crowded()

    def _crowded(self) -> Fault:
        return Fault("Server.ServerProxy.Busy", retry_after=1.0)

    def _seat(self, call: Caller) -> None:
        self.busy += 1
        while self.idle:
            line = self.idle.pop()
            if line.transport is not None and not line.transport.is_closing():
                call.connected(line)
                return
        self.open(call)

    def open(self, call: Caller) -> None:
        """A new connection for a call that has a place (新建连接)."""
        task = asyncio.get_running_loop().create_task(self._open(call))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def again(self, call: Caller) -> None:
        """A kept connection was dead before the call was heard: once more, on a new one (重新连接)."""
        self.busy += 1
        self.open(call)

    async def _open(self, call: Caller) -> None:
        try:
            line = await self._connect()
        except RuleBroken:
            self._unopened(call, "Server.ServerProxy.AddressRefused", "提供方地址不被允许")
        except (OSError, TimeoutError):
            self._unopened(call, "Server.ServerProxy.Unreachable", "无法连接")
        else:
            call.connected(line)

    async def _connect(self) -> wire.Wire:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self.limits.connect_seconds):
            found = await reaching.pinned(self.place, self.allowed)
            secure = self.place.scheme == "https"
            context = reaching.encryption(self.ca_file) if secure else None
            name = self.place.host if secure else None
            for position, address in enumerate(found):
                try:
                    _, line = await loop.create_connection(
                        lambda: wire.Wire(self), address, self.place.port, ssl=context, server_hostname=name
                    )
                    return line
                except OSError:
                    if position + 1 == len(found):
                        raise
        raise OSError("no address")

    def _unopened(self, call: Caller, type_: str, why: str) -> None:
        self.free()
        self.note(False, why)
        call.refused(Fault(type_))

    def give_back(self, line: wire.Wire, reusable: bool) -> None:
        """A connection whose answer is whole or broken (交还连接)."""
        if reusable and len(self.idle) < self.limits.kept:
            line.idle_since = time.monotonic()
            self.idle.append(line)
        else:
            line.close()
        self.free()

    def free(self) -> None:
        """A place is free: the next who waits gets it (释放名额)."""
        self.busy -= 1
        if self.waiting and self.busy < self.limits.per_provider:
            self._seat(self.waiting.popleft()[1])

    def lost(self, line: wire.Wire) -> None:
        """An idle connection was ended by the provider (连接已断)."""
        if line in self.idle:
            self.idle.remove(line)

    def leave(self, call: Caller) -> None:
        """A caller hung up before the provider's health was known (放弃)."""
        self.breaker.dropped()
        if self.waiting:
            self.waiting = deque(entry for entry in self.waiting if entry[1] is not call)

    def note(self, good: bool, why: str = "", took_us: int = 0) -> None:
        """What a call told of the provider's health (记录结果)."""
        if good:
            self.counts.answered += 1
            self.counts.average_us += (took_us - self.counts.average_us) * (1000 - _KEEP_PERMILLE) // 1000
            self.breaker.succeeded()
        else:
            self.counts.failed += 1
            self.counts.timed_out += why == "超时"
            self.breaker.failed(time.monotonic(), why)

    def sweep(self, now: float) -> None:
        """Send away who waited too long, end what was kept too long (清理)."""
        while self.waiting and self.waiting[0][0] < now:
            call = self.waiting.popleft()[1]
            self.breaker.dropped()
            self.counts.no_place += 1
            call.refused(self._crowded())
        for line in [one for one in self.idle if now - one.idle_since > self.limits.kept_seconds]:
            self.idle.remove(line)
            line.close()

    def close(self) -> None:
        """End every kept connection (关闭)."""
        for line in self.idle:
            line.close()
        self.idle.clear()

    def row(self, now: float) -> dict[str, Any]:
        """What the operator sees (运行状态)."""
        counts = {name: getattr(self.counts, name) for name in Counts.__slots__}
        breaker = self.breaker
        return {
            "service": self.service.code, "state": breaker.state.value, "failures_in_a_row": breaker.failures,
            "opened": breaker.opened, "why_zh": breaker.why, "retry_in_s": round(max(0.0, breaker.until - now), 1),
            "busy": self.busy, "places": self.limits.per_provider, "waiting": len(self.waiting),
            "kept": len(self.idle), **counts,
        }  # fmt: skip


def is_sick(status: int) -> bool:
    """Whether a provider's own answer says that it is ill (提供方自报故障)."""
    return status in _SICK
