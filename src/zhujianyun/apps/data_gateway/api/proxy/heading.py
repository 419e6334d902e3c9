"""What follows from the headers of a request alone (请求头的结果): reckoned once for as long as they stay the same.

A caller that keeps its connection mostly sends the same headers again, only the target differs. The parser has
read them each time all the same; what is kept here is what was concluded from equal headers.
"""

from __future__ import annotations

from zhujianyun.apps.data_gateway.api.proxy import framing
from zhujianyun.apps.data_gateway.api.proxy.framing import HOP_BY_HOP, Headers, named_by_connection
from zhujianyun.apps.data_gateway.rules import receipts, reqhash

_OURS = frozenset(
    (b"host", b"user-agent", b"authorization", b"content-length", b"expect", b"x-road-client", b"x-road-request-id",
     b"x-zjy-receipt")
)  # fmt: skip
_LEFT_OUT = HOP_BY_HOP | _OURS
_WHEN_CUT = frozenset((b"accept-encoding", b"range", b"if-range", b"if-none-match", b"if-modified-since"))
_HASHED = (b"x-road-", b"x-zjy-", b"content-type")


class Heading:
    """Conclusions from headers (请求头的结果).

    Raises:
        Fault: Client.BadRequest for what could be read in two ways.
    """

    __slots__ = ("chunked", "hashed", "headers", "is_1_1", "length", "named", "wants_receipt", "_passed")

    def __init__(self, headers: Headers, *, is_1_1: bool) -> None:
        self.headers, self.is_1_1 = headers, is_1_1
        self.length, self.chunked = framing.check_headers(headers, version="1.1" if is_1_1 else "1.0")
        self.named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        self.wants_receipt = self.named.get(receipts.ASKED) == "1"
        self.hashed = self._hashed()
        self._passed: dict[tuple[bool, frozenset[bytes]], bytes] = {}

    def _hashed(self) -> bytes:
        """The lines that go into the request hash, behind that of the target."""
        kept = [
            (name.decode("ascii"), value.decode("utf-8", "replace"))
            for name, value in self.headers
            if name.startswith(_HASHED)
        ]
        return reqhash.canonical_headers("", "", kept).partition(b"\r\n")[2]

    def passed(self, is_cut: bool, secret_names: frozenset[bytes]) -> bytes:
        """The lines that are passed on to a provider (转发的请求头).

        Left out is what concerns one hop only, what names or proves the caller to us, and names with an
        underscore, which some servers take for the same name with a hyphen.
        """
        found = self._passed.get((is_cut, secret_names))
        if found is None:
            left_out = _LEFT_OUT | secret_names | (_WHEN_CUT if is_cut else frozenset())
            # What proves the call stays, even if the caller declares it to be of this hop only.
            left_out |= {one for one in named_by_connection(self.headers) if not one.startswith(b"x-road-")}
            client = self.named["x-road-client"].encode("latin-1")
            found = b"x-road-client: %b\r\n" % client + b"".join(
                [
                    b"%b: %b\r\n" % pair
                    for pair in self.headers
                    if pair[0] not in left_out and b"_" not in pair[0]
                ]
            )
            self._passed[(is_cut, secret_names)] = found
        return found
