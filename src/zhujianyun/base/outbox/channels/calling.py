"""Calls to message services (消息服务调用): HTTPS, a named host, bounded time; the answer's own code counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from zhujianyun.base import outbound
from zhujianyun.base.errors import OutsideFailed
from zhujianyun.base.outbound import Answer
from zhujianyun.base.outbox.models import Message

TIMEOUT = 10.0
MAX_BYTES = 64 * 1024
# What a robot says when it is asked too often: it will listen again.
BUSY = {45009, 45033, 410100, 130101}


def call(message: Message, terms: Mapping[str, Any], url: str, **options: Any) -> Answer:
    """Post to a message service (调用消息服务).

    Raises:
        OutsideFailed: not HTTPS, a host that ``hosts`` does not name, or whatever goes wrong on the way.
            The address is not in the sentence: it holds the credential.
    """
    place = urlsplit(url)
    private = bool(terms.get("private", False))  # a gateway inside the government network
    if place.scheme != "https" and not private:
        raise failed(message, "地址不是 HTTPS，请系统管理员改正", retriable=False)
    if place.hostname not in terms.get("hosts", ()):
        raise failed(message, "主机不在允许名单（hosts）内，请系统管理员核对", retriable=False)
    timeout = min(float(terms.get("timeout", TIMEOUT)), 60.0)
    return outbound.request(
        str(terms.get("method", "POST")),
        url,
        timeout=timeout,
        max_bytes=MAX_BYTES,
        allow_private=private,
        attempt=message.attempts,
        **options,
    ).expect_ok()


def robot_answer(message: Message, answer: Answer) -> dict[str, Any]:
    """The answer of a robot, when it says ``errcode`` 0 (机器人应答).

    Raises:
        OutsideFailed: another code; retriable only when it is a matter of pace.
    """
    said = answer.json()
    code = said.get("errcode") if isinstance(said, dict) else None
    if code == 0:
        return said
    if code is None:
        raise failed(message, "应答中没有 errcode", retriable=False)
    raise failed(message, f"机器人返回错误码 {str(code)[:12]}", retriable=code in BUSY)


def failed(message: Message, what_zh: str, *, retriable: bool) -> OutsideFailed:
    """A failure as the outbox notes it (发送失败)."""
    advice = "系统将自动重试" if retriable else "改正后请重发"
    return OutsideFailed(
        f"{message.get_channel_display()}没有发出：{what_zh}。{advice}。",
        peer=message.channel,
        retriable=retriable,
        attempt=message.attempts,
        rule=f"outbox.{message.channel}",
    )
