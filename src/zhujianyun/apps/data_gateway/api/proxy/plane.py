"""The proxy plane of a process (接口代理平面): callers, providers, and the one sweep that watches the time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

from zhujianyun.apps.data_gateway.api.gate import Gate
from zhujianyun.apps.data_gateway.api.proxy import cutting
from zhujianyun.apps.data_gateway.api.proxy.caller import Caller
from zhujianyun.apps.data_gateway.api.proxy.exchange import Exchange
from zhujianyun.apps.data_gateway.api.proxy.limits import Limits, Tripping
from zhujianyun.apps.data_gateway.api.proxy.provider import Provider
from zhujianyun.apps.data_gateway.rules.deciding import Ground
from zhujianyun.apps.data_gateway.rules.faults import Fault
from zhujianyun.apps.data_gateway.rules.policy import Service
from zhujianyun.base.errors import RuleBroken

SWEEP_EVERY = 0.05  # seconds
STATE_EVERY = 1.0
STATE_FOLDER = "state"


@dataclass(frozen=True, slots=True)
class Route:
    """What does not change from call to call under one grant (转发路线)."""

    service: Service
    provider: Provider
    base: str  # path of the provider's base address
    fixed: bytes  # headers that every request carries
    secret_names: frozenset[bytes]
    timeout_seconds: float
    cut: cutting.Cut | None


class Plane:
    """All that one process of the proxy plane holds (接口代理平面)."""

    def __init__(
        self, gate: Gate, *, limits: Limits | None = None, tripping: Tripping | None = None, ca_file: str = ""
    ) -> None:  # fmt: skip
        self.gate, self.ca_file = gate, ca_file
        self.limits, self.tripping = limits or Limits(), tripping or Tripping()
        self.time = time.monotonic
        self.callers: set[Caller] = set()
        self.exchanges: set[Exchange] = set()
        self.providers: dict[str, Provider] = {}
        self.malformed = 0
        self._ending: list[tuple[Exchange, bytes]] = []
        self._routes: dict[Ground, Route] = {}
        self._server: asyncio.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, host: str, port: int, *, shared: bool = False) -> int:
        """Listen (启动监听); the port that was given, also for 0. ``shared``: with other processes.

        Raises:
            OSError: the port is taken.
        """
        self.gate.open()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Caller(self), host, port, backlog=1024, reuse_port=shared or None
        )
        self._task = loop.create_task(self._watch())
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self, *, seconds: float = 3.0) -> None:
        """Take no new call, let those under way end, then close (停止)."""
        if self._server is not None:
            self._server.close()
        until = self.time() + seconds
        while self.exchanges and self.time() < until:
            await asyncio.sleep(0.02)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for caller in list(self.callers):
            if caller.transport is not None:
                caller.transport.abort()
        for provider in self.providers.values():
            provider.close()
        await asyncio.sleep(0.01)
        self.gate.close()

    # What exchanges ask.

    def route(self, ground: Ground) -> Route:
        """The way to a provider under a grant (转发路线).

        Raises:
            Fault: Client.GrantRefused, Server.ServerProxy.AddressRefused.
        """
        found = self._routes.get(ground)
        if found is None:
            offered = self.gate.policy().policy.offered[ground.terms.mount]
            if len(self._routes) > 4096:  # grounds of policies that are gone
                self._routes.clear()
            found = self._routes[ground] = _route(
                ground, self._provider(ground.service), cutting.plan(ground, offered)
            )
        return found

    def _provider(self, service: Service) -> Provider:
        known = self.providers.get(service.code)
        if known is None or (known.service.address, known.service.allow_private) != (
            service.address, service.allow_private,
        ):  # fmt: skip
            if known is not None:
                known.close()
            try:
                known = Provider(service, self.limits, self.tripping, self.ca_file)
            except RuleBroken as e:
                raise Fault("Server.ServerProxy.AddressRefused") from e
            self.providers[service.code] = known
        return known

    def finish(self, exchange: Exchange, last: bytes) -> None:
        """Record a call, then let the last of its answer leave (完成).

        What ends in one turn of the loop is written with one write: it leaves when that has returned.
        """
        if not self._ending:
            asyncio.get_running_loop().call_soon(self._end)
        self._ending.append((exchange, last))

    def _end(self) -> None:
        ending, self._ending = self._ending, []
        ending = [pair for pair in ending if not pair[0].is_over]
        try:
            if ending:
                self.gate.log.append(b"".join([exchange.line_of_log() for exchange, _ in ending]))
        except Fault as fault:
            for exchange, _ in ending:
                exchange.caller.refuse(exchange, fault)
            return
        for exchange, last in ending:
            exchange.is_recorded = True
            exchange.caller.complete_with(last)

    def refused(self, exchange: Exchange | None, fault: Fault) -> str:
        """Record a refusal (记录拒绝); the id by which it can be found."""
        if exchange is None:
            self.malformed += 1
            return "-"
        exchange.is_over = True
        exchange.hung_up()
        self.exchanges.discard(exchange)
        with contextlib.suppress(Fault):  # a log that cannot be written is this fault itself
            self.gate.refuse(exchange.call, fault)
        return exchange.call.id

    def left(self, exchange: Exchange) -> None:
        """The answer has left whole (已送出)."""
        self.exchanges.discard(exchange)
        if exchange.is_recorded:
            with contextlib.suppress(Fault):  # it counts without this line, too
                self.gate.left(exchange.call)

    def drop(self, exchange: Exchange) -> None:
        """The caller hung up before the end (对方中断)."""
        self.exchanges.discard(exchange)
        exchange.hung_up()
        with contextlib.suppress(Fault):
            if exchange.is_recorded:
                self.gate.aborted(exchange.call)
            else:
                self.gate.refuse(exchange.call, Fault("Client.HungUp"))

    def health(self) -> bytes:
        """Whether it serves, for the supervisor (存活检查)."""
        return orjson.dumps({"status": "ok", "callers": len(self.callers), "calls": len(self.exchanges)})

    # The watch.

    async def _watch(self) -> None:
        state_at = 0.0
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            now = self.time()
            for exchange in [
                one for one in self.exchanges if one.line is not None and now > one.deadline > 0
            ]:
                exchange.late()
            for caller in [one for one in self.callers if now > one.deadline > 0]:
                caller.late()
            for provider in list(self.providers.values()):
                provider.sweep(now)
            if now >= state_at:
                state_at = now + STATE_EVERY
                await asyncio.to_thread(write_state, self.gate.serving, self._state(now))

    def _state(self, now: float) -> dict[str, object]:
        return {
            "at_us": self.gate.now_us(), "pid": os.getpid(), "callers": len(self.callers),
            "calls": len(self.exchanges), "malformed": self.malformed,
            "providers": [one.row(now) for one in self.providers.values()],
        }  # fmt: skip


def write_state(serving: Path, state: dict[str, object]) -> None:
    """The state of this process, for the operator's page (运行状态): one small file, replaced at once."""
    folder = serving / STATE_FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"proxy-{os.getpid()}.json"
    partial = file.with_suffix(".new")
    partial.write_bytes(orjson.dumps(state))
    partial.replace(file)


