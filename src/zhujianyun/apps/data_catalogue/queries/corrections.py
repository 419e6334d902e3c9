"""Corrections as the pages list them (校核查询): for who reported them and for who answers for the value."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from zhujianyun.apps.data_catalogue.models import DataCorrection
from zhujianyun.apps.data_catalogue.queries import CASES, REQUEST
from zhujianyun.apps.data_catalogue.queries.requests import at
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Edition, Resource

SCOPES = {"todo": "待我办理", "mine": "本单位提出", "all": "全部"}
TURNS = {"source_clerk": ("reported", "accepted"), "source_head": ("checking",)}


def visible(by: Actor) -> QuerySet[DataCorrection]:
    """The corrections that somebody may see, from either side (可见校核)."""
    mine = at(by, REQUEST, "reporter") if access.allows(by, REQUEST) else Q(pk__in=())
    ours = at(by, CASES, "provider") if access.allows(by, CASES) else Q(pk__in=())
    rows = DataCorrection.objects.filter((mine & Q(reporter__isnull=False)) | ours)
    return rows.select_related("case", "resource", "provider", "reporter", "subject", "dataset")


def correction_of(pk: int, by: Actor) -> DataCorrection:
    """One correction (校核).

    Raises:
        NotFound: there is none, or he may not see it.
    """
    found = visible(by).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这件校核，或您无权查看。", rule="correction.known")
    return found


def waiting(by: Actor) -> Q:
    """Corrections in which it is his turn (待我办理)."""
    reported = at(by, REQUEST, "reporter") if access.allows(by, REQUEST) else Q(pk__in=())
    found = reported & Q(reporter__isnull=False, case__state__in=["corrected", "upheld"])
    for role, states in TURNS.items():
        offices = [office for code, office in by.roles if code == f"data_catalogue.{role}"]
        if offices:
            found |= Q(provider__in=offices, case__state__in=states)
    return found


def listed(by: Actor, wanted: Mapping[str, str]) -> QuerySet[DataCorrection]:
    """The corrections of the list (校核列表)."""
    mine = at(by, REQUEST, "reporter") if access.allows(by, REQUEST) else Q(pk__in=())
    scope = {"todo": waiting(by), "mine": mine & Q(reporter__isnull=False)}.get(wanted.get("scope", ""), Q())
    rows = visible(by).filter(scope)
    if wanted.get("state"):
        rows = rows.filter(case__state=wanted["state"])
    for word in wanted.get("q", "").split()[:5]:
        rows = rows.filter(
            Q(case__number__icontains=word)
            | Q(case__title__icontains=word)
            | Q(provider__name__icontains=word)
        )
    return rows.order_by("-pk")


def for_persons() -> list[tuple[Resource, tuple[Item, ...]]]:
    """Entries of which a person can report a value: open ones, and those that hold data of persons (可校核目录).

    Everybody may know where data of persons are held. Two queries.
    """
    rows = Resource.objects.filter(state=Resource.State.PUBLISHED).exclude(share=Resource.Share.NONE)
    listed_ = list(rows.select_related("provider").order_by("title"))
    editions = {
        (one.resource_id, one.number): one
        for one in Edition.objects.filter(resource__in=[row.pk for row in listed_])
    }
    found = []
    for row in listed_:
        edition = editions.get((row.pk, row.edition))
        items = edition.item_list if edition else ()
        if row.open or any(item.sensitivity == "personal" for item in items):
            found.append((row, items))
    return found
