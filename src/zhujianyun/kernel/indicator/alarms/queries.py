"""What is known of alarms (告警查询): the open ones, worst first; groups for the strip on the wall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, IntegerField, Max, Min, Q, QuerySet, Value, When

from zhujianyun.kernel.indicator.alarms.models import Alarm, AlarmEvent, AlarmState, Severity

RANK = Case(
    *(When(severity=value, then=Value(rank)) for rank, value in enumerate(Severity.values)),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Alarms of one rule, as one line (告警分组)."""

    code: str
    severity: str
    count: int
    new: int
    title: str  # of the newest one
    indicator: str
    since: datetime
    newest: int  # number of the newest alarm of the group


def open_() -> QuerySet[Alarm]:
    """Alarms that are not closed: new before acknowledged, the worst first, then the latest (未关闭告警)."""
    rank = Case(When(state=AlarmState.NEW, then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        Alarm.objects.exclude(state=AlarmState.CLOSED)
        .annotate(zjy_seen=rank, zjy_rank=RANK)
        .order_by("zjy_seen", "zjy_rank", "-last_raised_at", "-pk")
    )


def open_one(code: str, object_key: str) -> Alarm | None:
    """The open alarm of a rule and an object, if there is one (某对象的未关闭告警)."""
    return open_().filter(code=code, object_key=object_key).first()


def for_codes(codes: Iterable[str]) -> QuerySet[Alarm]:
    """Open alarms about some indicators: what concerns one screen (相关指标的告警)."""
    return open_().filter(indicator__in=list(codes))


def history(alarm: Alarm) -> list[AlarmEvent]:
    """Every step of an alarm, first first (告警经过)."""
    return list(alarm.events.order_by("pk"))


def groups() -> list[Group]:
    """The open alarms by rule and severity, worst first (告警分组): two queries for any number."""
    rows = list(
        Alarm.objects.exclude(state=AlarmState.CLOSED)
        .values("code", "severity")
        .annotate(
            n=Count("pk"),
            fresh=Count("pk", filter=Q(state=AlarmState.NEW)),
            newest=Max("pk"),
            since=Min("raised_at"),
        )
    )
    newest = Alarm.objects.in_bulk([row["newest"] for row in rows])
    made = [
        Group(
            row["code"], row["severity"], row["n"], row["fresh"], newest[row["newest"]].title,
            newest[row["newest"]].indicator, row["since"], row["newest"],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(made, key=lambda g: (not g.new, Severity.values.index(g.severity), -g.since.timestamp()))


def mark() -> int:
    """Another number as soon as anything happened to any alarm (告警状态标记)."""
    return AlarmEvent.objects.aggregate(last=Max("pk"))["last"] or 0
