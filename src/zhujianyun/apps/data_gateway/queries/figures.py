"""Records behind the figures of the gateway (共享指标的记录)."""

from __future__ import annotations

from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from zhujianyun.apps.data_gateway.models import Probe, Service, UsageDay

FAR = "9999-12-31"
OWN = "450000"  # the department's own office and, by prefix, its divisions


def metered() -> QuerySet[UsageDay]:
    """Sums of metered calls per grant, service and day (计量用量)."""
    return UsageDay.objects.filter(calls__gt=0).select_related("provider", "consumer")


def foreign_services() -> QuerySet[Service]:
    """Services of other departments, with the day until which they were open (其他部门的服务)."""
    own = Q(mount__resource__provider__code__startswith=OWN)
    return (
        Service.objects.exclude(own)
        .select_related("mount__resource__provider")
        .annotate(provider=F("mount__resource__provider_id"))
        .annotate(until=Coalesce("closed_on", Value(FAR, output_field=DateField())))
    )


def probed() -> QuerySet[Probe]:
    """Days of probing, per service (探测记录)."""
    return Probe.objects.select_related("service__mount__resource__provider")
