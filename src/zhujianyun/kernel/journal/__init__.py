"""Journal (留痕): the append-only, sealed record of every change and every read of personal data.

It is also the outbox that other parts follow. This is the whole public door; what stands behind it is
imported at first use, because models cannot be imported before Django is ready.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhujianyun.kernel.journal.actions import draft, record, record_many, record_read
    from zhujianyun.kernel.journal.followers import retry_now, run_followers
    from zhujianyun.kernel.journal.models import Checkpoint, Entry, Follower, Seal
    from zhujianyun.kernel.journal.private import erase_private, open_private
    from zhujianyun.kernel.journal.registry import follow, followings, unfollow

_ROOMS = {
    "actions": ("draft", "record", "record_many", "record_read"),
    "followers": ("retry_now", "run_followers"),
    "models": ("Checkpoint", "Entry", "Follower", "Seal"),
    "private": ("erase_private", "open_private"),
    "registry": ("follow", "followings", "unfollow"),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Checkpoint",
    "Entry",
    "Follower",
    "Seal",
    "draft",
    "erase_private",
    "follow",
    "followings",
    "open_private",
    "record",
    "record_many",
    "record_read",
    "retry_now",
    "run_followers",
    "unfollow",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
