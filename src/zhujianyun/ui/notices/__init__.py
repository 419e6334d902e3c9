"""Notices (消息): what an account should know, in its own list and, if it wishes, by e-mail or text message.

``notices.tell(account, title, text, url, key)`` puts one notice into somebody's list; a follower of the
journal does the same for what happens to cases and alarms, bounded per person, kind and day.
``notices.latest`` and the template tag ``latest_notices`` show the newest on other pages.
``notices.applicant_contact(function)`` is the port by which the hall says how an applicant is reached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhujianyun.ui.notices.applicants import Contact, applicant_contact
    from zhujianyun.ui.notices.models import Notice
    from zhujianyun.ui.notices.queries import latest, unread
    from zhujianyun.ui.notices.telling import tell

_HOMES = {
    "Contact": "applicants",
    "Notice": "models",
    "applicant_contact": "applicants",
    "latest": "queries",
    "tell": "telling",
    "unread": "queries",
}
__all__ = ["Contact", "Notice", "applicant_contact", "latest", "tell", "unread"]


def __getattr__(name: str) -> Any:
    """The public names, loaded on first use: Django imports this package before models may be."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
