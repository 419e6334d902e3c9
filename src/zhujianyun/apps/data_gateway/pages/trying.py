"""A call to try (试调用): from this server to the plane on the same machine, with the key that was pasted."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from zhujianyun.apps.data_gateway.pages.describing import Doc

SECONDS = 10.0
SHOWN = 20_000  # characters of an answer
KEPT = ("x-road-", "x-zjy-next", "etag", "retry-after", "content-type", "content-length")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came back (试调用结果); ``receipt`` is a data address to be saved as a file."""

    ok: bool
    status: int
    message: str
    fault: str
    retry_after: str
    ms: int
    request: str
    headers: tuple[tuple[str, str], ...]
    body: str
    receipt: str
    receipt_name: str


def call(doc: Doc, asked: dict[str, Any]) -> Tried:
    """Send one real call to the plane and show all of it (发送试调用)."""
    path = asked["path"].strip()
    path = path if path.startswith("/") else f"{doc.path}{path}"
    headers = {
        "Authorization": f"Bearer {asked['key'].strip()}", "X-Road-Client": doc.client,
        "X-Zjy-Purpose": doc.purpose, "X-Zjy-Receipt": "1",
        **({"X-Road-Issue": asked["issue"]} if asked.get("issue") else {}),
    }  # fmt: skip
    told = _told(path, headers)
    begun = time.monotonic()
    try:
        answer = httpx.get(f"{doc.inner}{path}", headers=headers, timeout=SECONDS, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError):
        said = "共享网关没有应答，请稍后重试；持续如此请联系运维人员。"
        return Tried(False, 502, said, "", "", _ms(begun), told, (), "", "", "")
    return _shown(answer, told, _ms(begun))


def _ms(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _told(path: str, headers: dict[str, str]) -> str:
    lines = [
        f"{name}: {'Bearer ······' if name == 'Authorization' else value}" for name, value in headers.items()
    ]
    return "\n".join([f"GET {path}", *lines])


def _shown(answer: httpx.Response, told: str, ms: int) -> Tried:
    fault = answer.headers.get("x-road-error", "")
    message = ""
    text = answer.text[:SHOWN]
    try:
        content = orjson.loads(answer.content)
        text = orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()[:SHOWN]
        message = str(content.get("message", "")) if fault and isinstance(content, dict) else ""
    except ValueError:
        pass  # CSV, or an answer that is no JSON: shown as it is
    kept = tuple((name, value) for name, value in answer.headers.items() if name.startswith(KEPT))
    receipt, name = _receipt(answer)
    return Tried(
        answer.is_success, answer.status_code, message, fault, _wait(answer.headers.get("retry-after", "")), ms, told,
        kept, text, receipt, name,
    )  # fmt: skip


def _receipt(answer: httpx.Response) -> tuple[str, str]:
    """The receipt, its signature and the answer it is about, in one file."""
    content, signature = (
        answer.headers.get("x-zjy-receipt", ""),
        answer.headers.get("x-zjy-receipt-signature", ""),
    )
    if not content or not signature:
        return "", ""
    file = orjson.dumps(
        {"receipt": content, "signature": signature, "body": base64.b64encode(answer.content).decode()}
    )
    name = f"receipt-{answer.headers.get('x-road-request-id', 'call')}.json"
    return f"data:application/json;base64,{base64.b64encode(file).decode()}", name


def _wait(seconds: str) -> str:
    if not seconds.isdigit():
        return seconds
    whole = int(seconds)
    return (
        f"{whole} 秒" if whole < 120 else f"{whole // 60} 分钟" if whole < 7200 else f"{whole // 3600} 小时"
    )
