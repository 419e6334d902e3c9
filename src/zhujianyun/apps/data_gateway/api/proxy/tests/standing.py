"""A real plane on real sockets, with a provider behind it, in a thread of its own. For the tests only."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import uvloop

from zhujianyun.apps.data_gateway.api.gate import Gate
from zhujianyun.apps.data_gateway.api.proxy.limits import Limits, Tripping
from zhujianyun.apps.data_gateway.api.proxy.plane import Plane
from zhujianyun.apps.data_gateway.api.proxy.tests.failing import Provider
from zhujianyun.base import clock

PATIENCE = 30.0  # seconds that a test waits for what must come: long, for it is only used up when it does not
QUICK = Limits(
    head_seconds=1.5, body_seconds=1.5, answer_seconds=2.0, idle_seconds=PATIENCE, connect_seconds=PATIENCE,
    request_body=200_000, answer_body=64 * 1024 * 1024, masked_body=100_000, per_provider=4, waiting=2, wait_seconds=0.5,
    send_seconds=1.0,
)  # fmt: skip
_STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")


class Stand:
    """Plane and provider (试验台)."""

    def __init__(self, serving: Path, *, limits: Limits = QUICK, tripping: Tripping | None = None) -> None:
        self.serving = serving
        self._mark = 0  # records of earlier tests
        self.loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.provider = Provider()
        self.provider_port = self.run(self.provider.start())
        self.plane = Plane(Gate(serving, "proxy"), limits=limits, tripping=tripping)
        self.port = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def begin(self) -> None:
        self.port = self.run(self.plane.start("127.0.0.1", 0))
        self._touching = asyncio.run_coroutine_threadsafe(self._touch(), self.loop)

    async def _touch(self) -> None:
        """As the worker does: a policy that nobody keeps is not served from."""
        while True:
            await asyncio.sleep(1.0)
            if (self.serving / "policy.json").exists():
                (self.serving / "policy.json").touch()

    async def _cancel(self) -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    def end(self) -> None:
        self.provider.release()
        self.provider.stop()
        self.run(self.plane.stop(seconds=0.1))
        self.run(self._cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.provider_port}/inner"

    def settle(self) -> None:
        """Send away what an earlier test left behind; from here on `records` are this test's own."""
        self.provider.release()
        self.run(self._quiet())
        self.provider.requests.clear()
        self._mark += len(self.records())

    async def _quiet(self) -> None:
        for caller in list(self.plane.callers):
            if caller.transport is not None:
                caller.transport.abort()
        while self.plane.callers or self.plane.exchanges or any(map(self.places_taken, self.plane.providers)):
            await asyncio.sleep(0.01)
        for _ in range(3):  # what was sent to the provider before is read in the next turn of the loop
            await asyncio.sleep(0)
        self.plane.gate.log.flush()

    def places_taken(self, service: str = "plain") -> int:
        """How many calls are with a service's provider, or wait for it."""
        provider = self.plane.providers.get(service)
        return provider.busy + len(provider.waiting) if provider is not None else 0

    def records(self) -> list[dict[str, Any]]:
        """The lines of the log since the test began."""
        files = sorted((self.serving / "calls").glob("*.log"))
        # A line that is being written has no end yet.
        whole = [file.read_bytes().rpartition(b"\n")[0].splitlines() for file in files]
        return [orjson.loads(line) for lines in whole for line in lines][self._mark :]

    def calls(self) -> list[dict[str, Any]]:
        return [row for row in self.records() if row["k"] == "call"]

    def counted(self) -> int:
        """Calls that count: succeeded, without a line that says they were broken off."""
        gone = {row["id"] for row in self.records() if row["k"] == "abort"}
        return sum(row["succeeded"] and row["id"] not in gone for row in self.calls())


@contextmanager
def standing(serving: Path, lay: Callable[[Stand], None], **given: Any) -> Iterator[Stand]:
    """A stand whose policy is laid before the plane begins."""
    before = clock.present()
    stand = Stand(serving, **given)
    try:
        lay(stand)
        stand.begin()
        yield stand
    finally:
        stand.end()
        clock.use(before)  # a policy sets the clock of its process


class Line:
    """A caller's connection, byte by byte."""

    def __init__(self, port: int, seconds: float = PATIENCE) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.rest = b""

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def _more(self) -> bool:
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            return False
        self.rest += data
        return bool(data)

    def answer(self, *, bodiless: bool = False) -> tuple[int, dict[str, str], bytes]:
        """One whole answer; status 0 when the connection ended before one."""
        while b"\r\n\r\n" not in self.rest:
            if not self._more():
                return 0, {}, self.rest
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        found = _STATUS.match(head)
        assert found, head
        pairs = (line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:])
        headers = {name.lower(): value for name, value in pairs}
        body = b"" if bodiless else self._body(headers)
        return int(found[1]), headers, body

    def _body(self, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            length = int(headers["content-length"])
            while len(self.rest) < length and self._more():
                pass
            body, self.rest = self.rest[:length], self.rest[length:]
            return body
        if headers.get("transfer-encoding") == "chunked":
            return self._chunks()
        while self._more():
            pass
        body, self.rest = self.rest, b""
        return body

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self.rest:
                if not self._more():
                    return body
            size, _, self.rest = self.rest.partition(b"\r\n")
            length = int(size, 16)
            while len(self.rest) < length + 2 and self._more():
                pass
            body, self.rest = body + self.rest[:length], self.rest[length + 2 :]
            if not length:
                return body

    def is_closed(self, seconds: float = PATIENCE) -> bool:
        """Whether the other side has ended the connection."""
        self.socket.settimeout(seconds)
        try:
            return not self._more()
        except TimeoutError:
            return False


def asked(port: int, raw: bytes, **given: Any) -> tuple[int, dict[str, str], bytes]:
    """The answer to some bytes on a connection of their own."""
    with Line(port) as line:
        line.send(raw)
        return line.answer(**given)


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


def free_port() -> int:
    """A port that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
