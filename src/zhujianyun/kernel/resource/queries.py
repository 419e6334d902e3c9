"""What is known of resources (资源查询)."""

from __future__ import annotations

from django.db.models import QuerySet

from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.resource.models import Resource


def resources(by: Actor) -> QuerySet[Resource]:
    """The resources in force that an actor may know of (可见资源).

    What is not withheld is known to whoever may view the catalogue anywhere; what is withheld only
    at the provider's own office and above.
    """
    offices = access.offices_for(by, "resource.view")
    rows = Resource.objects.filter(withdrawn_on=None).select_related("provider", "system")
    if offices is ALL:
        return rows
    if not offices:
        return rows.none()
    return rows.exclude(share=Resource.Share.WITHHELD) | rows.filter(provider__in=offices)
