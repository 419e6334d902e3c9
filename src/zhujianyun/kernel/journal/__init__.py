"""Journal (留痕): the append-only, sealed record of every change and every read of personal data.

It is also the outbox that other parts follow. This is the whole public door; what stands behind it is
imported at first use, because models cannot be imported before Django is ready.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhujianyun.kernel.journal.actions import draft, record, record_many, record_read
    from zhujianyun.kernel.journal.checkpoints import checkpoint
    from zhujianyun.kernel.journal.exporting import export
    from zhujianyun.kernel.journal.followers import retry_now, run_followers, run_followers_to_end
    from zhujianyun.kernel.journal.models import Checkpoint, Entry, Follower, Seal
    from zhujianyun.kernel.journal.private import erase_private, open_private
    from zhujianyun.kernel.journal.proofs import consistency_proof, inclusion_proof
    from zhujianyun.kernel.journal.queries import history, reads_of
    from zhujianyun.kernel.journal.registry import follow, followings, unfollow
    from zhujianyun.kernel.journal.sealing import seal, unsealed
    from zhujianyun.kernel.journal.verification import Report, verify
    from zhujianyun.kernel.journal.walk import Fault

_ROOMS = {
    "actions": ("draft", "record", "record_many", "record_read"),
    "checkpoints": ("checkpoint",),
    "exporting": ("export",),
    "followers": ("retry_now", "run_followers", "run_followers_to_end"),
    "models": ("Checkpoint", "Entry", "Follower", "Seal"),
    "private": ("erase_private", "open_private"),
    "proofs": ("consistency_proof", "inclusion_proof"),
    "queries": ("history", "reads_of"),
    "registry": ("follow", "followings", "unfollow"),
    "sealing": ("seal", "unsealed"),
    "verification": ("Report", "verify"),
    "walk": ("Fault",),
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Checkpoint",
    "Entry",
    "Fault",
    "Follower",
    "Report",
    "Seal",
    "checkpoint",
    "consistency_proof",
    "draft",
    "erase_private",
    "export",
    "follow",
    "followings",
    "history",
    "inclusion_proof",
    "open_private",
    "reads_of",
    "record",
    "record_many",
    "record_read",
    "retry_now",
    "run_followers",
    "run_followers_to_end",
    "seal",
    "unfollow",
    "unsealed",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
