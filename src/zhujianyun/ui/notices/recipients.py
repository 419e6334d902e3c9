"""Who is told (收件人): whoever holds a post at an office, or a permission; read in a query or two per batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.access import queries as access
from zhujianyun.kernel.access.models import Account, Role
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import APPLICANT, SYSTEM, Definition, State
from zhujianyun.kernel.case.models import Case

HANDLE_ALARM = "indicator.handle_alarm"


class Posts:
    """Who holds which role at which office today (任职表). One query."""

    def __init__(self, roles: Iterable[str], offices: Iterable[int], day: date | None = None) -> None:
        rows = _open(access.memberships_on(day), day or clock.today()).filter(
            role__code__in=set(roles), office_id__in=set(offices)
        )
        self._held: dict[tuple[str, int], set[int]] = defaultdict(set)
        for role, office, account in rows.values_list("role__code", "office_id", "account_id"):
            self._held[role, office].add(account)

    def at(self, roles: Iterable[str], office: int) -> set[int]:
        """The accounts that hold one of the roles at an office (任职人员)."""
        return set().union(*(self._held.get((role, office), set()) for role in roles))

    def turn_of(self, case: Case, roles: Collection[str]) -> set[int]:
        """Whose turn it is: the officer in charge when he holds such a role, else all who do (轮到谁)."""
        found = self.at(roles, case.office_id)
        return {case.holder_id} if case.holder_id in found else found


def doers(definition: Definition, state: State) -> frozenset[str]:
    """The roles, as access knows them, whose turn it is in a state (可办角色); none where a draw decides."""
    if state.lottery or definition.is_closed(state.name):
        return frozenset()
    named = {role for action in state.actions.values() for role in action.by}
    return frozenset(f"{definition.app}.{role}" for role in definition.at_home(named - {APPLICANT, SYSTEM}))


def roles_now(case: Case) -> frozenset[str]:
    """The roles whose turn it is with a case (当前可办角色); none when its app is gone."""
    for definition in registry.versions(case.process) if case.process in registry.processes() else ():
        if definition.version == case.definition_version and case.state in definition.states:
            return doers(definition, definition.states[case.state])
    return frozenset()


def alarm_handlers() -> set[int]:
    """Whoever may handle alarms: holders of the permission, and the system officers (告警处理人). Three queries."""
    today = clock.today()
    roles = [code for code, names in Role.objects.values_list("code", "permissions") if HANDLE_ALARM in names]
    held = _open(access.memberships_on(today), today).filter(role__code__in=roles)
    officers = access.officers(today).filter(duty="system", account__is_active=True)
    return {*held.values_list("account_id", flat=True), *officers.values_list("account_id", flat=True)}


def staff() -> list[Account]:
    """The open accounts with a post today (在岗人员)."""
    today = clock.today()
    held = _open(access.memberships_on(today), today).values("account")
    return list(Account.objects.filter(pk__in=held).order_by("pk"))


def _open(rows, day: date):  # type: ignore[no-untyped-def]
    still = Q(account__expires_on=None) | Q(account__expires_on__gte=day)
    return rows.filter(still, account__is_active=True)
