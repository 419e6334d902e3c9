"""What the pages show (页面查询): lists with their filters, one entry at two times, its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from zhujianyun.apps.data_catalogue.models import CatalogueFinding, EntryDraft
from zhujianyun.apps.data_catalogue.queries import searching
from zhujianyun.apps.data_catalogue.rules import diff
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import queries as resources
from zhujianyun.kernel.resource.models import Edition, Grant, Mount, Resource, Snapshot

STATES = {"published": "已发布", "withdrawn": "已撤销", "": "全部"}
LINES = 60
SEVERITIES = CatalogueFinding.Severity.values
UNDER_WAY = ("draft", "submitted", "returned", "publishing")


def entry_of(pk: int, by: Actor) -> Resource:
    """One entry, when the actor may know of it (目录).

    Raises:
        NotFound: there is none, or he may not.
    """
    found = resources.resources(by).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这条资源目录，或您无权查看。", rule="data_catalogue.entry")
    return found


def listed(by: Actor, wanted: Mapping[str, str]) -> QuerySet[Resource]:
    """The entries of the list with their numbers of mounts and findings (目录列表).

    Raises:
        RuleBroken: a question without a letter or character.
    """
    rows = resources.resources(by).exclude(state=Resource.State.DRAFT)
    state = wanted.get("state", "published")
    if state:
        rows = rows.filter(state=state)
    for name in ("share", "cycle"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if wanted.get("provider"):
        rows = rows.filter(provider__code=wanted["provider"])
    if wanted.get("open"):
        rows = rows.filter(open=True)
    rows = _counted(rows)
    if wanted.get("mounted"):
        rows = rows.filter(hung__gt=0) if wanted["mounted"] == "yes" else rows.filter(hung=0)
    if wanted.get("findings"):
        rows = rows.filter(wrong__gt=0)
    if wanted.get("q", "").strip():
        rows = searching.found(rows, wanted["q"], by)
    return rows.order_by("code")


def _counted(rows: QuerySet[Resource]) -> Any:
    mounts = Mount.objects.filter(resource=OuterRef("pk"), state=Mount.State.MOUNTED).order_by()
    wrong = CatalogueFinding.objects.filter(resource=OuterRef("pk"), closed_on=None).order_by()
    return rows.annotate(
        hung=Coalesce(Subquery(mounts.values("resource").annotate(n=Count("pk")).values("n")), 0),
        wrong=Coalesce(Subquery(wrong.values("resource").annotate(n=Count("pk")).values("n")), 0),
    )


def providers(by: Actor) -> list[tuple[str, str]]:
    """The offices that provide what the actor sees (提供方)."""
    rows = resources.resources(by).order_by("provider__code").values_list("provider__code", "provider__name")
    return list(rows.distinct())


def edition_shown(entry: Resource, day: date | None, known_at: datetime | None) -> Edition:
    """The edition that held on a day as it was known at a time; the one in force when neither is asked (所示版本)."""
    if day is None and known_at is None:
        return Edition.objects.get(resource=entry, number=entry.edition)
    from zhujianyun.base import clock

    return resources.edition_on(entry, day or clock.today(), known_at)


def compared(entry: Resource, first: int, second: int) -> list[diff.Change]:
    """What changed from one edition to another (版本比较).

    Raises:
        NotFound: there is no such edition.
    """
    found = {one.number: one for one in Edition.objects.filter(resource=entry, number__in=[first, second])}
    if first not in found or second not in found:
        raise NotFound("没有这个版本。", rule="data_catalogue.edition")
    return diff.changes(vars(found[first]), vars(found[second]))


def page_of(entry: Resource) -> dict[str, Any]:
    """Everything that hangs on an entry (目录页内容)."""
    return {
        "editions": list(Edition.objects.filter(resource=entry).order_by("-number")),
        "mounts": _mounts(entry),
        "grants": list(Grant.objects.filter(resource=entry).select_related("consumer", "mount", "system")),
        "findings": list(CatalogueFinding.objects.filter(resource=entry, closed_on=None)),
        "drafts": list(EntryDraft.objects.filter(resource=entry).select_related("case")[:5]),
        "timeline": list(journal.history("resource", entry.code).order_by("-pk")[:LINES]),
    }


def _mounts(entry: Resource) -> list[Mount]:
    """The mounts, each with the rows of the last complete snapshot in ``gathered``, None before the first."""
    rows = Mount.objects.filter(resource=entry).select_related("dataset", "file").order_by("state", "code")
    newest = Snapshot.objects.filter(dataset=OuterRef("dataset")).order_by("-version").values("rows")[:1]
    return list(rows.annotate(gathered=Subquery(newest)))


def findings(by: Actor, wanted: Mapping[str, str]) -> QuerySet[CatalogueFinding]:
    """The findings of entries that the actor sees (问题列表)."""
    rows = CatalogueFinding.objects.filter(resource__in=resources.resources(by).values("pk"))
    rows = rows.filter(closed_on__isnull=wanted.get("state") != "closed")
    for name in ("rule", "severity"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if wanted.get("provider"):
        rows = rows.filter(resource__provider__code=wanted["provider"])
    worst = Case(*(When(severity=one, then=place) for place, one in enumerate(SEVERITIES)), default=9)
    return rows.select_related("resource__provider").order_by(worst, "resource__code", "rule", "key")


def drafts(by: Actor) -> QuerySet[EntryDraft]:
    """The drafts under way at the offices of the actor (编制中)."""
    from zhujianyun.apps.data_catalogue.queries import EDIT
    from zhujianyun.kernel import access

    rows = EntryDraft.objects.select_related("case", "provider").filter(case__state__in=UNDER_WAY)
    offices = access.offices_for(by, EDIT)
    return rows if offices is access.ALL else rows.filter(provider__in=offices)
