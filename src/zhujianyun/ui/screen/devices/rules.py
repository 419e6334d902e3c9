"""Rules of the wall devices (大屏设备规则): addresses and playlists; nothing here asks the database."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from datetime import timedelta

from zhujianyun.base.errors import RuleBroken

CODE_DIGITS = 6
GOOD_FOR = timedelta(minutes=10)
MOST_FROM_ONE_ADDRESS = 10  # pairings asked for within GOOD_FOR
MOST_OPEN = 300
LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS = 5, 3600, 30


def networks_of(text: str) -> list[str]:
    """The addresses typed by an administrator, one per line or separated by commas (允许地址).

    Raises:
        RuleBroken: none at all, or one that is neither an address nor a CIDR.
    """
    words = [word for word in text.replace("，", " ").replace(",", " ").split() if word]
    if not words:
        raise RuleBroken(
            "请填写允许的地址，例如 10.1.2.3 或 10.1.2.0/24。", rule="device.networks", field="networks"
        )
    return [_network(word) for word in words]


def _network(word: str) -> str:
    try:
        return str(ipaddress.ip_network(word, strict=False))
    except ValueError as error:
        raise RuleBroken(
            f"“{word}”不是 IP 地址或网段，请写成 10.1.2.3 或 10.1.2.0/24。",
            rule="device.networks",
            field="networks",
        ) from error


def is_allowed(address: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks (地址是否允许). An IPv4 address in IPv6 dress counts as IPv4."""
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(asked, ipaddress.IPv6Address) and asked.ipv4_mapped:
        asked = asked.ipv4_mapped
    return any(asked in ipaddress.ip_network(network) for network in networks)


def playlist_of(
    screens: Iterable[str], seconds: str | int, known: Collection[str]
) -> list[dict[str, str | int]]:
    """Which screens a device shows in turn, and how long each (播放列表).

    Raises:
        RuleBroken: no screen, an unknown one, or a dwell out of reach.
    """
    wanted = list(dict.fromkeys(screens))
    if not wanted:
        raise RuleBroken("请至少选择一块屏幕。", rule="device.playlist", field="screens")
    for code in wanted:
        if code not in known:
            raise RuleBroken(f"没有屏幕 {code}，请重新选择。", rule="device.playlist", field="screens")
    text = str(seconds).strip()
    if not text.isdigit() or not LEAST_SECONDS <= int(text) <= MOST_SECONDS:
        raise RuleBroken(
            f"每屏停留应为 {LEAST_SECONDS} 到 {MOST_SECONDS} 秒的整数。",
            rule="device.playlist",
            field="seconds",
        )
    return [{"screen": code, "seconds": int(text)} for code in wanted]
