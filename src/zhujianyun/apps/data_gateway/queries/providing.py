"""Who read what (提供方视图): calls on the entries of an office by consumer, purpose, items and rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from zhujianyun.apps.data_gateway.models import Call, Service, UsageDay
from zhujianyun.apps.data_gateway.queries import OPERATE, VIEW
from zhujianyun.apps.data_gateway.queries.figures import OWN
from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Edition, Grant

SPANS = {"7": "近 7 天", "30": "近 30 天", "90": "近 90 天", "366": "近一年"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Calls of one consumer for one purpose on one service (使用情况)."""

    service: str
    title: str
    provider: str
    consumer: str
    purpose: str
    grant: str
    calls: int
    failed: int
    rows: int
    history: int  # of the calls, how many are sums handed over
    items: tuple[str, ...]


def services(by: Actor) -> QuerySet[Service]:
    """The services on the entries of one's offices, all of them for the operator (可见服务)."""
    offices = access.offices_for(by, VIEW)
    rows = Service.objects.select_related("mount__resource__provider").order_by("code")
    department = Office.objects.filter(code=OWN).first()
    sees_all = offices is ALL or (department is not None and access.allows(by, OPERATE, department))
    return rows if sees_all else rows.filter(mount__resource__provider__in=offices)


def span(wanted: Mapping[str, str]) -> tuple[date, date]:
    """The days looked at (统计期)."""
    days = int(wanted["span"]) if wanted.get("span") in SPANS else 30
    today = clock.today()
    return today - timedelta(days=days - 1), today


def readers(by: Actor, wanted: Mapping[str, str]) -> list[Reader]:
    """Who used the services, the busiest first (使用情况); four queries."""
    first, last = span(wanted)
    codes = list(services(by).values_list("code", flat=True))
    rows = UsageDay.objects.filter(service__in=codes, on__gte=first, on__lte=last)
    if wanted.get("service"):
        rows = rows.filter(service=wanted["service"])
    if q := wanted.get("q", "").strip():
        rows = rows.filter(Q(consumer__name__icontains=q) | Q(purpose__icontains=q))
    names = ("service", "service_title", "provider__name", "consumer__name", "purpose", "grant")
    grouped = rows.values(*names).annotate(
        n=Sum("calls"), bad=Sum("failed"), lines=Sum("rows"),
        old=Sum("calls", filter=Q(history=True), default=0),
    )  # fmt: skip
    items = _items({row["grant"] for row in grouped})
    return [_reader(row, items) for row in grouped.order_by("-n")[:200]]


def _reader(row: dict[str, Any], items: Mapping[str, tuple[str, ...]]) -> Reader:
    return Reader(
        row["service"], row["service_title"], row["provider__name"], row["consumer__name"], row["purpose"],
        row["grant"], row["n"], row["bad"], row["lines"], row["old"], items.get(row["grant"], ()),
    )  # fmt: skip


def _items(grants: set[str]) -> dict[str, tuple[str, ...]]:
    """The Chinese names of the items that each grant gives."""
    held = list(Grant.objects.filter(code__in=grants - {""}).values_list("code", "items", "resource"))
    editions = Edition.objects.filter(
        resource__in={resource for _, _, resource in held}, number=F("resource__edition")
    )
    names = {one.resource_id: {item.code: item.zh for item in one.item_list} for one in editions}
    return {
        code: tuple(names.get(resource, {}).get(item, item) for item in items)
        for code, items, resource in held
    }


def calls(by: Actor, wanted: Mapping[str, str]) -> QuerySet[Call]:
    """The single calls on these services, the last first (调用明细)."""
    rows = Call.objects.filter(service__in=services(by).values("code"), kind="call")
    for name in ("service", "grant", "consumer"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if wanted.get("outcome") in ("good", "bad"):
        rows = rows.filter(succeeded=wanted["outcome"] == "good")
    return rows


def named(calls_: list[Call]) -> list[tuple[Call, str, str]]:
    """Calls with the Chinese names of service and consumer (补全名称); two queries."""
    titles = dict(
        Service.objects.filter(code__in={c.service for c in calls_}).values_list("code", "mount__title")
    )
    holders = dict(
        Grant.objects.filter(code__in={c.grant for c in calls_}).values_list("code", "consumer__name")
    )
    return [
        (c, titles.get(c.service, c.service or "—"), holders.get(c.grant, c.consumer or "—")) for c in calls_
    ]


def per_day(by: Actor, wanted: Mapping[str, str]) -> dict[date, int]:
    """Calls per day (每日调用)."""
    first, last = span(wanted)
    rows = UsageDay.objects.filter(service__in=services(by).values("code"), on__gte=first, on__lte=last)
    found: dict[date, int] = defaultdict(int)
    for row in rows.values("on").annotate(n=Sum("calls")).order_by("on"):
        found[row["on"]] = row["n"]
    return dict(found)


def callers(by: Actor) -> int:
    """How many offices hold a living grant on these services (使用单位数)."""
    held = Grant.objects.filter(mount__service__in=services(by), state=Grant.State.ACTIVE)
    return held.aggregate(n=Count("consumer", distinct=True))["n"]
