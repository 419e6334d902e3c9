"""What a consumer may use and has used (使用方视图): grants with their services, keys, days, errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet, Sum

from zhujianyun.apps.data_gateway.models import AccessKey, Call, Service, UsageDay
from zhujianyun.apps.data_gateway.queries import CONSUME
from zhujianyun.apps.data_gateway.rules import quota
from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import granting
from zhujianyun.kernel.resource import queries as resources
from zhujianyun.kernel.resource.models import Grant, Override

DAYS = 30
CORRECTIONS_SHOWN = 20
ERRORS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Day:
    """One day of use (一日用量): ``history`` says that it is a sum handed over, without single calls."""

    on: date
    calls: int
    failed: int
    history: bool
    share: int = 0  # of the busiest day shown, 0…100, for the bar


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one quota (限额余量)."""

    zh: str
    limit: int
    used: int

    @property
    def left(self) -> int:
        """Never below nought (剩余)."""
        return max(self.limit - self.used, 0)

    @property
    def share(self) -> int:
        """Used share in whole per cent (已用百分比)."""
        return min(100, round(100 * self.used / self.limit)) if self.limit else 0


@dataclass(frozen=True, slots=True)
class Line:
    """A grant as its consumer sees it (我的服务)."""

    grant: Grant
    service: Service | None
    why_not: str  # why it serves nothing now; empty: it serves
    quotas: tuple[Left, ...]
    calls: int
    days: tuple[Day, ...] = field(default=())

    @property
    def is_usable(self) -> bool:
        """Whether a call would go through now (可用)."""
        return not self.why_not and self.service is not None and self.service.is_open


def offices(by: Actor) -> QuerySet[Office]:
    """The offices for which somebody uses interfaces (使用单位)."""
    held = access.offices_for(by, CONSUME)
    rows = Office.objects.filter(is_open=True).order_by("code")
    return rows if held is ALL else rows.filter(pk__in=held)


def grants(by: Actor) -> QuerySet[Grant]:
    """The grants of these offices (授权)."""
    rows = Grant.objects.filter(consumer__in=offices(by))
    return rows.select_related(
        "mount__resource__provider", "mount__service", "mount__dataset", "resource", "consumer", "system"
    )


def grant_of(code: str, by: Actor) -> Grant:
    """One grant (授权).

    Raises:
        NotFound: when there is none that the actor's office holds.
    """
    found = grants(by).filter(code=code).first()
    if found is None:
        raise NotFound("没有这个授权，或它不属于您的单位。", rule="gateway.grant")
    return found


def lines(by: Actor) -> list[Line]:
    """The grants of an office with what is left of each (我的服务); usable ones first."""
    held = list(grants(by).order_by("resource__title", "code"))
    today = clock.today()
    used = _used_of_ledger([grant.code for grant in held], quota.day_of(_now_us()))
    counted = _counted([grant.code for grant in held], today)
    days = _days_by_grant([grant.code for grant in held], today)
    found = [_line(grant, used, counted, days.get(grant.code, ())) for grant in held]
    return sorted(found, key=lambda line: not line.is_usable)


def line_of(grant: Grant) -> Line:
    """One grant (一个服务)."""
    today, codes = clock.today(), [grant.code]
    days = _days_by_grant(codes, today).get(grant.code, ())
    return _line(grant, _used_of_ledger(codes, quota.day_of(_now_us())), _counted(codes, today), days)


def _line(
    grant: Grant, used: dict[tuple[str, str], int], counted: dict[str, int], days: tuple[Day, ...]
) -> Line:
    today = quota.day_of(_now_us())
    absorbed = {day.on: day.calls for day in days if not day.history}
    day_used = max(used.get((grant.code, today), 0), absorbed.get(clock.today(), 0))
    total_used = max(used.get((grant.code, "total"), 0), counted.get(grant.code, 0))
    quotas = [
        Left(zh, int(grant.quota[name]), spent)
        for name, zh, spent in (("per_day", "今日", day_used), ("total", "总量", total_used))
        if grant.quota.get(name)
    ]
    calls = sum(day.calls for day in days)
    return Line(grant, getattr(grant.mount, "service", None), why_not(grant), tuple(quotas), calls, days)


def why_not(grant: Grant) -> str:
    """Why a grant serves nothing just now, in a sentence; empty when it serves (不可用原因)."""
    service = getattr(grant.mount, "service", None)
    if service is None:
        return "服务尚未开通，请联系共享接口管理员。"
    if not service.is_open:
        return "服务已关闭，请联系共享接口管理员。"
    try:
        effective(grant)
    except (NotAllowed, NotFound, RuleBroken) as error:
        return error.message_zh
    return ""


def effective(grant: Grant) -> granting.Effective:
    """What the grant gives just now (有效范围).

    Raises:
        NotAllowed: not begun, run out, suspended or revoked, or entry or mount are gone.
    """
    return granting.effective(resources.terms(grant), resources.offered(grant.mount), clock.now())


