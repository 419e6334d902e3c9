"""Where a call comes from (来源地址): the peer, or what a proxy of our own says of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address, ip_network

TRUSTED = "ZJY_GATEWAY_TRUSTED"  # environment: ranges of our own proxies, by commas


def source_of(peer: str, headers: Mapping[str, str]) -> str:
    """The address of the caller (来源地址): the last of X-Forwarded-For when a trusted proxy speaks."""
    said = headers.get("x-forwarded-for")
    return said.rpartition(",")[2].strip() if said and _is_trusted(peer) else peer


@lru_cache(maxsize=1024)
def _is_trusted(peer: str) -> bool:
    listed = [one.strip() for one in os.environ.get(TRUSTED, "").split(",") if one.strip()]
    return bool(listed) and any(ip_address(peer) in ip_network(one) for one in listed)
