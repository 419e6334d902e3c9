"""Who follows the journal (跟随者登记). Knows no database, so it may be filled before Django is ready."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zhujianyun.base.errors import RuleBroken

if TYPE_CHECKING:
    from zhujianyun.kernel.journal.models import Entry

Handler = Callable[[list["Entry"]], object]


@dataclass(frozen=True, slots=True)
class Following:
    """One registration (一项跟随): verbs are whole names, prefixes like ``case.*``, or ``*``."""

    name: str
    verbs: tuple[str, ...]
    deliver: Handler
    batch: int
    from_start: bool


_followings: dict[str, Following] = {}


def follow(
    name: str, verbs: Iterable[str] | str, handler: Handler, *, batch: int = 500, from_start: bool = True
) -> Following:
    """Register a follower of the journal (登记跟随者).

    ``handler(entries)`` gets sealed entries in sealed order, at least once, at most ``batch`` together,
    in one transaction with the cursor: what it writes through this database is written once; what it
    does outside must be idempotent by entry id. With ``from_start=False`` it begins, at its first run,
    with what is sealed afterwards.

    Raises:
        RuleBroken: ``journal.follower`` when the name is taken by another handler, or no verb is given.
    """
    wanted = (verbs,) if isinstance(verbs, str) else tuple(verbs)
    taken = _followings.get(name)
    if taken is not None and taken.deliver is not handler:
        raise RuleBroken(
            f"跟随者名称“{name}”已被占用，请换一个名称。", rule="journal.follower", follower=name
        )
    if not wanted or not all(verb and verb == verb.lower() for verb in wanted):
        raise RuleBroken(
            f"跟随者“{name}”须写明跟随哪些行为（小写）。", rule="journal.follower", follower=name
        )
    _followings[name] = Following(name, wanted, handler, batch, from_start)
    return _followings[name]


def unfollow(name: str) -> None:
    """Take a follower out of this process; its cursor stays (撤销登记)."""
    _followings.pop(name, None)


def followings() -> list[Following]:
    """All registrations by name (全部跟随者)."""
    return [_followings[name] for name in sorted(_followings)]
