"""What is known of resources (资源查询)."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.resource.granting import Offered, Terms
from zhujianyun.kernel.resource.models import Dataset, Edition, Grant, Mount, Override, Resource, Snapshot


def published() -> QuerySet[Resource]:
    """The entries in force (已发布目录)."""
    return Resource.objects.filter(state=Resource.State.PUBLISHED)


def resources(by: Actor) -> QuerySet[Resource]:
    """The entries that an actor may know of (可见资源).

    What is published is known to whoever may view the catalogue anywhere; a draft, and what is not
    shared at all, only at the provider's own office and above.
    """
    offices = access.offices_for(by, "resource.view")
    rows = Resource.objects.select_related("provider", "system")
    if offices is ALL:
        return rows
    if not offices:
        return rows.none()
    known = rows.filter(state=Resource.State.PUBLISHED).exclude(share=Resource.Share.NONE)
    return known | rows.filter(provider__in=offices)


def edition_now(resource: Resource) -> Edition:
    """The edition in force (现行版本).

    Raises:
        NotFound: while nothing is published.
    """
    found = Edition.objects.filter(resource=resource, number=resource.edition).first()
    if found is None:
        raise NotFound(f"资源目录 {resource.code} 尚未发布。", rule="resource.published")
    return found


def edition_on(resource: Resource, day: date, known_at: datetime | None = None) -> Edition:
    """The edition that held on a day, as it was known at an instant (某日有效、某时所知的版本).

    The two times answer differently after a back-dated correction.

    Raises:
        NotFound: when none held, or none was known.
    """
    rows = Edition.objects.filter(resource=resource, valid_from__lte=day)
    if known_at is not None:
        rows = rows.filter(registered_at__lte=known_at)
    # A later correction of the same period wins over what it corrects.
    found = rows.order_by("-valid_from", "-number").first()
    if found is None:
        raise NotFound(f"{day} 没有有效的版本。", rule="resource.edition_on", day=str(day))
    return found


def latest_snapshots() -> QuerySet[Snapshot]:
    """The newest snapshot of every data set (最新快照), one query."""
    newest = Snapshot.objects.filter(dataset=OuterRef("dataset")).order_by("-version").values("version")[:1]
    return Snapshot.objects.filter(version=Subquery(newest)).select_related("dataset")


def latest_snapshot(dataset: Dataset) -> Snapshot | None:
    """The newest snapshot of a data set, None before the first one (最新快照)."""
    return Snapshot.objects.filter(dataset=dataset).order_by("-version").first()


def mounted_rows() -> int:
    """Rows of the last snapshot of every distinct mounted table (数据总量): two mounts of one table count once."""
    mounted = Mount.objects.filter(
        state=Mount.State.MOUNTED, kind=Mount.Kind.TABLE, resource__state=Resource.State.PUBLISHED
    ).values("dataset")
    return latest_snapshots().filter(dataset__in=mounted).aggregate(n=Sum("rows"))["n"] or 0


def terms(grant: Grant) -> Terms:
    """A grant as a value (授权条款)."""
    return Terms(
        code=grant.code, version=grant.version, state=grant.state, resource=grant.resource.code,
        mount=grant.mount.code, consumer=grant.consumer.code, items=tuple(grant.items),
        row_filter=tuple(grant.row_filter), masks=grant.masks, exact_lookup=tuple(grant.exact_lookup),
        purpose=grant.purpose, valid_from=grant.valid_from, valid_until=grant.valid_until,
        quota=grant.quota, page_limit=grant.page_limit, networks=tuple(grant.networks), is_test=grant.is_test,
        system=grant.system.code if grant.system else "",
    )  # fmt: skip


def offered(mount: Mount) -> Offered:
    """What an entry offers now through a mount (现行供给)."""
    resource = mount.resource
    items = {item.code: item for item in edition_now(resource).item_list} if resource.edition else {}
    return Offered(
        resource=resource.code, state=resource.state, share=resource.share,
        mounted=mount.state == Mount.State.MOUNTED, items=items, binding=mount.binding,
    )  # fmt: skip


def change_mark() -> tuple[object, ...]:
    """Changes whenever a grant, an edition or a mount does (变更标记): for processes that keep them in memory."""
    grants = Grant.objects.aggregate(at=Max("changed_at"), versions=Sum("version"))
    mounts = Mount.objects.aggregate(on=Max("pk"), off=Max("unmounted_at"))
    withdrawn = Resource.objects.filter(state=Resource.State.WITHDRAWN).count()
    newest = Edition.objects.aggregate(pk=Max("pk"))["pk"]
    return (grants["at"], grants["versions"], mounts["on"], mounts["off"], withdrawn, newest)


def overrides_at(dataset: Dataset, at: datetime | None = None) -> QuerySet[Override]:
    """The values put right that were in force at an instant, now when none is named (有效的更正值)."""
    rows = Override.objects.filter(dataset=dataset)
    if at is None:
        return rows.filter(ended_at=None)
    return rows.filter(Q(ended_at=None) | Q(ended_at__gt=at), made_at__lte=at)


def override_marks() -> dict[int, int]:
    """By data set, a number that rises with every value put right or ended (更正标记); one query."""
    rows = Override.objects.values("dataset").annotate(made=Count("pk"), ended=Count("ended_at")).order_by()
    return {row["dataset"]: row["made"] + row["ended"] for row in rows}
