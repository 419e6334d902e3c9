"""What is known of business systems (业务系统查询)."""

from __future__ import annotations

from django.db.models import QuerySet

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.system.models import BusinessSystem


def system(code: str) -> BusinessSystem:
    """The system of a code (按代码查业务系统).

    Raises:
        NotFound: when there is none.
    """
    found = BusinessSystem.objects.filter(code=code).first()
    if found is None:
        raise NotFound(f"没有登记代码为 {code} 的业务系统。", rule="system.known", code=code)
    return found


def systems(by: Actor) -> QuerySet[BusinessSystem]:
    """The systems that an actor may see (可见业务系统)."""
    offices = access.offices_for(by, "system.view")
    rows = BusinessSystem.objects.select_related("owner")
    return rows if offices is ALL else rows.filter(owner__in=offices)
