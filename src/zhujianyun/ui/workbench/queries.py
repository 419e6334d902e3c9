"""What an officer has to do and has done (工作台查询): always within what he may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
from zhujianyun.ui.workbench.filters import LAMPS, MOST_WORDS, Filters

ENTER_FOR_APPLICANT = "case.enter_for_applicant"
OPEN = Q(settled=False, ended=False)
NOBODY = Q(pk__in=())
DAY_FIELDS = {"due": "due_on", "opened": "opened_on", "accepted": "accepted_on", "concluded": "concluded_on"}
SORT_FIELDS = DAY_FIELDS | {
    "number": "number", "title": "title", "process": "process", "applicant": "applicant__name", "city": "division_code",
    "office": "office__code", "state": "state", "opened": "opened_at", "last": "last_at",
}  # fmt: skip


def visible(actor: Actor) -> QuerySet[Case]:
    """The cases an officer may see (可见办件).

    Drafts are the applicant's own affair, except at a counter that fills them in for him.
    """
    drafts = access.offices_for(actor, ENTER_FOR_APPLICANT)
    shown = Q() if drafts is access.ALL else Q(number__isnull=False) | Q(office_id__in=list(drafts))
    return cases.visible(actor).filter(shown)


def todo(actor: Actor) -> Q:
    """Open cases in which it is this officer's turn (待办条件)."""
    return OPEN & turn(actor)


def turn(actor: Actor) -> Q:
    """Of open cases those in which a role of his may act, or a task is his (轮到谁).

    Cases that wait for a draw are not in it: they are drawn together, not handled one by one.
    """
    places: dict[str, frozenset[int]] = _places(actor)
    found: dict[tuple[str, str, frozenset[int]], set[str]] = defaultdict(set)
    for definition in registry.all_():
        for state in definition.states.values():
            if state.lottery or definition.is_closed(state.name):
                continue
            named = {role for action in state.actions.values() for role in action.by}
            roles = definition.at_home(named - {APPLICANT, SYSTEM})
            offices = frozenset().union(
                *(places.get(f"{definition.app}.{role}", frozenset()) for role in roles)
            )
            if offices:
                found[definition.process, definition.version, offices].add(state.name)
    wanted = NOBODY
    for (process, version, offices), states in found.items():
        wanted |= Q(process=process, definition_version=version, state__in=states, office_id__in=offices)
    tasks = Task.objects.filter(assignee_id=actor.account_id, state=Task.State.OPEN)
    return wanted | Q(pk__in=tasks.values("case_id"))


def _places(actor: Actor) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for role, office in actor.roles:
        found[role].add(office)
    return {role: frozenset(offices) for role, offices in found.items()}


def counts(actor: Actor) -> dict[str, int]:
    """How many wait for me, and how the lamps of what I may see stand, in one query (计数)."""
    mine = turn(actor)
    wanted: dict[str, Any] = {"todo": Count("pk", filter=mine), "open": Count("pk")}
    for lamp in LAMPS:
        wanted[lamp] = Count("pk", filter=lit(lamp))
        wanted[f"my_{lamp}"] = Count("pk", filter=lit(lamp) & mine)
    return visible(actor).filter(OPEN, number__isnull=False).aggregate(**wanted)


def lit(lamp: str) -> Q:
    """Of open cases those with this lamp today, also before the sweep of a new day has run (按灯)."""
    today = clock.today()
    late, now = Q(due_on__lt=today), Q(due_on=today)
    if lamp == "black":
        return Q(lamp="black") | late
    if lamp == "red":
        return (Q(lamp="red") & ~late | now) & ~Q(lamp="black")
    return Q(lamp=lamp) & (Q(due_on=None) | Q(due_on__gt=today))


