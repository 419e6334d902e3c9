"""The terminal (控制台): for demonstrations; the message is printed by the worker and goes nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhujianyun.base.outbox.models import Message
from zhujianyun.base.outbox.terms import Sent


def send_console(message: Message, terms: Mapping[str, Any]) -> Sent:
    """Print a message (打印到终端)."""
    lines = [f"【{message.get_channel_display()}】{message.to}  {message.title}", message.text]
    lines += [message.link] if message.link else []
    print("\n".join(lines), flush=True)  # noqa: T201 - printing is what this back end is for
    return Sent(shown=True)
