"""Where data come from and who uses them (来源去向): calls of the year by provider, interface and consumer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, F, Sum, Value, When

from zhujianyun.apps.data_gateway.models import UsageDay
from zhujianyun.apps.data_gateway.queries.figures import OWN
from zhujianyun.kernel.access.models import Office

CITIES_ZH, TABLES_ZH, OTHERS_ZH = "各设区市住建局", "库表接口", "其他部门"
NAMED = 6  # consumers that a wall names


@dataclass(frozen=True, slots=True)
class Stream:
    """So many calls from a source through an interface to a consumer (去向)."""

    provider: str
    title: str
    service: str
    consumer: str
    calls: int
    is_own: bool = False


def gathered(found: list[Stream], own: str) -> list[Stream]:
    """What a wall has room for (合并去向): our tables are one interface, the smallest consumers one consumer."""
    received: Counter[str] = Counter()
    for one in found:
        received[one.consumer] += one.calls
    named = {consumer for consumer, _ in received.most_common(NAMED)}
    sums: Counter[tuple[str, str, str]] = Counter()
    for one in found:
        source = (own, TABLES_ZH) if one.is_own else (one.provider, one.title)
        sums[(*source, one.consumer if one.consumer in named else OTHERS_ZH)] += one.calls
    return [
        Stream(provider, title, "", consumer, calls)
        for (provider, title, consumer), calls in sums.most_common()
    ]


def streams(first: date, last: date) -> list[Stream]:
    """The streams of a period, the widest first; the cities are one consumer (去向排行)."""
    rows = (
        UsageDay.objects.filter(on__gte=first, on__lte=last, calls__gt=0)
        .annotate(
            receiver=Case(
                When(consumer__kind=Office.Kind.CITY, then=Value(CITIES_ZH)),
                default=F("consumer__name"),
                output_field=CharField(),
            )
        )
        .values("provider__name", "provider__code", "service", "service_title", "receiver")
        .annotate(n=Sum("calls"))
        .order_by("-n", "service")
    )
    return [
        Stream(
            str(row["provider__name"]), str(row["service_title"]), str(row["service"]), str(row["receiver"]),
            int(str(row["n"])), str(row["provider__code"]).startswith(OWN),
        )
        for row in rows
    ]  # fmt: skip
