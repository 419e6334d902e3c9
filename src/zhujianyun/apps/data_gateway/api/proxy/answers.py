"""The answer as the caller gets it (转出答复): passed on piece by piece, or whole when it must be cut or signed.

The caller's head holds what the provider said, without hop-by-hop headers, without its Server, and with the
X-Road headers of this node in place of any the provider may have set.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from http import HTTPStatus
from typing import TYPE_CHECKING

from zhujianyun.apps.data_gateway.api.proxy import cutting
from zhujianyun.apps.data_gateway.api.proxy.framing import HOP_BY_HOP, Headers, named_by_connection
from zhujianyun.apps.data_gateway.rules.faults import Fault

if TYPE_CHECKING:
    from zhujianyun.apps.data_gateway.api.proxy.exchange import Exchange

_LEFT_OUT = HOP_BY_HOP | {b"server", b"content-length", b"x-zjy-receipt", b"x-zjy-receipt-signature"}
_WHEN_CUT = frozenset((b"etag", b"last-modified", b"content-md5", b"digest", b"content-digest", b"repr-digest",
                       b"content-encoding"))  # fmt: skip
_WITHOUT_BODY = frozenset((204, 304))
REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}


class Answer:
    """What is on its way to the caller (答复)."""

    __slots__ = (
        "bodiless", "body_bytes", "cut", "exchange", "has_begun", "hash", "headers", "length", "pieces", "rows",
        "status", "wants_receipt",
    )  # fmt: skip

    def __init__(self, exchange: Exchange, status: int, headers: Headers, length: int | None) -> None:
        self.exchange, self.status, self.headers, self.length = exchange, status, headers, length
        self.wants_receipt = wants_receipt = exchange.heading.wants_receipt
        self.bodiless = exchange.method == "HEAD" or status in _WITHOUT_BODY
        cut = exchange.route.cut if exchange.route is not None else None
        # An error reply of the provider passes as it is; it is no record of what was granted.
        self.cut = cut if status < 300 and not self.bodiless else None
        self.pieces: list[bytes] | None = [] if self.cut is not None or wants_receipt else None
        self.hash = hashlib.sha512()
        self.body_bytes = self.rows = 0
        self.has_begun = False

    def take(self, data: bytes, whole: bool) -> bytes:
        """What may leave now; the last piece only when its record is written (可送出部分).

        Raises:
            Fault: Server.ServerProxy.BadReply for what is too large or cannot be cut to the grant.
        """
        self.body_bytes += len(data)
        if self.body_bytes > self._most():
            raise cutting.unreadable("超过上限") if self.cut else Fault("Server.ServerProxy.BadReply")
        if self.pieces is not None:
            self.pieces.append(data)
            return self._whole() if whole else b""
        self.hash.update(data)
        framed = data
        if self.length is None and not self.bodiless and self.exchange.caller.takes_chunks:
            framed = (b"%x\r\n%b\r\n" % (len(data), data) if data else b"") + (b"0\r\n\r\n" if whole else b"")
        if self.has_begun:
            return framed
        self.has_begun = True
        return self._head(self.length) + framed

    def _most(self) -> int:
        limits = self.exchange.plane.limits
        return limits.answer_body if self.pieces is None else limits.masked_body

    def _whole(self) -> bytes:
        """The whole answer, cut and signed where that was asked for."""
        body = b"".join(self.pieces or ())
        if self.cut is not None and body:
            if any(
                name == b"content-encoding" and value.lower() != b"identity" for name, value in self.headers
            ):
                raise cutting.unreadable("经过压缩")
            body, self.rows = cutting.served(self.cut, body)
        self.hash.update(body)
        self.body_bytes, self.has_begun = len(body), True
        return self._head(self.length if self.bodiless else len(body)) + body

    def digest(self) -> str:
        """Hash of the body as it was served (答复摘要)."""
        return b64encode(self.hash.digest()).decode("ascii")

    def _head(self, length: int | None) -> bytes:
        exchange = self.exchange
        left_out = self._left_out()
        passed = [
            b"%b: %b\r\n" % pair for pair in self.headers if pair[0] not in left_out and pair[0][:7] != b"x-road-"
        ]  # fmt: skip
        framed = b""
        if length is not None and self.status != 204:
            framed = b"content-length: %d\r\n" % length
        elif not self.bodiless and exchange.caller.takes_chunks:
            framed = b"transfer-encoding: chunked\r\n"
        elif not self.bodiless:
            exchange.caller.closes = True
        if self.wants_receipt:
            framed += b"".join(
                [b"%b: %b\r\n" % (name.encode(), value.encode()) for name, value in self._receipt()]
            )
        if exchange.caller.closes:
            framed += b"connection: close\r\n"
        return b"HTTP/1.1 %d %b\r\n%b%b%b\r\n" % (
            self.status, REASONS.get(self.status, b"Provider"), b"".join(passed), road_headers(exchange), framed,
        )  # fmt: skip

    def _left_out(self) -> frozenset[bytes]:
        left_out = _LEFT_OUT if self.cut is None else _LEFT_OUT | _WHEN_CUT
        for name, value in self.headers:
            if name == b"connection" and value.lower() not in (b"keep-alive", b"close"):
                return left_out | named_by_connection(self.headers)
        return left_out

    def _receipt(self) -> list[tuple[str, str]]:
        call = self.exchange.call
        call.rows, call.items = self.rows, self.cut.items if self.cut is not None else ()
        return self.exchange.plane.gate.sign(call, status=self.status, response_hash=self.digest())


def road_headers(exchange: Exchange) -> bytes:
    """The headers by which an answer is known (交换响应头)."""
    pairs = exchange.call.headers_out()
    return (
        "server: zhujianyun\r\n" + "".join([f"{name}: {value}\r\n" for name, value in pairs if value])
    ).encode("latin-1")


def of_fault(exchange: Exchange | None, fault: Fault, id_: str, *, closes: bool) -> bytes:
    """The answer of this node itself (网关答复)."""
    body = fault.body(id_)
    known = road_headers(exchange) if exchange is not None else b"server: zhujianyun\r\n"
    pairs = fault.headers() + ([("Connection", "close")] if closes else [])
    lines = "".join([f"{name}: {value}\r\n" for name, value in pairs]).encode()
    return b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n%b%b\r\n%b" % (
        fault.status, REASONS.get(fault.status, b"Fault"), len(body), known, lines,
        b"" if exchange is not None and exchange.method == "HEAD" else body,
    )  # fmt: skip
