"""Systems as full-text search finds them (系统检索): by name, code, purpose, vendor and address."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.urls import reverse

from zhujianyun.apps.asset_inventory.models import SystemRecord
from zhujianyun.apps.asset_inventory.queries.records import VIEW
from zhujianyun.ui.search.registry import Row, Searched


def system_rows(groups: Collection[str] | None) -> Iterator[Row]:
    """Systems with a record (系统): seen by whoever may see the inventory of the office that answers for them."""
    rows = SystemRecord.objects.select_related("system", "system__owner", "vendor").order_by("pk")
    if groups is not None:
        rows = rows.filter(system__code__in=list(groups))
    for record in rows:
        system = record.system
        yield Row(
            ref=system.code,
            number=system.code,
            title=system.name,
            url=reverse("asset_inventory:system", args=[system.code]),
            reach=((VIEW, system.owner_id),),
            fields=(
                ("责任单位", system.owner.name),
                ("用途", record.purpose),
                ("使用对象", record.users_who),
                ("承建运维", record.vendor.name if record.vendor else ""),
                ("访问地址", record.address),
            ),
            at=system.registered_at,
        )


SYSTEMS = Searched("system", "业务系统", ("system.*", "asset_inventory.*"), system_rows, lambda: [VIEW])
