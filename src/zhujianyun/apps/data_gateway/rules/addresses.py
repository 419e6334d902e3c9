"""Addresses of shared services (共享地址): ``/r1/{instance}/{class}/{member}/{data|api}/{service}/path``.

Parts are percent-encoded UTF-8 and decoded one by one, once. What could be read in two ways is refused, so
that the path that was judged is the path that is served and forwarded. Source: X-Road message protocol for
REST; the list of refusals is that of the domain note, a superset of nginx 1.22.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from zhujianyun.apps.data_gateway.rules.faults import Fault

LONGEST = 2000  # characters of a request target
PLANES = ("data", "api")
_TARGET = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*(?:\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?\[\]]*)?")
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_FORBIDDEN = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_SAFE = "-._~!$&'()*+,;=:@"
_FIRST = "/r1/"


@dataclass(frozen=True, slots=True)
class Address:
    """A target, taken apart (共享地址): ``rest`` is the decoded path behind the service, ``forward`` the same, encoded."""

    service_path: str  # instance/class/member/subsystem/service, decoded
    plane: str
    parts: tuple[str, ...]  # decoded parts of the rest
    rest: str
    forward: str
    query: str  # as it came, without "?"


def parse(target: str | bytes) -> Address:
    """A request target as an address (解析共享地址).

    Raises:
        Fault: Client.TargetTooLong, Client.BadTarget, Client.ServiceUnknown for a plane that is none.
    """
    text = target.decode("latin-1") if isinstance(target, bytes) else target
    if len(text) > LONGEST:
        raise Fault("Client.TargetTooLong")
    path, _, query = text.partition("?")
    if not _TARGET.fullmatch(text) or _BROKEN.search(query):
        raise Fault("Client.BadTarget")
    return _address(path, query)


@lru_cache(maxsize=4096)
def _address(path: str, query: str) -> Address:
    if not path.startswith(_FIRST):
        raise Fault("Client.ServiceUnknown")
    raw = path[len(_FIRST) :].split("/")
    ends_open = len(raw) > 6 and raw[-1] == ""  # a path may end in one slash
    parts = [part_of(one) for one in (raw[:-1] if ends_open else raw)]
    if len(parts) < 5 or parts[3] not in PLANES:
        raise Fault("Client.ServiceUnknown")
    rest = tuple(parts[5:])
    slash = "/" if ends_open else ""
    return Address(
        "/".join(parts[:5]), parts[3], rest, "/" + "/".join(rest) + slash,
        "/" + "/".join(quote(one, safe=_SAFE) for one in rest) + slash, query,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def part_of(raw: str) -> str:
    """One part, decoded once (解码一段).

    Raises:
        Fault: Client.BadTarget for an empty or dotted part, a slash or control character inside, bytes that
            are no UTF-8 (overlong forms too), or a second layer of encoding.
    """
    if _BROKEN.search(raw):
        raise Fault("Client.BadTarget")
    try:
        text = _ENCODED.sub(lambda found: chr(int(found[0][1:], 16)), raw).encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise Fault("Client.BadTarget") from error
    if text in ("", ".", "..") or _FORBIDDEN.search(text) or _ENCODED.search(text):
        raise Fault("Client.BadTarget")
    return text


def client_of(header: str) -> str:
    """The caller that X-Road-Client names, decoded (调用方标识).

    Raises:
        Fault: Client.ClientMissing; Client.BadRequest for anything that is not four parts.
    """
    if not header:
        raise Fault("Client.ClientMissing")
    try:
        parts = [part_of(one) for one in header.split("/")]
    except Fault as error:
        raise Fault("Client.BadRequest", "X-Road-Client 不合规范。") from error
    if len(parts) != 4:
        raise Fault("Client.BadRequest", "X-Road-Client 应为“实例/类别/成员/子系统”四段。")
    return "/".join(parts)


def allowed(patterns: Iterable[str], rest: str) -> bool:
    """Whether a decoded path is among the patterns (路径是否授权).

    ``*`` is one whole part, a last ``**`` any number of parts, at least one; everything else is literal.
    """
    return any(fitting(pattern).fullmatch(rest) for pattern in patterns)


@lru_cache(maxsize=1024)
def fitting(pattern: str) -> re.Pattern[str]:
    """What fits a pattern (路径模式): its groups are what stands for ``*`` and ``**``; a last slash counts for nothing."""
    parts = pattern.removesuffix("/").split("/")
    beneath = parts[-1] == "**"
    named = ["([^/]+)" if part == "*" else re.escape(part) for part in (parts[:-1] if beneath else parts)]
    return re.compile("/".join([*named, "([^/]+(?:/[^/]+)*)"] if beneath else named) + "/?", re.DOTALL)