def _route(ground: Ground, provider: Provider, cut: cutting.Cut | None) -> Route:
    service = ground.service
    place = provider.place
    host = f"[{place.host}]" if ":" in place.host else place.host
    port = "" if place.port == (443 if place.scheme == "https" else 80) else f":{place.port}"
    lines = [f"host: {host}{port}".encode(), b"user-agent: zhujianyun"]
    names: frozenset[bytes] = frozenset()
    if service.secret:
        name, value = _credential(service.secret)
        names = frozenset((name,))
        lines.append(name + b": " + value)
    base = "/" + service.address.split("//", 1)[1].partition("?")[0].partition("/")[2].strip("/")
    return Route(
        service, provider, base.rstrip("/"), b"".join([line + b"\r\n" for line in lines]), names, service.timeout_ms / 1000, cut
    )  # fmt: skip


def _credential(secret: str) -> tuple[bytes, bytes]:
    """``Name: value`` as it is sent to the provider; a value alone goes into Authorization."""
    name, colon, value = secret.partition(": ")
    if not colon:
        name, value = "authorization", secret
    if not name.isascii() or any(one in secret for one in "\r\n\0"):
        raise Fault("Server.ServerProxy.AddressRefused", "提供方凭据格式不正确，请凭详情编号联系运维人员。")
    return name.lower().encode(), value.encode()
