"""One connection of a caller (来自调用方的连接): httptools reads the requests, one at a time.

A head is looked at (`framing`), then parsed, then judged (`exchange`). What comes after it waits until its
answer has left. Whatever cannot be trusted is answered and the connection ended, what follows unread.
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum
from typing import TYPE_CHECKING, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from zhujianyun.apps.data_gateway.api.proxy import answers, framing
from zhujianyun.apps.data_gateway.api.proxy.exchange import Exchange
from zhujianyun.apps.data_gateway.api.proxy.heading import Heading
from zhujianyun.apps.data_gateway.rules.addresses import LONGEST
from zhujianyun.apps.data_gateway.rules.faults import Fault

if TYPE_CHECKING:
    from zhujianyun.apps.data_gateway.api.proxy.plane import Plane

log = logging.getLogger("zhujianyun.gateway")
_NEVER = frozenset({b"CONNECT", b"TRACE", b"PRI"})
_LONGEST_METHOD = 20
HEALTH = b"/healthz"


class Phase(Enum):
    """Where a connection is (阶段)."""

    HEAD = 1  # reads a head, or waits for one
    BODY = 2  # reads a body; its answer may have begun
    ANSWER = 3  # the request is whole, its answer is not
    LEAVING = 4  # the answer is whole, not all of it has left
    DEAF = 5  # the last answer is given; what comes is thrown away until the caller hangs up


class Caller(asyncio.Protocol):
    """A caller's connection (连接)."""

    __slots__ = (
        "buffer", "closes", "complete", "deadline", "exchange", "headers", "heading", "is_full", "parser", "peer", "phase",
        "pieces", "plane", "surplus", "takes_chunks", "transport", "url",
    )  # fmt: skip

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.transport: asyncio.Transport | None = None
        self.parser = HttpRequestParser(self)
        self.peer = ""
        self.buffer = b""
        self.phase = Phase.HEAD
        self.exchange: Exchange | None = None
        self.headers: framing.Headers = []
        self.heading: Heading | None = None
        self.pieces: list[bytes] = []
        self.url = b""
        self.complete = self.surplus = self.closes = self.is_full = False
        self.takes_chunks = True
        self.deadline = 0.0

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        # Nothing may wait unseen: a pause means that bytes have not left yet.
        self.transport.set_write_buffer_limits(high=0)
        self.peer = self.transport.get_extra_info("peername")[0]
        self.deadline = self.plane.time() + self.plane.limits.head_seconds
        self.plane.callers.add(self)
        if len(self.plane.callers) > self.plane.limits.connections:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.phase is Phase.BODY:
            self._guarded(self._body, data)
        elif self.phase is Phase.HEAD:
            self.buffer = self.buffer + data if self.buffer else data
            self._guarded(self._head)
        elif self.phase is not Phase.DEAF:  # the next request, before this one's answer has left
            self.buffer += data
            if len(self.buffer) > self.plane.limits.head:
                self.hold(True)

    def connection_lost(self, exc: Exception | None) -> None:
        self.plane.callers.discard(self)
        self.transport = None
        exchange, self.exchange = self.exchange, None
        if exchange is not None and not exchange.is_over:
            exchange.is_over = True
            self.plane.drop(exchange)

    def pause_writing(self) -> None:
        self.is_full = True
        self.deadline = self.plane.time() + self.plane.limits.send_seconds
        if self.exchange is not None and self.exchange.line is not None:
            self.exchange.line.hold(True)

    def resume_writing(self) -> None:
        self.is_full = False
        if self.exchange is not None and self.exchange.line is not None:
            self.deadline = 0.0
            self.exchange.line.hold(False)
        elif self.phase is Phase.LEAVING:
            self._left()

    # What httptools calls.

    def on_message_begin(self) -> None:
        self.surplus = self.complete

    def on_url(self, url: bytes) -> None:
        if not self.surplus:
            self.url = url

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.phase is Phase.HEAD:  # trailers are not passed on
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self.surplus:
            return
        # llhttp forgets both with the end of the message.
        self.closes = not self.parser.should_keep_alive()
        self.takes_chunks = self.parser.get_http_version() == "1.1"

    def on_body(self, body: bytes) -> None:
        if not self.surplus:
            self.pieces.append(body)

    def on_message_complete(self) -> None:
        self.complete = True

    # Reading.

    def _guarded(self, step: object, *given: bytes) -> None:
        try:
            step(*given)  # type: ignore[operator]
        except Fault as fault:
            self.refuse(self.exchange, fault)
        except Exception:
            log.exception("a call failed inside the gateway")
            self.refuse(self.exchange, Fault("Server.ClientProxy.Internal", close=True))

    def _head(self) -> None:
        end = self.buffer.find(b"\r\n\r\n") + 4
        if end < 4:
            self._check_part()
            return
        head, self.buffer = self.buffer[:end], self.buffer[end:]
        self._check_sizes(head)
        method, target = framing.check_request(head)
        if method in _NEVER:
            raise framing.malformed("不支持这种请求方法。", "Client.MethodNotAllowed")
        self.headers, self.complete, self.surplus = [], False, False
        self._feed(head)
        if len(self.headers) > self.plane.limits.headers:
            raise framing.malformed("", "Client.HeadersTooLarge")
        heading = self.heading
        if heading is None or heading.headers != self.headers or heading.is_1_1 != self.takes_chunks:
            self.heading = heading = Heading(self.headers, is_1_1=self.takes_chunks)
        if self.url == HEALTH:
            self._say_healthy()
            return
        self.phase = Phase.ANSWER if self.complete else Phase.BODY
        self.deadline = 0.0 if self.complete else self.plane.time() + self.plane.limits.body_seconds
        self.exchange = exchange = Exchange(
            self.plane, self, method.decode("ascii"), self.url.decode("ascii"), heading
        )
        exchange.begin()
        if self.phase is Phase.BODY:
            self._expect_body()

    def _expect_body(self) -> None:
        """The body may have come with the head; a caller that waits for leave to send it gets it."""
        if self.heading is not None and "expect" in self.heading.named:
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self.buffer:
            data, self.buffer = self.buffer, b""
            self._body(data)

    def _check_sizes(self, head: bytes) -> None:
        limits = self.plane.limits
        if head.find(b"\r\n") > LONGEST + _LONGEST_METHOD + 10:
            raise framing.malformed("", "Client.TargetTooLong")
        if len(head) > limits.head or (
            len(head) > limits.header_line and max(map(len, head.split(b"\r\n"))) > limits.header_line
        ):
            raise framing.malformed("", "Client.HeadersTooLarge")

    def _check_part(self) -> None:
        """A head that is not whole yet: refuse what cannot become one."""
        if self.deadline == 0.0 or self.buffer and not self.closes:
            self.deadline = self.deadline or self.plane.time() + self.plane.limits.head_seconds
        framing.check_beginning(self.buffer)
        if b"\r\n" not in self.buffer and len(self.buffer) > LONGEST + _LONGEST_METHOD + 10:
            raise framing.malformed("", "Client.TargetTooLong")
        if len(self.buffer) > self.plane.limits.head:
            raise framing.malformed("", "Client.HeadersTooLarge")

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as e:
            raise framing.malformed("不支持协议升级（Upgrade）。") from e
        except HttpParserError as e:
            if not self.complete:
                raise framing.malformed("请求不合规范，无法解析。") from e
            self.surplus = True

    def _body(self, data: bytes) -> None:
        exchange = self.exchange
        assert exchange is not None
        if not exchange.heading.chunked:  # what follows a counted body is the next request
            missing = exchange.heading.length - exchange.call.request_bytes
            data, self.buffer = data[:missing], data[missing:]
        self._feed(data)
        pieces, self.pieces = self.pieces, []
        for piece in pieces:
            exchange.body(piece)
        if self.complete:
            # Bytes after a chunked body cannot be given back by the parser: they are dropped, and it ends here.
            self.closes = self.closes or self.surplus
            self.phase, self.deadline = Phase.ANSWER, 0.0
            exchange.body_ends()

    def hold(self, is_held: bool) -> None:
        """Read no further for a while, or go on (暂停读取)."""
        if self.transport is None or self.transport.is_closing():
            return
        if is_held:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    # Answering.

    def write(self, data: bytes) -> None:
        """Send a piece that is not the last (送出)."""
        if self.transport is not None:
            self.transport.write(data)

    def complete_with(self, data: bytes) -> None:
        """Send the last piece; its record is written (送出末段)."""
        if self.phase is Phase.BODY:
            self.closes = True  # the provider answered before the request was whole
        self.phase = Phase.LEAVING
        if self.transport is None:
            return
        self.transport.write(data)
        if not self.is_full:
            self._left()

    def refuse(self, exchange: Exchange | None, fault: Fault) -> None:
        """Answer with a fault, or hang up when an answer has begun (拒绝)."""
        if self.transport is None or self.phase in (Phase.LEAVING, Phase.DEAF):
            return
        self.closes = self.closes or fault.close or self.phase is not Phase.ANSWER
        begun = exchange is not None and exchange.has_sent
        id_ = self.plane.refused(exchange, fault)
        if begun:
            self.transport.abort()
            return
        self.complete_with(answers.of_fault(exchange, fault, id_, closes=self.closes))

    def _say_healthy(self) -> None:
        body = self.plane.health()
        self.closes = self.closes or not self.complete
        self.complete_with(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%b\r\n"
            % (len(body), b"connection: close\r\n" if self.closes else b"") + body
        )  # fmt: skip

    def _left(self) -> None:
        """The answer has left whole: the next request, or the end."""
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.is_over = True
            self.plane.left(exchange)
        if self.closes:
            self._hang_up()
            return
        self.phase = Phase.HEAD
        self.deadline = self.plane.time() + self.plane.limits.idle_seconds
        if self.buffer:
            self.deadline = self.plane.time() + self.plane.limits.head_seconds
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if self.transport is not None and self.phase is Phase.HEAD:
            self.hold(False)
            self._guarded(self._head)

    def _hang_up(self) -> None:
        """End the connection so that the answer is not lost to a reset: read on, deaf, until the caller ends."""
        self.phase, self.buffer = Phase.DEAF, b""
        self.deadline = self.plane.time() + 2.0
        if self.transport is not None:
            self.hold(False)
            if self.transport.can_write_eof():
                self.transport.write_eof()
            else:
                self.transport.close()

    def late(self) -> None:
        """The deadline has passed (超时)."""
        if self.phase is Phase.HEAD and self.buffer or self.phase is Phase.BODY:
            self.refuse(self.exchange, framing.malformed("", "Client.TooSlow"))
        elif self.transport is not None:
            self.transport.abort()
