"""What an officer has to do and has done (工作台查询): always within what he may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import queries as cases
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import APPLICANT, SYSTEM
from zhujianyun.kernel.case.models import Case, Step, Task

ENTER_FOR_APPLICANT = "case.enter_for_applicant"
OPEN = Q(settled=False, ended=False)
NOBODY = Q(pk__in=())
SCOPES = {"todo": "待我办", "open": "在办", "settled": "已办结", "ended": "已终结", "all": "全部"}
SORTS = {"due": "到期日", "opened": "开立日", "last": "最近办理"}
LAMPS = {"black": "超期", "red": "今日到期", "yellow": "临期", "green": "正常"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to (筛选条件); unknown values count as not given."""

    scope: str = "open"
    process: str = ""
    state: str = ""
    city: str = ""
    lamp: str = ""
    q: str = ""
    sort: str = "due"

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """As they stand in the address (读取筛选条件)."""
        scope, sort, lamp = given.get("scope", "open"), given.get("sort", "due"), given.get("lamp", "")
        return cls(
            scope if scope in SCOPES else "open",
            given.get("process", ""),
            given.get("state", ""),
            given.get("city", ""),
            lamp if lamp in LAMPS else "",
            given.get("q", "").strip()[:80],
            sort if sort in SORTS else "due",
        )

    @property
    def is_narrow(self) -> bool:
        """Whether anything beyond the scope narrows the list (是否有筛选)."""
        return bool(self.process or self.state or self.city or self.lamp or self.q)


def visible(actor: Actor) -> QuerySet[Case]:
    """The cases an officer may see (可见办件).

    Drafts are the applicant's own affair, except at a counter that fills them in for him.
    """
    drafts = access.offices_for(actor, ENTER_FOR_APPLICANT)
    shown = Q() if drafts is access.ALL else Q(number__isnull=False) | Q(office_id__in=list(drafts))
    return cases.visible(actor).filter(shown)


def todo(actor: Actor) -> Q:
    """Open cases in which it is this officer's turn: a role of his may act, or a task is his (待办条件).

    Cases that wait for a draw are not in it: they are drawn together, not handled one by one.
    """
    places: dict[str, frozenset[int]] = _places(actor)
    found: dict[tuple[str, str, frozenset[int]], set[str]] = defaultdict(set)
    for definition in registry.all_():
        for state in definition.states.values():
            if state.lottery or definition.is_closed(state.name):
                continue
            roles = {role for action in state.actions.values() for role in action.by} - {APPLICANT, SYSTEM}
            offices = frozenset().union(
                *(places.get(f"{definition.app}.{role}", frozenset()) for role in roles)
            )
            if offices:
                found[definition.process, definition.version, offices].add(state.name)
    turn = NOBODY
    for (process, version, offices), states in found.items():
        turn |= Q(process=process, definition_version=version, state__in=states, office_id__in=offices)
    tasks = Task.objects.filter(assignee_id=actor.account_id, state=Task.State.OPEN)
    return OPEN & (turn | Q(pk__in=tasks.values("case_id")))


def _places(actor: Actor) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for role, office in actor.roles:
        found[role].add(office)
    return {role: frozenset(offices) for role, offices in found.items()}


def counts(actor: Actor) -> dict[str, int]:
    """How many wait for me, and how the lamps of what I may see stand, in one query (计数)."""
    mine = todo(actor)
    wanted: dict[str, Any] = {"todo": Count("pk", filter=mine), "open": Count("pk")}
    for lamp in LAMPS:
        wanted[lamp] = Count("pk", filter=lit(lamp))
        wanted[f"my_{lamp}"] = Count("pk", filter=lit(lamp) & mine)
    return visible(actor).filter(OPEN, number__isnull=False).aggregate(**wanted)


def lit(lamp: str) -> Q:
    """Cases with this lamp today, also before the sweep of a new day has run (按灯)."""
    today = clock.today()
    late, now = Q(due_on__lt=today), Q(due_on=today)
    if lamp == "black":
        return Q(lamp="black") | OPEN & late
    if lamp == "red":
        return (Q(lamp="red") & ~late | OPEN & now) & ~Q(lamp="black")
    return Q(lamp=lamp) & (Q(due_on=None) | Q(due_on__gt=today))


def by_due(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Soonest due first, those without a due day last (按到期日)."""
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def rows(found: QuerySet[Case]) -> QuerySet[Case]:
    """With what a line of the list shows (列表行)."""
    return found.select_related("office", "applicant", "project")


def listed(actor: Actor, wanted: Filters) -> QuerySet[Case]:
    """The cases of the list (办件列表)."""
    found = visible(actor).filter(_scope(actor, wanted.scope))
    exact = {"process": wanted.process, "state": wanted.state, "city_code": wanted.city}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if wanted.lamp:
        found = found.filter(OPEN & lit(wanted.lamp))
    for word in wanted.q.split():
        found = found.filter(
            Q(number__icontains=word) | Q(title__icontains=word) | Q(applicant__name__icontains=word)
        )
    if wanted.sort == "opened":
        return rows(found).order_by("-opened_at", "-pk")
    if wanted.sort == "last":
        return rows(found).order_by("-last_at", "-pk")
    return by_due(rows(found))


def _scope(actor: Actor, scope: str) -> Q:
    if scope == "todo":
        return todo(actor)
    return {"open": OPEN, "settled": Q(settled=True), "ended": Q(ended=True), "all": Q()}[scope]


def done_by(actor: Actor, day: date) -> QuerySet[Step]:
    """What an officer did on a day, latest first (当日所办)."""
    return Step.objects.filter(actor=actor.key, day=day).select_related("case").order_by("-at", "-pk")
