"""Which addresses may be called (外联地址检查): public ones; private ones only where it is said.

Whatever is no ordinary way to write an address is refused before it is resolved: user names, odd
numbers (``127.1``, ``0x7f.1``, ``2130706433``), IPv4 inside IPv6. The address of cloud metadata and
link-local addresses are refused always.
"""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

from zhujianyun.base.errors import RuleBroken

Address = IPv4Address | IPv6Address
Private = bool | tuple[IPv4Network | IPv6Network, ...]  # any private address, none, or these ranges only
_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_METADATA = {ip_address("100.100.100.200"), ip_address("fd00:ec2::254")}
_NEVER_GLOBAL = tuple(map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_PRIVATE_4 = tuple(
    map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"))
)
_PRIVATE_6 = tuple(map(IPv6Network, ("fc00::/7", "::1/128")))
_GLOBAL_6 = IPv6Network("2000::/3")
_TUNNELS_6 = tuple(map(IPv6Network, ("2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20")))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL leads (目标): scheme, host in ASCII, port."""

    scheme: str
    host: str
    port: int

    @property
    def peer(self) -> str:
        """The neighbour as errors name him (对方)."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _refused(rule: str, message_zh: str, url: object) -> RuleBroken:
    return RuleBroken(message_zh, rule=f"outbound.{rule}", url=str(url)[:200])


def place_of(url: str) -> Place:
    """Where a URL leads, when it is written in the one ordinary way (解析地址).

    Raises:
        RuleBroken: ``outbound.url``.
    """
    if re.search(r"[\s\\\x00-\x20\x7f]", url):
        raise _refused("url", "网址中有空格或反斜杠，请检查后重新填写。", url)
    try:
        parsed = httpx.URL(url)
        host, port = parsed.raw_host.decode("ascii").lower(), parsed.port
    except (httpx.InvalidURL, UnicodeError, ValueError) as e:
        raise _refused("url", "网址格式不正确，请填写完整的 http 或 https 网址。", url) from e
    if parsed.scheme not in _PORTS or not host:
        raise _refused("url", "网址格式不正确，请填写完整的 http 或 https 网址。", url)
    if re.match(r"[^/?#]*//[^/?#]*@", url):
        raise _refused("url", "网址中不能带用户名和密码，请去掉“@”之前的部分。", url)
    if port is not None and not 0 < port < 65536:
        raise _refused("url", "网址中的端口不正确，请改为 1 至 65535。", url)
    if literal_of(host) is None and not _is_name(host):
        raise _refused("url", "网址中的主机名不正确，请填写域名或常规写法的 IP 地址。", url)
    return Place(parsed.scheme, host, port or _PORTS[parsed.scheme])


def literal_of(host: str) -> Address | None:
    """The address, when the host is one in its ordinary form (IP 字面量)."""
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def _is_name(host: str) -> bool:
    """Whether a host is a name; one that ends in a number is not, whatever a resolver makes of it."""
    labels = host.split(".")
    return all(_LABEL.fullmatch(label) for label in labels) and not _NUMBER.fullmatch(labels[-1])


def is_allowed(address: Address, *, private: Private) -> bool:
    """Whether an address may be called (地址是否允许); ``private`` names the ranges, or says all or none."""
    if address in _METADATA:
        return False
    if isinstance(address, IPv6Address):
        if address.scope_id or address.ipv4_mapped:
            return False
        if address in _GLOBAL_6:
            return address.is_global and not any(address in network for network in _TUNNELS_6)
        return _in_private(address, _PRIVATE_6, private)
    if _in_private(address, _PRIVATE_4, private):
        return True
    special = address.is_multicast or address.is_reserved or any(address in net for net in _NEVER_GLOBAL)
    return address.is_global and not special


def _in_private(address: Address, ranges: tuple, private: Private) -> bool:
    """Whether it is a private address that was asked for: in the ranges named, where some are named."""
    if not private or not any(address in network for network in ranges):
        return False
    return isinstance(private, bool) or any(address in network for network in private)


def look_up(host: str, port: int) -> list[Address]:
    """What the system's resolver says (系统解析)."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(answer[4][0]) for answer in answers]


def resolve(place: Place, *, seconds: float) -> list[Address]:
    """All addresses of a host, in the resolver's order (域名解析).

    Raises:
        OSError: the name is unknown, or nobody answered in time.
    """
    literal = literal_of(place.host)
    if literal is not None:
        return [literal]
    found: list[Address] = []
    failed: list[OSError] = []

    def ask() -> None:
        try:
            found.extend(dict.fromkeys(look_up(place.host, place.port)))
        except (OSError, UnicodeError) as e:
            failed.append(e if isinstance(e, OSError) else OSError(str(e)))

    asking = threading.Thread(target=ask, daemon=True)  # getaddrinfo knows no time limit
    asking.start()
    asking.join(max(seconds, 0.0))
    if asking.is_alive():
        raise TimeoutError("no answer from the resolver")
    if failed or not found:
        raise failed[0] if failed else OSError("no address")
    return found


def checked(place: Place, addresses: list[Address], *, private: Private) -> list[Address]:
    """The addresses, when every one of them may be called (检查解析结果).

    One forbidden address among good ones is enough to refuse: the next answer might begin with it.

    Raises:
        RuleBroken: ``outbound.address``.
    """
    bad = [address for address in addresses if not is_allowed(address, private=private)]
    if bad or not addresses:
        raise _refused(
            "address", f"主机 {place.host} 指向内部或保留地址，不允许访问。请改用公开地址。", place.host
        )
    return addresses


def check_url(url: str, *, allow_private: Private = False) -> None:
    """Refuse a URL that may not be called, where a person enters it (网址检查).

    A name that cannot be resolved at the moment passes: it is checked again at every call.

    Raises:
        RuleBroken: ``outbound.url``, ``outbound.address``.
    """
    place = place_of(url)
    try:
        found = resolve(place, seconds=5.0)
    except OSError:
        return
    checked(place, found, private=allow_private)
