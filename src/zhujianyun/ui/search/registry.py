"""What kinds of things can be found (检索种类登记). Knows no database, so it may be filled before Django is ready."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from zhujianyun.base.errors import RuleBroken

if TYPE_CHECKING:
    from zhujianyun.kernel.journal import Entry

Reach = tuple[str, int | None]  # permission, and the office where it must hold; None: anywhere


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can be found (检索行).

    `fields` are pairs of heading and text as they are shown in a snippet, so mask them; `hidden` are
    texts that are found but not shown, such as the full name behind a masked one. `reach` says who may
    see it: whoever holds one of these permissions at that office (None: anywhere); empty: nobody.
    """

    ref: str
    title: str
    url: str
    reach: tuple[Reach, ...]
    fields: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()
    at: datetime | None = None
    group: str = ""  # what it was made from; its own `ref` when not given
    number: str = ""  # a number or code by which people know it, shown before the title


def object_of(entry: Entry) -> Iterable[str]:
    """The group an entry of the journal touches, unless a kind knows better (留痕对象)."""
    return (entry.object_id,)


@dataclass(frozen=True, slots=True)
class Searched:
    """A kind of thing that can be found (检索种类).

    `rows(groups)` gives the rows made from these groups, `rows(None)` all of them, in a steady order;
    a group that gives no rows any more leaves the index. `verbs` are the acts in the journal that touch
    it, `groups` tells which groups one entry touches. `permissions` names every permission that can
    occur in a `reach`. `fixed`: made from code, not from rows; made anew whenever the worker starts.
    """

    kind: str
    zh: str
    verbs: tuple[str, ...]
    rows: Callable[[Collection[str] | None], Iterator[Row]]
    permissions: Callable[[], Iterable[str]]
    groups: Callable[[Entry], Iterable[str]] = field(default=object_of)
    fixed: bool = False


_kinds: dict[str, Searched] = {}


def add(one: Searched) -> None:
    """Register a kind and let it follow the journal (登记检索种类); the same again changes nothing.

    Raises:
        RuleBroken: ``search.kind`` when the name means something else already.
    """
    known = _kinds.get(one.kind)
    if known == one:
        return
    if known is not None:
        raise RuleBroken(f"检索种类 {one.kind} 已登记为“{known.zh}”，请改名。", rule="search.kind")
    _kinds[one.kind] = one
    from zhujianyun.ui.search import following

    following.follow(one)


def all_() -> list[Searched]:
    """All kinds in the order of their registration (全部检索种类)."""
    return list(_kinds.values())


def get(kind: str) -> Searched | None:
    """One kind; None when nobody offers it (检索种类)."""
    return _kinds.get(kind)
