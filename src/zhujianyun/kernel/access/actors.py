"""Who acts (操作者): a snapshot of one's rights, reckoned once, asked 50,000 times without a query.

An Actor is made per request (or per batch) and does not see grants made after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from zhujianyun.base import clock
from zhujianyun.kernel.access.registry import register

if TYPE_CHECKING:
    from zhujianyun.kernel.access.models import Account, Membership


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


class Everywhere(frozenset[int]):
    """The set of all offices (全部单位): whatever you ask for is in it."""

    def __contains__(self, office_id: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "ALL"


ALL: Final = Everywhere()


@dataclass(frozen=True, slots=True)
class Actor:
    """An account, a subject or the platform itself, with what it may do (操作者).

    ``roles`` are pairs (role code, office id), the offices below included for roles that act below.
    ``granted`` maps a permission to the offices where it holds. ``own_roles`` are the roles held by a
    post of one's own; ``substitutes`` tells for whom the others are held.
    """

    key: str
    name_zh: str
    kind: str
    account_id: int | None = None
    office_id: int | None = None
    roles: frozenset[tuple[str, int]] = frozenset()
    duty: str = ""
    substitutes: Mapping[tuple[str, int], str] = field(default_factory=_nothing, compare=False, repr=False)
    granted: Mapping[str, frozenset[int]] = field(default_factory=_nothing, compare=False, repr=False)
    own_roles: frozenset[tuple[str, int]] = field(default=frozenset(), compare=False, repr=False)

    def __str__(self) -> str:
        return self.name_zh


SYSTEM: Final = Actor(key="system", name_zh="系统", kind="system")


def subject_actor(subject_id: int, name: str) -> Actor:
    """A subject who acts for itself in the hall: no role, no permission (主体操作者)."""
    return Actor(key=f"subject:{subject_id}", name_zh=name, kind="subject")


def actor(account: Account, on: date | None = None) -> Actor:
    """The account with its rights of a day, today unless told (账号操作者).

    A closed or expired account acts with no right at all. Three queries at most.
    """
    day = on or clock.today()
    bare = Actor(key=account.key, name_zh=account.name_zh, kind="account", account_id=account.pk)
    if not account.is_open_on(day):
        return bare
    duty = _duty(account, day)
    if duty:
        return _officer(bare, duty)
    memberships = _memberships(account, day)
    return _staff(bare, memberships) if memberships else bare


def _duty(account: Account, day: date) -> str:
    from zhujianyun.kernel.access.models import OfficerDuty

    row = OfficerDuty.objects.filter(account=account, appointed_on__lte=day).first()
    return row.duty if row and (row.ended_on is None or day <= row.ended_on) else ""


def _officer(bare: Actor, duty: str) -> Actor:
    granted = dict.fromkeys(register.reserved_to(duty), ALL)
    return Actor(
        key=bare.key,
        name_zh=bare.name_zh,
        kind=bare.kind,
        account_id=bare.account_id,
        duty=duty,
        granted=MappingProxyType(granted),
    )


def _memberships(account: Account, day: date) -> list[Membership]:
    from django.db.models import Q

    from zhujianyun.kernel.access.models import Membership

    rows = Membership.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day), account=account, is_void=False, valid_from__lte=day
    )
    return sorted(
        rows.select_related("role", "office", "stands_in_for"),
        key=lambda m: (m.kind != Membership.Kind.POST, m.valid_from, m.pk),
    )


def _staff(bare: Actor, memberships: Iterable[Membership]) -> Actor:
    from zhujianyun.kernel.access.queries import office_tree

    memberships = list(memberships)
    tree = office_tree()
    roles: set[tuple[str, int]] = set()
    by_post: set[tuple[str, int]] = set()
    stood_in: dict[tuple[str, int], str] = {}
    granted: dict[str, frozenset[int]] = defaultdict(frozenset)
    for membership in memberships:
        own = frozenset({membership.office_id})
        below = tree.reach(membership.office_id)
        offer = register.roles.get(membership.role.code)
        acts_at = below if offer and offer.acts_below else own
        here = {(membership.role.code, office) for office in acts_at}
        roles |= here
        if membership.stands_in_for is None:
            by_post |= here
        else:
            stood_in |= dict.fromkeys(here, membership.stands_in_for.key)
        for code in offer.permissions if offer else ():
            reads = register.permissions[code].reads
            granted[code] = granted[code] | (below if reads else acts_at)
    return Actor(
        key=bare.key,
        name_zh=bare.name_zh,
        kind=bare.kind,
        account_id=bare.account_id,
        office_id=memberships[0].office_id,
        roles=frozenset(roles),
        substitutes=MappingProxyType(stood_in),
        granted=MappingProxyType({code: tree.or_all(offices) for code, offices in granted.items()}),
        own_roles=frozenset(by_post),
    )
