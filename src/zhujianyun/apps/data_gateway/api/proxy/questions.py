"""The request as the provider gets it (转发请求): the same path, the same query, the headers that may pass.

Left out: what concerns one hop only, what names or proves the caller to us, and names with an underscore,
which some servers take for the same name with a hyphen. Put anew: Host, User-Agent, the caller as we know it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhujianyun.apps.data_gateway.api.proxy.framing import HOP_BY_HOP, named_by_connection

if TYPE_CHECKING:
    from zhujianyun.apps.data_gateway.api.proxy.exchange import Exchange
    from zhujianyun.apps.data_gateway.api.proxy.plane import Route

_OURS = frozenset(
    (b"host", b"user-agent", b"authorization", b"content-length", b"expect", b"x-road-client", b"x-road-request-id",
     b"x-zjy-receipt")
)  # fmt: skip
_LEFT_OUT = HOP_BY_HOP | _OURS
_WHEN_CUT = frozenset((b"accept-encoding", b"range", b"if-range", b"if-none-match", b"if-modified-since"))
_PLAIN_CONNECTIONS = frozenset(("keep-alive", "close"))


def head(exchange: Exchange, route: Route) -> bytes:
    """The head of the request to the provider (转发请求头)."""
    call, address = exchange.call, exchange.call.address
    assert address is not None
    left_out = _left_out(exchange, route)
    target = route.base + address.forward
    if address.query:
        target += "?" + address.query
    lines = [
        f"{exchange.method} {target} HTTP/1.1\r\nx-road-request-id: {call.id}\r\nx-road-client: ".encode(
            "ascii"
        )
        + call.headers["x-road-client"].encode("latin-1"),
        route.fixed,
        *[
            b"%b: %b" % pair
            for pair in exchange.headers
            if pair[0] not in left_out and b"_" not in pair[0] and pair[0] not in route.secret_names
        ],
    ]
    if exchange.chunked:
        lines.append(b"transfer-encoding: chunked")
    elif "content-length" in call.headers:
        lines.append(b"content-length: %d" % exchange.length)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _left_out(exchange: Exchange, route: Route) -> frozenset[bytes]:
    connection = exchange.call.headers.get("connection")
    left_out = _LEFT_OUT if route.cut is None else _LEFT_OUT | _WHEN_CUT
    if connection is None or connection.lower() in _PLAIN_CONNECTIONS:
        return left_out
    # What proves the call stays, even if the caller declares it to be of this hop only.
    return left_out | {
        name for name in named_by_connection(exchange.headers) if not name.startswith(b"x-road-")
    }
