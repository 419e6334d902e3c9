"""The records behind the figures (指标记录): what counts as gathered, linked, moved, docked, found."""

from __future__ import annotations

from django.db.models import QuerySet

from zhujianyun.apps.asset_inventory.models import Finding, LinkedSpan, PlanItem, ProbeDay, SystemRecord


def gathered() -> QuerySet[SystemRecord]:
    """Every record, from its gathering until the system is retired or merged (归集系统)."""
    return SystemRecord.objects.select_related("system__owner")


def linked() -> QuerySet[LinkedSpan]:
    """The times in which systems are linked (互联互通区间)."""
    return LinkedSpan.objects.select_related("system__owner").filter(system__record__isnull=False)


def agreed_items(kind: str) -> QuerySet[PlanItem]:
    """The systems or networks of the plans of a kind (列入计划的事项)."""
    return PlanItem.objects.filter(plan__kind=kind).select_related("plan", "system", "network")


def service_systems() -> QuerySet[SystemRecord]:
    """The systems in which government services are handled (政务服务业务办理系统)."""
    return gathered().filter(is_service=True)


def probe_days() -> QuerySet[ProbeDay]:
    """The daily sums of all probes (探测日汇总)."""
    return ProbeDay.objects.select_related("probe__system")


def open_findings() -> QuerySet[Finding]:
    """Every finding, from the day it was seen until the day it was gone (发现的问题)."""
    return Finding.objects.select_related("system__owner")
