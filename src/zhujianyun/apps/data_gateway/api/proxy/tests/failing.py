"""A provider that misbehaves on request: the last part of the path says how. For the tests only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

JSON = b'{"months": 12, "city": "450100"}'
Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


def whole(body: bytes = JSON, status: str = "200 OK", *headers: str, kind: str = "application/json") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


RAW: dict[str, bytes] = {
    "good": whole(),
    "html": whole(b"<html>ok</html>", kind="text/html"),
    "sick": whole(b'{"error": "maintenance"}', "503 Service Unavailable"),
    "mistaken": whole(b'{"error": "no such person"}', "404 Not Found", "X-Road-Error: forged"),
    "redirect": whole(b"", "302 Found", "Location: http://169.254.169.254/latest/meta-data/"),
    "marked": whole(JSON, "200 OK", "X-Road-Id: forged", "X-Road-Request-Hash: forged", "Server: secret/1.2",
                    "Connection: keep-alive, X-Hop", "X-Hop: 1", "X-Kept: 1", "X-Zjy-Receipt: forged"),
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\nX-T: 1\r\n\r\n",
    "nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + whole(),
    "two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "length-and-chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "odd-coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "folded": b"HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}",
    "bare-lf": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}\r\n\r\n",
    "no-http": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "huge-head": b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 70_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
    "bad-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nfirst\r\n0\r\n\r\n",
    "overlong": whole() + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond",
}  # fmt: skip
CUT: dict[str, bytes] = {  # sent, then hung up
    "dies-before": b"",
    "dies-in-head": b"HTTP/1.1 200 OK\r\nContent-",
    "dies-in-body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 40,
    "dies-in-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nxx",
    "until-close": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nto the end",
}


class Provider:
    """Counts what reaches it, and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.answers: dict[str, bytes] = {}
        self.held = 0  # requests that wait to be released
        self._released = asyncio.Event()
        self._lines: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def release(self) -> None:
        """Answer what is held; may be called from any thread."""
        if self._server is not None:
            self._server.get_loop().call_soon_threadsafe(self._released.set)

    async def hang_up(self) -> None:
        """End every connection that is there."""
        for line in self._lines:
            line.transport.abort()

    async def _hold(self) -> None:
        self.held += 1
        self._released.clear()
        try:
            await self._released.wait()
        finally:
            self.held -= 1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._lines.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                head += await _body(reader, head.lower())
                self.requests.append(head)
                if not await self._answer(head, writer):
                    break
        self._lines.discard(writer)
        writer.close()

    async def _answer(self, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        mode = request.split(b" ")[1].partition(b"?")[0].rpartition(b"/")[2].decode()
        if mode in CUT:
            writer.write(CUT[mode])
            return False
        if mode == "held":
            await self._hold()
        if mode == "drips":
            await _drip(writer)
            return False
        if mode == "long":
            await _long(writer)
            return True
        if mode == "echo":
            writer.write(whole(request, kind="text/plain"))
        else:
            writer.write(self.answers.get(mode) or RAW.get(mode, RAW["good"]))
        await writer.drain()
        return True


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if b"content-length: " in head:
        return await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
    if b"transfer-encoding: chunked" in head:
        return await reader.readuntil(b"0\r\n\r\n")
    return b""


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.1)


async def _long(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LONG)
    for _ in range(LONG // 65_536):
        writer.write(b"y" * 65_536)
        await writer.drain()


LONG = 8 * 1024 * 1024