def look_ups(grant: Grant) -> Left | None:
    """What is left of this hour's single look-ups (本小时逐条查询); None where nothing limits them."""
    try:
        is_personal = any(item.sensitivity == "personal" for item in effective(grant).items)
    except (NotAllowed, NotFound, RuleBroken):
        return None
    limit = quota.Limits.of(grant.quota, settings.ZJY_GATEWAY_LOOKUPS_PER_HOUR if is_personal else 0).lookups
    hour = quota.hour_of(_now_us())
    used = _used_of_ledger([grant.code], hour).get((grant.code, hour), 0)
    return Left("本小时逐条查询", limit, used) if limit else None


def _now_us() -> int:
    return int(clock.now().timestamp() * 1_000_000)


def _used_of_ledger(codes: list[str], period: str) -> dict[tuple[str, str], int]:
    """What the planes' ledger says is used, leases included; empty while no plane has run."""
    file = Path(settings.ZJY_SERVING) / "quota.sqlite"
    if not codes or not file.exists():
        return {}
    marks = ",".join("?" * len(codes))
    question = (
        f"SELECT grant_code, period, sum(n) FROM (SELECT grant_code, period, used AS n FROM settled UNION ALL"  # noqa: S608 - marks only
        f" SELECT grant_code, period, taken FROM lease) WHERE grant_code IN ({marks}) AND period IN (?, 'total')"
        " GROUP BY grant_code, period"
    )
    base = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=2.0)
    try:
        rows = base.execute(question, [*codes, period]).fetchall()
    except sqlite3.OperationalError:
        return {}  # a ledger that is just being made has no tables yet
    finally:
        base.close()
    return {(code, period): int(used) for code, period, used in rows}


def _counted(codes: list[str], today: date) -> dict[str, int]:
    """Calls ever counted per grant, history out: quotas began with the platform."""
    rows = UsageDay.objects.filter(grant__in=codes, history=False, on__lte=today).values("grant")
    return {row["grant"]: row["n"] for row in rows.annotate(n=Sum("calls")).order_by()}


def _days_by_grant(codes: list[str], today: date) -> dict[str, tuple[Day, ...]]:
    rows = UsageDay.objects.filter(grant__in=codes, on__gt=today - timedelta(days=DAYS), on__lte=today)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.values("grant", "on", "calls", "failed", "history").order_by("on"):
        found.setdefault(row["grant"], []).append(dict(row))
    return {grant: tuple(_bars(rows)) for grant, rows in found.items()}


def days(by: Actor, last: date) -> list[Day]:
    """Use per day of all grants together (每日用量)."""
    rows = (
        UsageDay.objects.filter(consumer__in=offices(by), on__gt=last - timedelta(days=DAYS), on__lte=last)
        .values("on")
        .annotate(calls=Sum("calls"), failed=Sum("failed"), history=Count("pk", filter=Q(history=True)))
        .order_by("on")
    )
    return _bars([dict(row) for row in rows])


def _bars(rows: Iterable[dict[str, Any]]) -> list[Day]:
    listed = list(rows)
    most = max((row["calls"] for row in listed), default=0) or 1
    return [
        Day(row["on"], row["calls"], row["failed"], bool(row["history"]), round(100 * row["calls"] / most))
        for row in listed
    ]


@dataclass(frozen=True, slots=True)
class Corrected:
    """One value put right that a grant gives (更正过的值): whether this office had read the former one."""

    at: datetime
    item_zh: str
    row_key: str  # empty where the grant does not show the key
    is_told: bool
    ended_zh: str


def corrections(grant: Grant) -> list[Corrected]:
    """The values put right among what a grant gives, the newest first (更正过的值)."""
    if grant.mount.dataset is None:
        return []
    try:
        given = effective(grant)
    except (NotAllowed, NotFound, RuleBroken):
        return []
    zh = {given.columns[item.code]: item.zh for item in given.items}
    plain = {given.columns[item.code] for item in given.items if item.code not in given.masks}
    shows_key = plain.issuperset(grant.mount.dataset.key)
    rows = Override.objects.filter(dataset=grant.mount.dataset, column__in=zh)[:CORRECTIONS_SHOWN]
    return [
        Corrected(
            one.made_at, zh[one.column], one.row_key if shows_key else "", grant.consumer.code in one.told,
            one.get_ended_why_display(),
        )
        for one in rows
    ]  # fmt: skip


def keys(by: Actor) -> QuerySet[AccessKey]:
    """The keys of these offices, those that hold first (访问密钥)."""
    rows = AccessKey.objects.filter(consumer__in=offices(by)).select_related("consumer", "system")
    return rows.order_by("revoked_at", "-made_at")


def calls(by: Actor) -> QuerySet[Call]:
    """The calls of these offices (本单位调用): by their grants and by their keys."""
    own = AccessKey.objects.filter(consumer__in=offices(by)).values("code")
    held = Grant.objects.filter(consumer__in=offices(by)).values("code")
    return Call.objects.filter(Q(grant__in=held) | Q(key__in=own), kind="call")


def errors(by: Actor) -> list[dict[str, Any]]:
    """The faults of the last thirty days with their sentences, the most frequent first (错误)."""
    since = clock.today() - timedelta(days=DAYS)
    rows = calls(by).filter(succeeded=False, on__gt=since)
    grouped = rows.values("fault_code", "fault_side", "fault_zh", "status", "service").annotate(
        n=Count("pk"), last=Max("at")
    )
    return [dict(row) for row in grouped.order_by("-n", "-last")[:ERRORS_SHOWN]]
