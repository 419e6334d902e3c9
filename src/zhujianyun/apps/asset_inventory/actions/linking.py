"""Links of the inventory, and the times in which a system counts as linked (互联登记)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q

from zhujianyun.apps.asset_inventory.actions.finding import look
from zhujianyun.apps.asset_inventory.models import LinkedSpan, SystemRecord
from zhujianyun.apps.asset_inventory.rules.linking import Tie, linked_spans
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.system import actions as systems
from zhujianyun.kernel.system.models import BusinessSystem, SystemLink


@transaction.atomic
def link(
    source: BusinessSystem,
    target: BusinessSystem,
    kind: str,
    flows: str,
    *,
    by: Actor,
    since: date | None = None,
) -> SystemLink:
    """Note that something flows from one system to another (登记互联). Raises as the kernel's verb."""
    made = systems.link_systems(source, target, kind, flows, by=by, since=since)
    _after(source, target)
    return made


@transaction.atomic
def unlink(link: SystemLink, *, by: Actor, reason: str) -> SystemLink:
    """Note that nothing flows any more (停用互联). Raises as the kernel's verb."""
    systems.unlink_systems(link, by=by, reason=reason)
    _after(link.source, link.target)
    return link


def reckon_spans(system: BusinessSystem) -> None:
    """Reckon anew when a system counted as linked (重算互联互通区间)."""
    rows = SystemLink.objects.filter(Q(source=system) | Q(target=system))
    ties = [
        Tie(outward=row.source_id == system.pk, kind=row.kind, since=row.since, until=row.until)
        for row in rows
    ]
    spans = linked_spans(ties, system.retired_on)
    known = {(row.since, row.until): row.pk for row in LinkedSpan.objects.filter(system=system)}
    LinkedSpan.objects.filter(pk__in=[pk for span, pk in known.items() if span not in spans]).delete()
    for since, until in spans:
        if (since, until) not in known:
            LinkedSpan.objects.create(system=system, since=since, until=until)


def _after(*ends: BusinessSystem) -> None:
    for system in ends:
        reckon_spans(system)
    look(SystemRecord.objects.select_related("system__owner").filter(system__in=ends))
