"""One connection to a provider (到提供方的连接): httptools reads the answers, one call at a time.

What a provider may do to us is the same as what a caller may: a head of the wrong form, two lengths, more
or fewer bytes than it said. Such an answer is broken, and the connection is never used again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, cast

from httptools import HttpParserError, HttpResponseParser

from zhujianyun.apps.data_gateway.api.proxy import framing

if TYPE_CHECKING:
    from zhujianyun.apps.data_gateway.api.proxy.provider import Provider


class Waiting(Protocol):
    """Who waits for an answer (等候答复者)."""

    method: str
    is_body_whole: bool

    def answer_begins(self, status: int, headers: framing.Headers, length: int | None) -> None: ...
    def answer_goes_on(self, data: bytes, whole: bool) -> None: ...
    def answer_broke(self, type_: str, why: str) -> None: ...
    def provider_is_full(self, is_full: bool) -> None: ...


class Wire(asyncio.Protocol):
    """A kept connection (连接). ``call`` is whom it serves at the moment."""

    __slots__ = (
        "began", "buffer", "call", "complete", "headers", "head_read", "heard", "idle_since", "keeps", "parser", "pieces", "provider",
        "served", "surplus", "transport", "until_end",
    )  # fmt: skip

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.call: Waiting | None = None
        self.transport: asyncio.Transport | None = None
        self.parser = HttpResponseParser(self)
        self.served = 0  # answers before this one
        self.idle_since = 0.0
        self.pieces: list[bytes] = []
        self._begin_answer()

    def _begin_answer(self) -> None:
        self.buffer = b""
        self.headers: framing.Headers = []
        self.pieces.clear()
        self.began = self.heard = self.complete = self.surplus = self.until_end = self.keeps = False
        self.head_read = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=self.provider.limits.high_water)

    def data_received(self, data: bytes) -> None:
        if self.call is None:  # nobody asked: a late or second answer
            self.close()
            return
        self.heard = True
        if self.began:
            self._body(data)
        else:
            self.buffer = self.buffer + data if self.buffer else data
            self._head()

    def connection_lost(self, exc: Exception | None) -> None:
        call, self.transport = self.call, None
        if call is None:
            self.provider.lost(self)
        elif self.began and self.until_end:
            self._finish()
        else:
            self._broke("Unreachable" if not self.heard else "BadReply", "提供方在答完之前断开了连接")

    def pause_writing(self) -> None:
        if self.call is not None:
            self.call.provider_is_full(True)

    def resume_writing(self) -> None:
        if self.call is not None:
            self.call.provider_is_full(False)

    # What httptools calls.

    def on_message_begin(self) -> None:
        self.surplus = self.complete

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.head_read:  # trailers are not passed on
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.head_read = True
        self.keeps = self.parser.should_keep_alive()  # llhttp forgets it with the end of the message

    def on_body(self, body: bytes) -> None:
        if not self.surplus:
            self.pieces.append(body)

    def on_message_complete(self) -> None:
        self.complete = True

    # What happens in between.

    def ask(self, call: Waiting, head: bytes) -> None:
        """Send the head of a request for a call (发出请求)."""
        self._begin_answer()
        self.call = call
        assert self.transport is not None
        self.transport.write(head)

    def send(self, data: bytes) -> None:
        """Send a piece of the body (发送请求体)."""
        if self.transport is not None:
            self.transport.write(data)

    def hold(self, is_held: bool) -> None:
        """Read no further for a while, or go on (暂停读取)."""
        if self.transport is None:
            return
        if is_held:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def close(self) -> None:
        """End it at once (断开)."""
        if self.transport is not None:
            self.transport.abort()

    def abandon(self) -> None:
        """Nobody waits for this answer any more (放弃答复)."""
        self.call = None
        self.close()
        self.provider.give_back(self, False)

    def _head(self) -> None:
        buffer, limits = self.buffer, self.provider.limits
        end = buffer.find(b"\r\n\r\n") + 4
        if end < 4 or end > limits.answer_head:
            if len(buffer) > limits.answer_head:
                self._broke("BadReply", "答复头超过上限")
            return
        head = buffer[:end]
        self.buffer = b""
        assert self.call is not None
        # llhttp is shown no more than the head where it would wait for a body that never comes, or read on
        # into the answer after an interim one.
        alone = head[9:10] == b"1" or self.call.method == "HEAD"
        if not framing.is_answer_head(head) or not self._feed(head if alone else buffer):
            self._broke("BadReply", "答复不合规范")
        elif self.parser.get_status_code() < 200:
            self._interim(self.parser.get_status_code(), buffer[end:])
        else:
            self._take_head(buffer[end:] if alone else b"")

    def _take_head(self, surplus: bytes) -> None:
        assert self.call is not None
        try:
            length = framing.answer_length(self.headers)
        except ValueError:
            self._broke("BadReply", "答复长度不明确")
            return
        self.began = True
        status = self.parser.get_status_code()
        if self.call.method == "HEAD" and not self.complete:
            self.parser, self.complete = HttpResponseParser(self), True
        self.until_end = not self.complete and length is None and not self._is_chunked()
        self.surplus = self.surplus or bool(surplus)
        self.call.answer_begins(status, self.headers, length)
        self._pass_on()

    def _interim(self, status: int, rest: bytes) -> None:
        """100 and 103 are not passed on; 101 was never asked for."""
        if status == 101:
            self._broke("BadReply", "提供方要求协议升级")
            return
        self.headers, self.complete, self.head_read, self.buffer = [], False, False, rest
        if rest:
            self._head()

    def _is_chunked(self) -> bool:
        return any(name == b"transfer-encoding" for name, _ in self.headers)

    def _body(self, data: bytes) -> None:
        if self._feed(data):
            self._pass_on()
        else:
            self._broke("BadReply", "答复体不合规范")

    def _pass_on(self) -> None:
        pieces = self.pieces
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        if self.complete:
            self._finish(body)
        elif self.call is not None and body:
            self.call.answer_goes_on(body, False)

    def _feed(self, data: bytes) -> bool:
        try:
            self.parser.feed_data(data)
        except HttpParserError:
            self.surplus = True
            return self.complete  # what is wrong comes after the answer
        return True

    def _finish(self, body: bytes = b"") -> None:
        """The answer is whole: the connection goes back first, so that the next call finds it."""
        call, self.call = self.call, None
        # Where the request was not sent whole, the next one would be read as its rest.
        asked_whole = call is None or call.is_body_whole
        reusable = not self.surplus and not self.until_end and self.keeps and asked_whole
        self.served += 1
        self.provider.give_back(self, reusable)
        if call is not None:
            call.answer_goes_on(body, True)

    def _broke(self, type_: str, why: str) -> None:
        call, self.call = self.call, None
        self.close()
        self.provider.give_back(self, False)
        if call is not None:
            call.answer_broke(type_, why)
