"""Outgoing messages (外发消息): e-mail, text message, robots of WeCom and DingTalk, through one door.

``outbox.send(channel, to=…, title=…, text=…, link=…, key=…)`` writes one row *in the caller's
transaction*: no commit, no message. The worker's tick ``deliver`` brings it out, tries again with
growing pauses and gives up visibly. A channel that is off keeps the message as 未外发.

The same key is the same message. Recipient and text are sealed in the row (they are personal data,
sometimes a code to sign in with); credentials of a channel stand in settings and never in a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhujianyun.base.outbox.delivering import deliver
    from zhujianyun.base.outbox.models import Channel, Message, State
    from zhujianyun.base.outbox.sending import cancel, is_on, resend, send
    from zhujianyun.base.outbox.terms import Sent, backend_of, register

_HOMES = {
    "Channel": "models",
    "Message": "models",
    "State": "models",
    "Sent": "terms",
    "backend_of": "terms",
    "cancel": "sending",
    "deliver": "delivering",
    "is_on": "sending",
    "register": "terms",
    "resend": "sending",
    "send": "sending",
}
__all__ = [
    "Channel",
    "Message",
    "Sent",
    "State",
    "backend_of",
    "cancel",
    "deliver",
    "is_on",
    "register",
    "resend",
    "send",
]


def __getattr__(name: str) -> Any:
    """The public names, loaded on first use: Django imports this package before models may be."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
