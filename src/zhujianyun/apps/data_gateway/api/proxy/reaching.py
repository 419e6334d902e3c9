"""Which address of a provider is connected to (提供方地址): resolved, every answer looked at, then pinned.

The same judgement as for all other requests of the platform (``base.outbound``): loopback, private,
link-local and metadata addresses are refused, unless the operator allowed that range for this service;
link-local and metadata ranges can never be allowed. The connection goes to the very address looked at.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.outbound import addresses, check_url

RESOLVE_SECONDS = 2.0
Ranges = tuple[IPv4Network | IPv6Network, ...]


def ranges(allowed: Iterable[str]) -> Ranges:
    """The ranges that an operator allowed (允许的网段).

    Raises:
        RuleBroken: ``service.range`` for what is no range of addresses.
    """
    try:
        return tuple(ip_network(one) for one in allowed)
    except ValueError as e:
        raise RuleBroken("允许的内网网段格式不正确，请填写如 10.1.2.0/24。", rule="service.range") from e


def check_registered(address: str, allowed: Iterable[str] = ()) -> None:
    """Refuse a provider's address when it is registered (登记时检查地址).

    Raises:
        RuleBroken: ``outbound.url``, ``outbound.address``, ``service.range``.
    """
    check_url(address, allow_private=ranges(allowed) or False)


async def pinned(place: addresses.Place, allowed: Ranges) -> list[str]:
    """The addresses that may be connected to at this moment (连接时检查地址).

    Raises:
        RuleBroken: ``outbound.address`` when one of them may not be called.
        OSError: the name is unknown, or nobody answered in time.
    """
    if addresses.literal_of(place.host) is None:
        found = await asyncio.to_thread(addresses.resolve, place, seconds=RESOLVE_SECONDS)
    else:
        found = addresses.resolve(place, seconds=RESOLVE_SECONDS)
    return [str(one) for one in addresses.checked(place, found, private=allowed or False)]


@cache
def encryption(ca_file: str) -> ssl.SSLContext:
    """For providers behind https (加密上下文): their certificate and name are always checked."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
