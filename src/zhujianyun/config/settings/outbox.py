"""Outgoing messages (外发消息配置): every channel is off until somebody says otherwise.

``ZJY_OUTBOX_EMAIL=smtp`` and ``ZJY_SMTP_*`` turn e-mail on; the other channels need addresses and
credentials, which stand in a file of their own (``ZJY_OUTBOX_FILE``, JSON, readable by the platform's
account only). Its shape is told in ``base/outbox/README.md``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def _channels() -> dict[str, dict[str, Any]]:
    file = os.environ.get("ZJY_OUTBOX_FILE", "")
    found: dict[str, dict[str, Any]] = json.loads(Path(file).read_text(encoding="utf-8")) if file else {}
    for channel in ("email", "sms", "wecom", "dingtalk"):
        backend = os.environ.get(f"ZJY_OUTBOX_{channel.upper()}", "")
        if backend:
            found.setdefault(channel, {})["backend"] = backend
    if found.get("email", {}).get("backend") == "smtp":
        found["email"] = _smtp() | found["email"]
    return found


def _smtp() -> dict[str, Any]:
    given = {
        "host": os.environ.get("ZJY_SMTP_HOST", "localhost"),
        "port": int(os.environ.get("ZJY_SMTP_PORT", "465")),
        "user": os.environ.get("ZJY_SMTP_USER", ""),
        "password": os.environ.get("ZJY_SMTP_PASSWORD", ""),
        "security": os.environ.get("ZJY_SMTP_SECURITY", "ssl"),  # ssl | starttls | none
        "from": os.environ.get("ZJY_SMTP_FROM", ""),
    }
    return {name: value for name, value in given.items() if value != ""}


ZJY_BASE_URL = os.environ.get("ZJY_BASE_URL", "http://localhost:8000")  # before links in messages
ZJY_OUTBOX = _channels()
# So many messages to one recipient in so many seconds; what exceeds it waits.
ZJY_OUTBOX_LIMITS = {"sms": "10/3600", "email": "30/3600", "wecom": "20/60", "dingtalk": "20/60"}
ZJY_OUTBOX_KEEP_DAYS = int(os.environ.get("ZJY_OUTBOX_KEEP_DAYS", "183"))
