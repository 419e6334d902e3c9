"""Who stands in for whom, who is away, who has how much in hand (代理与移交的显示)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, F, Q, QuerySet

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access import queries as people
from zhujianyun.kernel.access.actions.substitutes import ARRANGE
from zhujianyun.kernel.access.models import Account, Membership, Substitution
from zhujianyun.kernel.case import handing_over, tasks
from zhujianyun.kernel.case.models import Case

DAYS_SHOWN = 28
DAYS_BACK = 90
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of one colleague (日历格): `sort` is "", leave or lent."""

    day: date
    sort: str
    said: str
    is_weekend: bool
    is_today: bool

    @property
    def sign(self) -> str:
        """What stands in the cell beside its colour."""
        return {"leave": "休", "lent": "委"}.get(self.sort, "")


@dataclass(slots=True)
class Colleague:
    """One line of the office's overview (同事)."""

    account: Account
    posts: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    open_cases: int = 0
    late_cases: int = 0


def posts_of(account: Account) -> list[Membership]:
    """The posts that somebody may lend: his own, in force today (可委托职责)."""
    rows = people.memberships_on().filter(account=account).exclude(kind=Membership.Kind.SUBSTITUTE)
    return list(rows.order_by("office__code", "role__code"))


def places(account: Account) -> list[int]:
    """The offices where somebody has a post of his own (本人单位)."""
    return list(dict.fromkeys(one.office_id for one in posts_of(account)))


def arranging(actor: Actor) -> frozenset[int]:
    """The offices where somebody may arrange substitutes for others (可安排代理的单位)."""
    return access.offices_for(actor, ARRANGE)


def assigning(actor: Actor) -> frozenset[int]:
    """The offices where somebody may hand over the cases of others (可移交他人办件的单位)."""
    return access.offices_for(actor, tasks.ASSIGN)


def colleagues(offices: Iterable[int]) -> list[Account]:
    """Everybody with a post of his own at these offices, each once (同事)."""
    rows = people.memberships_on().filter(office_id__in=list(offices), account__is_active=True)
    rows = rows.exclude(kind=Membership.Kind.SUBSTITUTE).order_by("account_id")
    return list({row.account_id: row.account for row in rows}.values())


def may_arrange_for(actor: Actor, account: Account) -> bool:
    """Whether the substitutes of this person may be arranged by the actor (可否代为安排)."""
    if account.pk == actor.account_id:
        return True
    mine = arranging(actor)
    return any(office in mine for office in places(account))


def of_account(account_id: int) -> tuple[list[Substitution], list[Substitution], list[Substitution]]:
    """Whom somebody stands in for, who stands in for him, and what is over lately (我的代理)."""
    about = Q(membership__account_id=account_id) | Q(membership__stands_in_for_id=account_id)
    now = list(people.substitutions().filter(about))
    since = clock.today() - timedelta(days=DAYS_BACK)
    past = Substitution.objects.filter(about).exclude(pk__in=[one.pk for one in now])
    past = past.filter(membership__valid_to__gte=since).select_related(
        "membership__account", "membership__stands_in_for", "membership__role", "membership__office", "ended_by"
    )  # fmt: skip
    mine = [one for one in now if one.membership.account_id == account_id]
    for_me = [one for one in now if one.membership.stands_in_for_id == account_id]
    return mine, for_me, list(past.order_by("-membership__valid_to", "-pk"))


def overview(offices: Iterable[int], *, with_load: bool) -> list[Colleague]:
    """The colleagues of some offices with their absences of the next four weeks (本单位一览)."""
    offices = list(offices)
    found: dict[int, Colleague] = {}
    rows = people.memberships_on().filter(office_id__in=offices, account__is_active=True)
    for row in rows.exclude(kind=Membership.Kind.SUBSTITUTE).order_by("account_id", "role__code"):
        one = found.setdefault(row.account_id, Colleague(row.account))
        if row.role.zh not in one.posts and not row.role.code.endswith(".viewer"):
            one.posts.append(row.role.zh)
    away = _away(found)
    for pk, one in found.items():
        one.cells = [_cell(day, away[pk]) for day in days_shown()]
    if with_load:
        _load(found)
    return list(found.values())


def days_shown() -> list[date]:
    """The days of the calendar (日历日)."""
    return [clock.today() + timedelta(days=n) for n in range(DAYS_SHOWN)]


def cases_in_hand(giver: Account, actor: Actor) -> QuerySet[Case]:
    """What the actor may hand over of somebody's open cases, soonest due first (可移交办件)."""
    rows = handing_over.in_hand(giver.pk).select_related("office", "applicant", "project")
    if giver.pk != actor.account_id:
        offices = assigning(actor)
        rows = rows if offices is access.ALL else rows.filter(office_id__in=list(offices))
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def takers(giver: Account, cases: Iterable[Case]) -> list[Account]:
    """Who may take them: the colleagues at the offices of those cases (可接收人)."""
    offices = {one.office_id for one in cases} or set(places(giver))
    return [one for one in colleagues(offices) if one.pk != giver.pk]


def _away(found: dict[int, Colleague]) -> dict[int, list[Substitution]]:
    rows = people.substitutions().filter(membership__stands_in_for_id__in=list(found))
    away: dict[int, list[Substitution]] = defaultdict(list)
    for row in rows:
        away[row.membership.stands_in_for_id or 0].append(row)
    return away


def _cell(day: date, away: list[Substitution]) -> Cell:
    said, sort = f"{day.isoformat()} 周{WEEKDAYS[day.weekday()]}", ""
    for one in away:
        last = one.membership.valid_to
        if one.membership.valid_from <= day and (last is None or day <= last):
            sort = "leave" if one.kind == Substitution.Kind.LEAVE or sort == "leave" else "lent"
            said += (
                f"，{one.get_kind_display()}，{one.membership.role.zh}由 {one.membership.account.name_zh} 代"
            )
    return Cell(day, sort, said if sort else "", day.weekday() > 4, day == clock.today())


def _load(found: dict[int, Colleague]) -> None:
    rows = Case.objects.filter(holder_id__in=list(found), settled=False, ended=False, number__isnull=False)
    late = Count("pk", filter=Q(due_on__lt=clock.today()) | Q(lamp="black"))
    for row in rows.order_by().values("holder_id").annotate(n=Count("pk"), late=late):
        found[row["holder_id"]].open_cases, found[row["holder_id"]].late_cases = row["n"], row["late"]
