"""Which heads are read at all (报文头检查): the strictness that httptools lacks, on the raw bytes.

httptools (llhttp) parses; here stands only what a head must look like before it is given to the parser,
and what its headers must not say after. The form allowed is the narrow one of RFC 9112: each line ends
with CR LF, no folding, no space before the colon, no control character. Whatever else a peer sends is
refused, because two parsers that differ about one byte are how requests are smuggled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from zhujianyun.apps.data_gateway.rules.faults import Fault

Headers = list[tuple[bytes, bytes]]  # lower-case names, in order

_LINES = rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++:[\t\x20-\x7e\x80-\xff]*+\r\n)*+\r\n"
_REQUEST = re.compile(rb"([A-Z]{1,20}) ([!-~]++) HTTP/1\.[01]\r\n" + _LINES)
_REQUEST_LINE = re.compile(rb"[A-Z]{1,20} [!-~]++ HTTP/1\.[01]")
_ANSWER = re.compile(rb"HTTP/1\.[01] [1-5][0-9][0-9](?: [\t\x20-\x7e\x80-\xff]*+)?\r\n" + _LINES)
_BROKEN_LINE = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)|\x00")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_ONCE = frozenset(
    (b"host", b"content-length", b"transfer-encoding", b"authorization", b"content-type", b"expect", b"range",
     b"x-zjy-purpose", b"x-road-client", b"x-road-id", b"x-road-issue", b"x-road-userid", b"x-road-represented-party")
)  # fmt: skip
HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
     b"trailer", b"transfer-encoding", b"upgrade")
)  # fmt: skip


def malformed(zh: str, type_: str = "Client.BadRequest") -> Fault:
    """A request that cannot be trusted (报文不合规): answered and closed."""
    return Fault(type_, zh, close=True)


def check_request(head: bytes) -> tuple[bytes, bytes]:
    """Method and target of a head; refused in any but the one narrow form (请求头检查).

    Raises:
        Fault: Client.BadRequest, saying what is wrong with it.
    """
    found = _REQUEST.fullmatch(head)
    if found is None:
        raise malformed(_what_is_wrong(head))
    return found[1], found[2]


def check_beginning(part: bytes) -> None:
    """Refuse what can no longer become a head, before it is whole (未完请求头检查).

    Raises:
        Fault: Client.BadRequest.
    """
    if _BROKEN_LINE.search(part):
        raise malformed(_what_is_wrong(part))
    line, found, _ = part.partition(b"\r\n")
    if found and not _REQUEST_LINE.fullmatch(line):
        raise malformed(_what_is_wrong(part))


def is_answer_head(head: bytes) -> bool:
    """Whether a provider's head has the narrow form (答复头检查)."""
    return _ANSWER.fullmatch(head) is not None


def _what_is_wrong(head: bytes) -> str:
    if b"\x00" in head:
        return "请求头含有空字符，已拒绝。"
    if _BROKEN_LINE.search(head):
        return "请求头的行须以 CRLF 结束，不得出现单独的回车或换行。"
    line, _, rest = head.partition(b"\r\n")
    if not _REQUEST_LINE.fullmatch(line):
        return "请求行格式不正确，须为“方法 路径 HTTP/1.1”。"
    if re.search(rb"(?:\A|\r\n)[ \t]", rest):
        return "请求头不得折行。"
    if re.search(rb"(?:\A|\r\n)[^:\r\n]*[ \t]+:", rest):
        return "请求头名称与冒号之间不得有空格。"
    return "请求头含有不允许的字符。"


def check_headers(headers: Headers, *, version: str) -> tuple[int, bool]:
    """The length of the body, and whether it comes in chunks (报文体长度).

    Raises:
        Fault: Client.BadRequest for what could be read in two ways.
    """
    seen: set[bytes] = set()
    length, chunked = 0, False
    host = b""
    for name, value in headers:
        if name in _ONCE:
            if name in seen:
                raise malformed(f"请求头 {name.decode()} 出现了多次。")
            seen.add(name)
            if name == b"host":
                host = value
            elif name == b"content-length":
                length = _length(value)
            elif name == b"transfer-encoding":
                chunked = _is_chunked(value, version)
        elif name == b"upgrade":
            raise malformed("不支持协议升级（Upgrade）。")
    if not _HOST.fullmatch(host):
        raise malformed("请求须有且只有一个格式正确的 Host。")
    if chunked and b"content-length" in seen:
        raise malformed("Content-Length 与 Transfer-Encoding 不得同时出现。")
    return length, chunked


def _length(value: bytes) -> int:
    if not _LENGTH.fullmatch(value):
        raise malformed("Content-Length 须为一个不带符号的十进制整数。")
    return int(value)


def _is_chunked(value: bytes, version: str) -> bool:
    if value != b"chunked" or version == "1.0":
        raise malformed("Transfer-Encoding 只能是 chunked，且须用 HTTP/1.1。")
    return True


def answer_length(headers: Headers) -> int | None:
    """The length that a provider states; None when it comes in chunks or ends with the connection (答复长度).

    Raises:
        ValueError: for a framing that can be read in two ways.
    """
    length: bytes | None = None
    chunked = False
    for name, value in headers:
        if name == b"content-length":
            if length is not None or not _LENGTH.fullmatch(value):
                raise ValueError("content-length")
            length = value
        elif name == b"transfer-encoding":
            if chunked or value != b"chunked":
                raise ValueError("transfer-encoding")
            chunked = True
    if chunked and length is not None:
        raise ValueError("content-length and transfer-encoding")
    return None if length is None else int(length)


def named_by_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Headers that a Connection header declares to be of this hop only (逐跳头)."""
    names: set[bytes] = set()
    for name, value in headers:
        if name == b"connection":
            names.update(one.strip().lower() for one in value.split(b","))
    return frozenset(names)
