"""Robots of WeCom and DingTalk groups (群机器人): one POST each; the recipient is a robot named in settings.

Neither knows a key: a worker killed between the answer and the note sends the same text twice.
Source: developer.work.weixin.qq.com 群机器人配置说明; open.dingtalk.com 自定义机器人安全设置 (加签).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from zhujianyun.base.jobs.models import machine_now
from zhujianyun.base.outbox.channels import calling, wording
from zhujianyun.base.outbox.models import Message
from zhujianyun.base.outbox.terms import Sent

WECOM_LIMIT = 4096  # bytes of Markdown


def send_wecom(message: Message, terms: Mapping[str, Any]) -> Sent:
    """Say it in a WeCom group (企业微信群机器人).

    Raises:
        OutsideFailed: see ``calling``.
    """
    text = _cut(wording.markdown(message), WECOM_LIMIT)
    body = {"msgtype": "markdown", "markdown": {"content": text}}
    answer = calling.call(message, terms, _robot(message, terms)["url"], json=body)
    calling.robot_answer(message, answer)
    return Sent()


def send_dingtalk(message: Message, terms: Mapping[str, Any]) -> Sent:
    """Say it in a DingTalk group (钉钉群机器人), signed when the robot has a secret.

    Raises:
        OutsideFailed: see ``calling``.
    """
    robot = _robot(message, terms)
    body = {"msgtype": "markdown", "markdown": {"title": message.title, "text": wording.markdown(message)}}
    url = robot["url"] + (_signature(robot["secret"]) if robot.get("secret") else "")
    calling.robot_answer(message, calling.call(message, terms, url, json=body))
    return Sent()


def _robot(message: Message, terms: Mapping[str, Any]) -> Mapping[str, str]:
    robot = terms.get("robots", {}).get(message.to)
    if not robot:
        raise calling.failed(message, f"配置中没有名为“{message.to}”的机器人", retriable=False)
    return robot  # type: ignore[no-any-return]


def _signature(secret: str) -> str:
    """``&timestamp=…&sign=…``: HMAC-SHA256 over milliseconds and secret (加签)."""
    stamp = str(int(machine_now().timestamp() * 1000))
    mac = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"&timestamp={stamp}&sign={quote_plus(base64.b64encode(mac))}"


def _cut(text: str, limit: int) -> str:
    raw = text.encode()
    return text if len(raw) <= limit else raw[: limit - 3].decode(errors="ignore") + "…"
