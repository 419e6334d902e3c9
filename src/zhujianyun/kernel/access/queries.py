"""What access knows (查询): the tree of offices, members, officers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.access.actors import ALL
from zhujianyun.kernel.access.models import Account, Membership, Office, OfficerDuty, Substitution


@dataclass(frozen=True, slots=True)
class OfficeTree:
    """All offices and who stands below whom (单位树)."""

    parent: dict[int, int | None]
    kind: dict[int, str]
    children: dict[int | None, list[int]]

    def reach(self, office_id: int) -> frozenset[int]:
        """What a member of this office may read: it and all below (可见范围).

        A 处室 is part of its bureau: its members read as far as the bureau does.
        """
        head = office_id
        if self.kind.get(office_id) == Office.Kind.DIVISION:
            head = self.parent[office_id] or office_id
        found, queue = {office_id}, [head]
        while queue:
            office = queue.pop()
            found.add(office)
            queue.extend(self.children.get(office, ()))
        return frozenset(found)

    def or_all(self, offices: Iterable[int]) -> frozenset[int]:
        """``ALL`` when nothing is missing, so that a query needs no filter (全部则不限)."""
        offices = frozenset(offices)
        return ALL if self.parent.keys() <= offices else offices


def office_tree() -> OfficeTree:
    """The tree as it stands, in one query (单位树)."""
    rows = list(Office.objects.values_list("pk", "parent_id", "kind"))
    children: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent, _ in rows:
        children[parent].append(pk)
    return OfficeTree({pk: parent for pk, parent, _ in rows}, {pk: kind for pk, _, kind in rows}, children)


def offices() -> QuerySet[Office]:
    """The offices in use, by code (在用单位)."""
    return Office.objects.filter(is_open=True).select_related("parent")


def office(code: str) -> Office:
    """The office of a code (按代码查单位).

    Raises:
        NotFound: when there is none.
    """
    found = Office.objects.filter(code=code).first()
    if found is None:
        raise NotFound(f"没有代码为 {code} 的单位。", rule="access.office_known", code=code)
    return found


def memberships_on(day: date | None = None) -> QuerySet[Membership]:
    """The memberships in force on a day, today unless told (有效任职)."""
    day = day or clock.today()
    rows = Membership.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day, is_void=False
    )
    return rows.select_related("account", "role", "office")


def holders(role_code: str, office_id: int, day: date | None = None) -> QuerySet[Account]:
    """The open accounts that hold a role at this very office on a day (任职人员)."""
    day = day or clock.today()
    held = memberships_on(day).filter(role__code=role_code, office_id=office_id)
    still = Q(expires_on=None) | Q(expires_on__gte=day)
    return Account.objects.filter(still, is_active=True, pk__in=held.values("account")).order_by("pk")


def holders_of(
    role_codes: Iterable[str], office_id: int, day: date | None = None
) -> dict[str, list[Account]]:
    """`holders` of several roles at once, by role code, in one query (各角色任职人员)."""
    day = day or clock.today()
    still = Q(account__expires_on=None) | Q(account__expires_on__gte=day)
    rows = memberships_on(day).filter(
        still, account__is_active=True, role__code__in=list(role_codes), office_id=office_id
    )
    found: dict[str, list[Account]] = {}
    for row in rows.order_by("account_id", "pk"):
        known = found.setdefault(row.role.code, [])
        if row.account not in known:
            known.append(row.account)
    return found


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """The names behind account keys such as "account:12"; no query for none (账号姓名)."""
    ids = [key.partition(":")[2] for key in keys if key.startswith("account:")]
    if not ids:
        return {}
    rows = Account.objects.filter(pk__in=[one for one in ids if one.isdigit()])
    return {f"account:{pk}": name for pk, name in rows.values_list("pk", "name_zh")}


def officers(day: date | None = None) -> QuerySet[OfficerDuty]:
    """The three officers in duty on a day (在任三员)."""
    day = day or clock.today()
    rows = OfficerDuty.objects.filter(Q(ended_on=None) | Q(ended_on__gte=day), appointed_on__lte=day)
    return rows.select_related("account")


def substitutions(day: date | None = None) -> QuerySet[Substitution]:
    """The substitutions that are in force on a day or begin later, by their first day (现行和将来的代理)."""
    day = day or clock.today()
    rows = Substitution.objects.filter(membership__is_void=False, membership__valid_to__gte=day)
    return rows.select_related(
        "membership__account",
        "membership__stands_in_for",
        "membership__role",
        "membership__office",
        "arranged_by",
    ).order_by("membership__valid_from", "pk")