def by_due(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Soonest due first, those without a due day last (按到期日)."""
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def rows(found: QuerySet[Case]) -> QuerySet[Case]:
    """With what a line of the list shows (列表行)."""
    return found.select_related("office", "applicant", "project", "holder").defer(
        "facts", "parties", "flags", "project__uid"
    )


def listed(actor: Actor, wanted: Filters) -> QuerySet[Case]:
    """The cases of the list, ordered (办件列表)."""
    found = visible(actor).filter(_scope(actor, wanted.scope), *_days(wanted), *_words(wanted.q))
    exact = {
        "process": wanted.process, "state": wanted.state, "city_code": wanted.city, "office_id": wanted.office,
        "applicant_id": wanted.applicant, "project_id": wanted.project,
    }  # fmt: skip
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if wanted.lamp:
        found = found.filter(OPEN & lit(wanted.lamp))
    return found.order_by(*_order(wanted))


def _days(wanted: Filters) -> Iterator[Q]:
    if wanted.since:
        yield Q(**{f"{DAY_FIELDS[wanted.day]}__gte": wanted.since})
    if wanted.until:
        yield Q(**{f"{DAY_FIELDS[wanted.day]}__lte": wanted.until})


def _words(text: str) -> Iterator[Q]:
    for word in text.split()[:MOST_WORDS]:
        yield Q(number__icontains=word) | Q(title__icontains=word) | Q(applicant__name__icontains=word)


def _order(wanted: Filters) -> tuple[Any, Any]:
    column = F(SORT_FIELDS[wanted.column])
    if wanted.is_descending:
        return column.desc(nulls_last=True), "-pk"
    return column.asc(nulls_last=True), "pk"


def _scope(actor: Actor, scope: str) -> Q:
    if scope == "todo":
        return todo(actor)
    return {"open": OPEN, "settled": Q(settled=True), "ended": Q(ended=True), "all": Q()}[scope]


def shortlists(actor: Actor, lamps: Sequence[str], each: int) -> list[int]:
    """The soonest due of each lamp, together (各灯最急的办件). One query."""
    seen = visible(actor).filter(OPEN, number__isnull=False)
    wanted = NOBODY
    for lamp in lamps:
        wanted |= Q(pk__in=by_due(seen.filter(lit(lamp))).values("pk")[:each])
    return list(by_due(Case.objects.filter(wanted)).values_list("pk", flat=True))


def in_pools(actor: Actor) -> int:
    """How many cases wait for a draw that this officer holds (待抽办件数). One query, none for others."""
    wanted = NOBODY
    for definition in registry.all_():
        for state in definition.states.values():
            if state.lottery:
                offices = [pk for code, pk in actor.roles if code == f"{definition.app}.{state.lottery.by}"]
                if offices:
                    wanted |= Q(process=definition.process, state=state.name, office_id__in=sorted(offices))
    return Case.objects.filter(wanted).count() if wanted != NOBODY else 0


@dataclass(frozen=True, slots=True)
class Share:
    """How one city or office stands (一地或一单位的情况)."""

    key: str | int
    open: int
    red: int
    black: int
    concluded: int


def shares(actor: Actor, by: str, since: date) -> dict[str | int, Share]:
    """Open, due today, overdue, and concluded since a day, by `city_code` or `office_id` (分布). Two queries."""
    seen = visible(actor).filter(number__isnull=False).order_by()
    standing = (
        seen.filter(OPEN)
        .values(by)
        .annotate(
            open=Count("pk"), red=Count("pk", filter=lit("red")), black=Count("pk", filter=lit("black"))
        )
    )
    ended = seen.filter(concluded_on__gte=since).values(by).annotate(concluded=Count("pk"))
    done = {row[by]: row["concluded"] for row in ended}
    found = {row[by]: Share(row[by], row["open"], row["red"], row["black"], 0) for row in standing}
    for key, count in done.items():
        found[key] = replace(found.get(key, Share(key, 0, 0, 0, 0)), concluded=count)
    return found


def done_by(actor: Actor, day: date) -> QuerySet[Step]:
    """What an officer did on a day, latest first (当日所办)."""
    return Step.objects.filter(actor=actor.key, day=day).select_related("case").order_by("-at", "-pk")
