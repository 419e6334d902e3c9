"""How the gateway runs (运行状况): latencies apart by side, faults, consumers, circuits, lag and age of policy."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from zhujianyun.apps.data_gateway.models import AccessKey, Call, LogPiece, Service, UsageDay
from zhujianyun.apps.data_gateway.queries import OPERATE
from zhujianyun.apps.data_gateway.queries.figures import OWN
from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Grant, Mount

SIDES_ZH = {"client": "调用方", "exchange": "交换网关", "provider": "提供方", "": "成功"}
CIRCUITS_ZH = {"closed": "接通", "open": "熔断", "half_open": "试通"}
LOOKED_AT = 5_000  # newest calls of the hour from which percentiles are taken
STALE_AFTER = 30.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles in milliseconds (分位时延); none without calls."""

    zh: str
    count: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the machinery keeps up (运行链路)."""

    policy_number: int | None
    policy_age: float | None  # seconds since the worker touched the policy
    waiting: int  # bytes of log not yet taken over
    last_absorbed: datetime | None

    @property
    def is_stale(self) -> bool:
        """The planes refuse by now (策略过期)."""
        return self.policy_age is None or self.policy_age > STALE_AFTER


def require_operator(by: Actor) -> None:
    """Who runs the gateway holds the right at the department itself (网关管理员).

    Raises:
        NotAllowed: for anybody else.
    """
    access.require(by, OPERATE, Office.objects.filter(code=OWN).first())


def recent(minutes: int = 60) -> QuerySet[Call]:
    """The calls of the last minutes (近期调用)."""
    return Call.objects.filter(kind="call", at__gte=clock.now() - timedelta(minutes=minutes))


def spreads(rows: QuerySet[Call]) -> list[Spread]:
    """What the provider took and what the exchange added, apart (时延)."""
    times = list(
        rows.filter(succeeded=True, request_out__gt=0, response_in__gt=0)
        .order_by("-pk")
        .values_list("request_in", "request_out", "response_in", "response_out")[:LOOKED_AT]
    )
    inner = [(came - went) / 1000 for _, went, came, _ in times]
    outer = [((out or came) - first - (came - went)) / 1000 for first, went, came, out in times]
    return [spread("提供方或查询", inner), spread("交换网关", outer)]


def spread(zh: str, values: Iterable[float]) -> Spread:
    """Nearest-rank percentiles (最近秩分位数)."""
    ranked = sorted(values)
    found = [ranked[max(0, -(-len(ranked) * p // 100) - 1)] if ranked else None for p in (50, 95, 99)]
    return Spread(zh, len(ranked), *found)


def sides(rows: QuerySet[Call]) -> list[dict[str, Any]]:
    """Faults by who is at fault, each with its sentence (按责任方的错误)."""
    bad = rows.filter(succeeded=False).values("fault_side", "fault_code", "fault_zh", "status")
    return [
        {**row, "side_zh": SIDES_ZH.get(row["fault_side"], row["fault_side"])}
        for row in bad.annotate(n=Count("pk")).order_by("fault_side", "-n")[:30]
    ]


def consumers(days: int = 30) -> list[dict[str, Any]]:
    """Who called most (调用最多的使用方)."""
    since = clock.today() - timedelta(days=days)
    rows = UsageDay.objects.filter(on__gt=since).values("consumer__name")
    found = rows.annotate(
        n=Sum("calls"), bad=Sum("failed"), old=Sum("calls", filter=Q(history=True), default=0)
    )
    return [dict(row) for row in found.order_by("-n")[:10]]


def slow(rows: QuerySet[Call]) -> list[dict[str, Any]]:
    """Services by the 95th percentile of their provider, the slowest first (最慢的提供方)."""
    times: dict[str, list[float]] = {}
    asked = rows.filter(request_out__gt=0, response_in__gt=0).order_by("-pk")
    for service, went, came in asked.values_list("service", "request_out", "response_in")[:LOOKED_AT]:
        times.setdefault(service, []).append((came - went) / 1000)
    titles = dict(Service.objects.filter(code__in=times).values_list("code", "mount__title"))
    ranked = sorted(
        ((spread("", taken), code) for code, taken in times.items()), key=lambda one: -(one[0].p95 or 0)
    )
    return [{"service": code, "title": titles.get(code, code), "spread": one} for one, code in ranked[:10]]


def circuits() -> dict[str, dict[str, Any]]:
    """The state of each provider's circuit as the proxies told it (熔断状态), by service."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((Path(settings.ZJY_SERVING) / "state").glob("*.json")):
        try:
            told = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue  # it is just being replaced
        for service, state in _circuits_of(told).items():
            worse = found.get(service, {}).get("state") == "open"
            if not worse:
                found[service] = state
    return found


def _circuits_of(told: Any) -> dict[str, dict[str, Any]]:
    listed = told.get("providers", ()) if isinstance(told, dict) else ()
    return {
        str(one["service"]): {**one, "zh": CIRCUITS_ZH.get(one["state"], one["state"])}
        for one in listed
        if isinstance(one, dict) and {"service", "state"} <= set(one)
    }


def health() -> Health:
    """Policy and log as the worker keeps them (运行链路)."""
    serving = Path(settings.ZJY_SERVING)
    policy = serving / "policy.json"
    number = age = None
    if policy.exists():
        age = max(0.0, clock.MachineClock().now().timestamp() - policy.stat().st_mtime)
        number = _number(policy)
    taken = {piece.name: piece for piece in LogPiece.objects.all()}
    logs = list((serving / "calls").glob("*.log"))
    waiting = sum(max(log.stat().st_size - _offset(taken, log.name), 0) for log in logs)
    last = max((piece.changed_at for piece in taken.values()), default=None)
    return Health(number, age, waiting, last)


def _offset(taken: dict[str, LogPiece], name: str) -> int:
    return taken[name].offset if name in taken else 0


def _number(policy: Path) -> int | None:
    try:
        return int(json.loads(policy.read_bytes())["number"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def services() -> QuerySet[Service]:
    """All services, open ones first (全部服务)."""
    rows = Service.objects.select_related("mount__resource__provider", "mount__dataset")
    return rows.order_by("-is_open", "mount__resource__provider__code", "code")


def unopened() -> QuerySet[Mount]:
    """Mounts that somebody has a living grant on and that no service serves yet (待开通的挂载资源)."""
    waiting = Grant.objects.filter(
        mount=OuterRef("pk"), state=Grant.State.ACTIVE, valid_until__gt=clock.now()
    )
    rows = Mount.objects.filter(Exists(waiting), state=Mount.State.MOUNTED, service=None)
    rows = rows.annotate(
        holders=Count("grants__consumer", filter=Q(grants__state=Grant.State.ACTIVE), distinct=True)
    )
    return rows.select_related("resource__provider").order_by("resource__provider__code", "code")


def keys() -> QuerySet[AccessKey]:
    """All keys, those that hold first (全部密钥)."""
    rows = AccessKey.objects.select_related("consumer", "system")
    return rows.order_by(F("revoked_at").asc(nulls_first=True), "-made_at")
