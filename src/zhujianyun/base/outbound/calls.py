"""Calls to outside systems (外部调用): hop by hop, each hop checked and pinned."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpcore
import httpx

from zhujianyun.base.errors import OutsideFailed, RuleBroken
from zhujianyun.base.outbound import addresses, unpacking, wire

MAX_HOPS = 6  # the first request and five redirects
MAX_BYTES = 5 * 1024**2
TIMEOUT = 10.0  # seconds for everything
_REDIRECTS = {301, 302, 303, 307, 308}
_TRY_LATER = {408, 425, 429, 500, 502, 503, 504}
_OUR_NAME = "zhujianyun"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side answered (应答): names of headers in lower case, content unpacked."""

    status: int
    headers: dict[str, str]
    content: bytes
    url: str
    attempt: int = 1

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx (是否成功)."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The content as text, by the charset it names, else UTF-8, else GB 18030 (文本)."""
        named = re.search(r"charset=[\"']?([\w-]+)", self.headers.get("content-type", ""), re.I)
        for charset in (named.group(1) if named else "utf-8", "utf-8", "gb18030"):
            try:
                return self.content.decode(charset)
            except (UnicodeDecodeError, LookupError):
                continue
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The content as JSON.

        Raises:
            OutsideFailed: ``outbound.json`` when it is none.
        """
        try:
            return json.loads(self.content)
        except ValueError as e:
            raise self._failed("json", "返回的内容不是 JSON，请与对方核对接口", retriable=False) from e

    def expect_ok(self) -> Answer:
        """The answer itself, when the status is 2xx (要求成功).

        Raises:
            OutsideFailed: ``outbound.status``; retriable when the status says so (429, 503 …).
        """
        if self.ok:
            return self
        raise self._failed("status", f"返回状态 {self.status}", retriable=self.status in _TRY_LATER)

    def _failed(self, rule: str, what_zh: str, *, retriable: bool) -> OutsideFailed:
        return _failed(
            addresses.place_of(self.url), rule, what_zh, retriable, self.attempt, status=self.status
        )


def get(url: str, **options: Any) -> Answer:
    """Fetch something (GET 请求). Options: see ``request``."""
    return request("GET", url, **options)


def post(url: str, **options: Any) -> Answer:
    """Send something (POST 请求). Options: see ``request``."""
    return request("POST", url, **options)


def request(
    method: str,
    url: str,
    *,
    timeout: float = TIMEOUT,
    max_bytes: int = MAX_BYTES,
    allow_private: addresses.Private = False,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    content: bytes | None = None,
    json: Any = None,
    data: Mapping[str, str] | None = None,
    attempt: int = 1,
) -> Answer:
    """One call to an outside system, redirects included (外部调用).

    Args:
        timeout: seconds for the whole call, names, redirects and the last byte included.
        max_bytes: of the answer, unpacked.
        allow_private: private and loopback addresses are welcome *on this very host*, all of them or
            those of the ranges named; a redirect to another host must lead to a public one.
        attempt: the caller's count of tries, carried in the error.

    Raises:
        OutsideFailed: with peer, attempt, retriable; rule ``outbound.url``, ``.address``, ``.dns``,
            ``.connect``, ``.tls``, ``.timeout``, ``.broken``, ``.too_large``, ``.redirect``.
    """
    deadline = wire.Deadline(timeout)
    _place(url, attempt)  # as it was written, before anything tidies it up
    own = {"user-agent": _OUR_NAME, "accept": "*/*"} | {k.lower(): v for k, v in (headers or {}).items()}
    own |= {"accept-encoding": "gzip", "connection": "close"}
    try:
        asked = httpx.Request(method, url, params=params, headers=own, content=content, json=json, data=data)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as e:
        raise _bad_url(url, attempt) from e
    first = _place(str(asked.url), attempt)
    for _ in range(MAX_HOPS):
        place = _place(str(asked.url), attempt)
        private = allow_private if place.host == first.host else False
        answer = _hop(asked, place, deadline, private=private, max_bytes=max_bytes, attempt=attempt)
        if answer.status not in _REDIRECTS or "location" not in answer.headers:
            return answer
        asked = _redirected(asked, place, answer)
    raise _failed(first, "redirect", "重定向次数过多", False, attempt)


def _failed(
    place: addresses.Place, rule: str, what_zh: str, retriable: bool, attempt: int, **details: Any
) -> OutsideFailed:
    advice = "系统将自动重试" if retriable else "请核对地址和接口约定"
    return OutsideFailed(
        f"调用 {place.peer} 失败：{what_zh}。{advice}。",
        peer=place.peer,
        retriable=retriable,
        attempt=attempt,
        rule=f"outbound.{rule}",
        **details,
    )


def _bad_url(url: str, attempt: int, message_zh: str = "网址格式不正确，请检查后重新填写。") -> OutsideFailed:
    return OutsideFailed(
        message_zh, peer=str(url)[:100], retriable=False, attempt=attempt, rule="outbound.url"
    )


def _place(url: str, attempt: int) -> addresses.Place:
    try:
        return addresses.place_of(url)
    except RuleBroken as e:
        raise _bad_url(url, attempt, e.message_zh) from e


def _pinned(
    place: addresses.Place, deadline: wire.Deadline, *, private: addresses.Private, attempt: int
) -> list[addresses.Address]:
    """The addresses of one hop, resolved once and checked (解析并检查)."""
    try:
        found = addresses.resolve(place, seconds=deadline.left())
        return addresses.checked(place, found, private=private)
    except RuleBroken as e:
        raise _failed(place, "address", "该主机指向内部或保留地址，不允许访问", False, attempt) from e
    except TimeoutError as e:
        raise _failed(place, "timeout", "域名解析超时", True, attempt) from e
    except OSError as e:
        raise _failed(place, "dns", "域名无法解析", True, attempt) from e


def _hop(
    asked: httpx.Request,
    place: addresses.Place,
    deadline: wire.Deadline,
    *,
    private: addresses.Private,
    max_bytes: int,
    attempt: int,
) -> Answer:
    """One request and its answer, read to the end (一次请求)."""
    pinned = _pinned(place, deadline, private=private, attempt=attempt)
    try:
        with (
            wire.pool(pinned, deadline) as pool,
            pool.stream(
                asked.method,
                _as_checked(place, asked.url),  # a second parser might read the text otherwise
                headers=asked.headers.raw,
                content=asked.read() or None,
            ) as response,
        ):
            return _read(response, str(asked.url), max_bytes, attempt)
    except httpcore.TimeoutException as e:
        raise _failed(place, "timeout", f"{deadline.seconds:g} 秒内没有完成", True, attempt) from e
    except httpcore.ConnectError as e:
        raise _no_connection(place, e, attempt) from e
    except (httpcore.NetworkError, httpcore.ProtocolError) as e:
        raise _failed(place, "broken", "连接中断或应答不合规", True, attempt) from e
    except unpacking.TooMuch as e:
        raise _failed(place, "too_large", f"应答超过 {max_bytes} 字节或异常膨胀", False, attempt) from e
    except unpacking.Damaged as e:
        raise _failed(place, "broken", "应答的压缩格式无法解开", False, attempt) from e


def _as_checked(place: addresses.Place, url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=place.scheme, host=place.host, port=place.port, target=url.raw_path)


def _no_connection(place: addresses.Place, error: Exception, attempt: int) -> OutsideFailed:
    text = str(error).lower()
    if "certificate" in text or "ssl" in text:
        return _failed(place, "tls", "对方的证书不可信或加密协商失败", False, attempt)
    return _failed(place, "connect", "无法建立连接", True, attempt)


def _read(response: httpcore.Response, url: str, max_bytes: int, attempt: int) -> Answer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced) > max_bytes:
        raise unpacking.TooMuch
    content = unpacking.collect(response.iter_stream(), headers.get("content-encoding", ""), max_bytes)
    return Answer(response.status, headers, content, url, attempt)


def _redirected(asked: httpx.Request, place: addresses.Place, answer: Answer) -> httpx.Request:
    """The next request; what was meant for one host is not told to another (重定向)."""
    target = urljoin(str(asked.url), answer.headers["location"])
    there = _place(target, answer.attempt)
    if place.scheme == "https" and there.scheme != "https":
        raise _failed(place, "redirect", "对方要求转到不加密的地址，已拒绝", False, answer.attempt)
    keeps_body = answer.status in (307, 308) and asked.method not in ("GET", "HEAD")
    same = place == there
    if keeps_body and not same:
        raise _failed(place, "redirect", "对方要求把内容转发给另一主机，已拒绝", False, answer.attempt)
    kept = {"user-agent", "accept", "accept-encoding", "connection"}
    dropped = {"host", "content-length", "content-type", "transfer-encoding"}
    headers = {
        name: value
        for name, value in asked.headers.items()
        if name in kept or (same and (keeps_body or name not in dropped) and name != "host")
    }
    method = asked.method if keeps_body or asked.method == "HEAD" else "GET"
    return httpx.Request(method, target, headers=headers, content=asked.read() if keeps_body else None)
