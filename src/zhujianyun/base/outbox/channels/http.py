"""Text messages through any HTTP service (短信): address, headers, body and success as a template in settings.

```json
{"backend": "http", "url": "https://sms.example.cn/send", "hosts": ["sms.example.cn"],
 "headers": {"authorization": "Bearer {secret.token}"}, "secrets": {"token": "…"},
 "json": {"mobile": "{to}", "content": "{text}", "requestId": "{key}"},
 "ok": {"path": "code", "is": "0"}, "busy": ["isv.BUSINESS_LIMIT_CONTROL"], "receipt": "data.id"}
```
Places in the template are filled one by one, never evaluated: a brace in a text stays a brace. Give the
service ``{key}`` wherever it knows a request id: then a second sending is recognised there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from zhujianyun.base.outbox.channels import calling, wording
from zhujianyun.base.outbox.models import Message
from zhujianyun.base.outbox.terms import Sent

_PLACE = re.compile(r"\{([a-z]+(?:\.[A-Za-z0-9_-]+)?)\}")


def send_http(message: Message, terms: Mapping[str, Any]) -> Sent:
    """Send one text message (发送短信).

    Raises:
        OutsideFailed: see ``calling``; also when the answer is not what ``ok`` asks for.
    """
    words = _words(message, terms)
    options: dict[str, Any] = {"headers": _filled(dict(terms.get("headers", {})), words)}
    for name in ("json", "data", "params"):
        if name in terms:
            options[name] = _filled(terms[name], words)
    answer = calling.call(message, terms, str(_filled(terms.get("url", ""), words)), **options)
    wanted = terms.get("ok")
    if not wanted:
        return Sent()
    said = answer.json()
    found = _at(said, str(wanted["path"]))
    if str(found) != str(wanted["is"]):
        busy = str(found) in {str(code) for code in terms.get("busy", ())}
        raise calling.failed(message, f"短信服务返回 {str(found)[:40]}", retriable=busy)
    return Sent(receipt=str(_at(said, str(terms.get("receipt", ""))) or ""))


def _words(message: Message, terms: Mapping[str, Any]) -> dict[str, str]:
    """What may stand in a template (模板可用的词)."""
    found = {
        "to": message.to,
        "title": message.title,
        "text": message.text,
        "link": wording.address(message),
        "key": sha256(message.key.encode()).hexdigest()[:32],
    }
    return found | {f"secret.{name}": str(value) for name, value in terms.get("secrets", {}).items()}


def _filled(template: Any, words: Mapping[str, str]) -> Any:
    if isinstance(template, str):
        return _PLACE.sub(lambda place: words.get(place[1], place[0]), template)
    if isinstance(template, Mapping):
        return {name: _filled(value, words) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, words) for value in template]
    return template


def _at(said: Any, path: str) -> Any:
    for step in path.split(".") if path else ():
        if isinstance(said, list) and step.isdigit() and int(step) < len(said):
            said = said[int(step)]
        else:
            said = said.get(step) if isinstance(said, Mapping) else None
    return said if path else None
