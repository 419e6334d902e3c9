"""Records behind the figures of the catalogue (目录指标的记录): with the days between which each counts."""

from __future__ import annotations

from datetime import date

from django.db.models import DateField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Least, TruncDate

from zhujianyun.apps.data_catalogue.models import CatalogueFinding
from zhujianyun.kernel.resource.models import Mount, Resource, Snapshot

NEVER = Value(date(9999, 12, 31), output_field=DateField())
STALE = "stale"
OWN = "450000"  # the department's own office and, by prefix of the code, its divisions


def entries_ever() -> QuerySet[Resource]:
    """Own entries that were published, withdrawn ones with the day until which they counted (曾发布目录).

    What other departments let us use stands in the catalogue as well; it is not ours to count.
    """
    own = Resource.objects.filter(provider__code__startswith=OWN)
    return own.filter(published_on__isnull=False).select_related("provider")


def mounts_ever() -> QuerySet[Mount]:
    """Mounts with the days between which they hung on a published entry of ours (曾挂载资源)."""
    return (
        Mount.objects.filter(resource__provider__code__startswith=OWN)
        .select_related("resource__provider")
        .annotate(on=TruncDate("mounted_at"))
        .annotate(
            off=Least(Coalesce(TruncDate("unmounted_at"), NEVER), Coalesce("resource__withdrawn_on", NEVER))
        )
    )


def snapshots_in_service() -> QuerySet[Snapshot]:
    """Snapshots of mounted tables with the days between which each was the last complete one (在用快照).

    Two mounts of one table are one table; the day of the first mount is where it begins to count.
    """
    mounts = Mount.objects.filter(
        dataset=OuterRef("dataset"), kind=Mount.Kind.TABLE, state=Mount.State.MOUNTED,
        resource__state=Resource.State.PUBLISHED,
    )  # fmt: skip
    first = mounts.order_by("mounted_at").annotate(on=TruncDate("mounted_at")).values("on")[:1]
    newer = Snapshot.objects.filter(dataset=OuterRef("dataset"), version__gt=OuterRef("version"))
    following = newer.order_by("version").annotate(on=TruncDate("landed_at")).values("on")[:1]
    return (
        Snapshot.objects.filter(Exists(mounts))
        .select_related("dataset__system")
        .annotate(first_mounted=Subquery(first, output_field=DateField()))
        .annotate(
            on=Greatest(TruncDate("landed_at"), "first_mounted"),
            off=Coalesce(Subquery(following, output_field=DateField()), NEVER),
        )
    )


def stale_findings() -> QuerySet[CatalogueFinding]:
    """Entries past their promised update (超期未更新)."""
    return CatalogueFinding.objects.filter(rule=STALE).select_related("resource__provider")
