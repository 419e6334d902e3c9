"""Requests and grants as the pages list them (共享申请查询): always within what somebody may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhujianyun.apps.data_catalogue.models import SharingRequest
from zhujianyun.apps.data_catalogue.queries import CASES, REQUEST
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Grant

SCOPES = {"todo": "待我办理", "mine": "本单位申请", "ours": "向本单位申请", "all": "全部"}
TURNS = {
    "source_clerk": ("received",), "source_head": ("deciding",), "source_tech": ("delivering",),
}  # fmt: skip
APP = "data_catalogue"
PROVIDING = tuple(f"{APP}.{role}" for role in (*TURNS, "editor"))


def at(by: Actor, permission: str, field: str) -> Q:
    """The condition that an office is one where the permission holds (单位条件)."""
    offices = access.offices_for(by, permission)
    # Not an empty condition: joined by "or" with another it would vanish.
    return Q(pk__isnull=False) if offices is access.ALL else Q(**{f"{field}__in": sorted(offices)})


def asked_by(by: Actor) -> Q:
    """Requests of the offices for which somebody may ask (本单位的申请)."""
    return at(by, REQUEST, "consumer") if access.allows(by, REQUEST) else Q(pk__in=())


def asked_of(by: Actor) -> Q:
    """Requests to the offices whose cases somebody may read (可查阅的申请)."""
    return at(by, CASES, "resource__provider") if access.allows(by, CASES) else Q(pk__in=())


def ours(by: Actor) -> Q:
    """What is provided by offices at which he works on requests (本单位提供)."""
    offices = {office for code, office in by.roles if code in PROVIDING}
    return Q(resource__provider__in=sorted(offices))


def visible(by: Actor) -> QuerySet[SharingRequest]:
    """The requests that somebody may see, from either side (可见申请)."""
    rows = SharingRequest.objects.filter(asked_by(by) | asked_of(by))
    return rows.select_related("case", "resource__provider", "consumer", "system", "grant")


def request_of(pk: int, by: Actor) -> SharingRequest:
    """One request (共享申请).

    Raises:
        NotFound: there is none, or he may not see it.
    """
    found = visible(by).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这件共享申请，或您无权查看。", rule="sharing.known")
    return found


def waiting(by: Actor) -> Q:
    """Requests in which it is his turn (待我办理): sent back to us, or in our hands."""
    found = asked_by(by) & Q(case__state="supplementing")
    for role, states in TURNS.items():
        offices = [office for code, office in by.roles if code == f"{APP}.{role}"]
        if offices:
            found |= Q(resource__provider__in=offices, case__state__in=states)
    return found


def listed(by: Actor, wanted: Mapping[str, str]) -> QuerySet[SharingRequest]:
    """The requests of the list (申请列表)."""
    scope = {"todo": waiting(by), "mine": asked_by(by), "ours": ours(by)}.get(wanted.get("scope", ""), Q())
    rows = visible(by).filter(scope)
    if wanted.get("state"):
        rows = rows.filter(case__state=wanted["state"])
    for word in wanted.get("q", "").split()[:5]:
        rows = rows.filter(
            Q(case__number__icontains=word) | Q(resource__title__icontains=word)
            | Q(consumer__name__icontains=word) | Q(scenario__icontains=word)
        )  # fmt: skip
    return rows.annotate(
        asked=Count("items"), given=Count("items", filter=Q(items__decision="granted"))
    ).order_by("-pk")


def consumers(by: Actor) -> QuerySet[Office]:
    """The offices for which somebody may ask (可代表的使用方)."""
    return Office.objects.filter(at(by, REQUEST, "pk"), is_open=True) if access.allows(by, REQUEST) else (
        Office.objects.none()
    )  # fmt: skip


def grants(by: Actor, wanted: Mapping[str, str]) -> QuerySet[Grant]:
    """The grants that somebody uses or gave (授权列表)."""
    using = at(by, REQUEST, "consumer") if access.allows(by, REQUEST) else Q(pk__in=())
    side = {"using": using, "giving": ours(by)}.get(wanted.get("side", ""), using | asked_of(by))
    rows = Grant.objects.filter(side)
    if wanted.get("state"):
        rows = rows.filter(state=wanted["state"])
    for word in wanted.get("q", "").split()[:5]:
        rows = rows.filter(
            Q(code__icontains=word) | Q(resource__title__icontains=word) | Q(consumer__name__icontains=word)
        )
    related = ("resource__provider", "mount", "consumer", "system", "sharing_request__case")
    return rows.select_related(*related).order_by("-issued_at", "-pk")


def runs_out_soon(grant: Grant, days: int = 30) -> bool:
    """Whether a live grant ends within so many days (即将到期)."""
    left = clock.local_day(grant.valid_until) - clock.today()
    return grant.state == Grant.State.ACTIVE and left.days <= days


def numbers(by: Actor) -> dict[str, Any]:
    """How many wait for him and how many grants are alive on either side (计数). Two queries."""
    live = grants(by, {"state": "active"}).count()
    return {"todo": visible(by).filter(waiting(by)).count(), "live": live}
