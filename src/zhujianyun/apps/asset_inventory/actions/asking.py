"""Asking a system how it is (探测): page, port, certificate, name; bounded in time, safe against forged addresses.

Nothing here touches the database: it runs in threads. Private addresses are reached only inside the
ranges of the white list, and never by a redirect to another host.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network, IPv6Network
from time import monotonic

from cryptography import x509

from zhujianyun.apps.asset_inventory.rules.probing import Expected, Outcome, judge_certificate, judge_page
from zhujianyun.base import clock, outbound
from zhujianyun.base.errors import OutsideFailed, RuleBroken
from zhujianyun.base.outbound import addresses

MAX_BYTES = 2 * 1024**2


@dataclass(frozen=True, slots=True)
class Ask:
    """One probe as the threads see it (一次探测)."""

    probe: int
    kind: str
    target: str
    expected: Expected
    timeout: float
    allowed: tuple[IPv4Network | IPv6Network, ...] = ()
    address: str = ""
    today: date = date(2000, 1, 1)


def ask(one: Ask) -> Outcome:
    """What the target answers within its time limit (探测一次); a failure is an outcome, not an error."""
    began = monotonic()
    try:
        return _KINDS[one.kind](one, began)
    except (OutsideFailed, RuleBroken) as error:
        return Outcome(False, _short(error.message_zh), _ms(began))
    except TimeoutError:
        return Outcome(False, f"{one.timeout:g} 秒内没有应答", _ms(began))
    except (OSError, UnicodeError) as error:
        return Outcome(False, _why(error), _ms(began))


def _page(one: Ask, began: float) -> Outcome:
    answer = outbound.get(
        one.target, timeout=one.timeout, max_bytes=MAX_BYTES, allow_private=one.allowed or False
    )
    return judge_page(answer.status, answer.text, len(answer.content), _ms(began), one.expected)


def _port(one: Ask, began: float) -> Outcome:
    with _connected(one, began):
        ms = _ms(began)
    if ms > one.expected.slow_ms:
        return Outcome(True, f"缓慢：{ms} 毫秒", ms, warned=True)
    return Outcome(True, "可连接", ms)


def _certificate(one: Ask, began: float) -> Outcome:
    """The certificate that is shown, trusted or not: whoever reads the page judges trust."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    host = _place(one.target).host
    with _connected(one, began) as plain:
        plain.setblocking(False)
        with context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False) as shown:
            _shake_hands(shown, began + one.timeout)
            encoded = shown.getpeercert(binary_form=True)
    if not encoded:
        return Outcome(False, "对方没有出示证书", _ms(began))
    expires = x509.load_der_x509_certificate(encoded).not_valid_after_utc
    return judge_certificate(clock.local_day(expires), one.today, _ms(began))


def _name(one: Ask, began: float) -> Outcome:
    found = [str(a) for a in addresses.resolve(_place(one.target), seconds=one.timeout)]
    if one.address and one.address not in found:
        return Outcome(False, f"解析到 {'、'.join(found[:3])}，应为 {one.address}", _ms(began))
    return Outcome(True, f"解析到 {'、'.join(found[:3])}", _ms(began))


_KINDS = {"http": _page, "tcp": _port, "certificate": _certificate, "dns": _name}


def check_target(kind: str, target: str, allowed: tuple[IPv4Network | IPv6Network, ...]) -> None:
    """Refuse a target that could never be asked, where a person enters it (探测目标检查).

    Raises:
        RuleBroken: no address, no port, or an inner address outside the white list.
    """
    if kind == "http":
        outbound.check_url(target, allow_private=allowed or False)
        return
    place = _place(target)
    if kind != "dns" and ":" not in target.rpartition("]")[2]:
        raise RuleBroken("请按“主机:端口”填写，例如 example.gov.cn:443。", rule="asset_inventory.probe_port")
    if kind == "dns":
        return
    with contextlib.suppress(OSError):  # a name that is not there today may be there tomorrow
        addresses.checked(place, addresses.resolve(place, seconds=5.0), private=allowed or False)


def _place(target: str) -> addresses.Place:
    return addresses.place_of(f"https://{target}")


def _connected(one: Ask, began: float) -> socket.socket:
    place = _place(one.target)
    found = addresses.resolve(place, seconds=one.timeout)
    addresses.checked(place, found, private=one.allowed or False)
    failed: OSError = TimeoutError()
    for address in found:
        left = began + one.timeout - monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            return socket.create_connection((str(address), place.port), timeout=left)
        except OSError as error:
            failed = error
    raise failed


def _shake_hands(shown: ssl.SSLSocket, end: float) -> None:
    """A handshake that ends in time, however slowly the peer drips."""
    while True:
        left = end - monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            shown.do_handshake()
            return
        except ssl.SSLWantReadError:
            select.select([shown], [], [], left)
        except ssl.SSLWantWriteError:
            select.select([], [shown], [], left)


def _ms(began: float) -> int:
    return int((monotonic() - began) * 1000)


def _short(message: str) -> str:
    return message.partition("。")[0].partition("失败：")[2] or message.partition("。")[0]


def _why(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "对方拒绝连接"
    if isinstance(error, socket.gaierror):
        return "域名无法解析"
    if isinstance(error, ssl.SSLError):
        return "加密协商失败"
    return "无法连接"
