"""What the pages show together (页面查询): each in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from zhujianyun.apps.asset_inventory.models import (
    Contact,
    Contract,
    Document,
    Finding,
    HeldData,
    Milestone,
    Plan,
    PlanItem,
    Probe,
    ProbeDay,
    SystemRecord,
)
from zhujianyun.apps.asset_inventory.queries.records import LIVE, visible
from zhujianyun.apps.asset_inventory.queries.standing import Standing, stand, standing_of
from zhujianyun.base import clock
from zhujianyun.base.masks import name as masked_name
from zhujianyun.base.masks import phone as masked_phone
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.system.models import SystemLink

STATES = {"live": "在建和在用", "ended": "停用和已合并", "all": "全部"}
LEVELS = {"bad": "中断", "late": "有高危问题", "watch": "异常", "ok": "正常"}
RANK = {"bad": 0, "late": 1, "watch": 2, "ok": 3, "": 4}
STRIP_DAYS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list of systems (列表行)."""

    record: SystemRecord
    standing: Standing | None


def listed(by: Actor, wanted: Mapping[str, str]) -> list[Line]:
    """The systems that the filters want, the worst first (系统列表)."""
    rows = visible(by)
    state = wanted.get("state", "live")
    if state != "all":
        live = Q(system__state__in=LIVE)
        rows = rows.filter(live if state != "ended" else ~live)
    if wanted.get("owner"):
        rows = rows.filter(system__owner__code=wanted["owner"])
    if wanted.get("q"):
        q = wanted["q"].strip()
        rows = rows.filter(
            Q(system__name__icontains=q) | Q(system__code__icontains=q) | Q(vendor__name__icontains=q)
        )
    if wanted.get("only") == "cloud":
        rows = rows.filter(system__cloud_since__isnull=False)
    if wanted.get("only") == "service":
        rows = rows.filter(is_service=True)
    records = list(rows)
    standings = standing_of(record for record in records if record.system.is_live)
    lines = [Line(record, standings.get(record.system_id)) for record in records]
    if wanted.get("level") in LEVELS:
        lines = [line for line in lines if line.standing and line.standing.level == wanted["level"]]
    return sorted(
        lines, key=lambda line: (RANK[line.standing.level if line.standing else ""], line.record.system.name)
    )


def owners(by: Actor) -> list[tuple[str, str]]:
    """The divisions that own a system (责任单位)."""
    rows = (
        visible(by).order_by("system__owner__code").values_list("system__owner__code", "system__owner__name")
    )
    return list(dict.fromkeys(rows))


def counts(by: Actor) -> dict[str, int]:
    """How many systems stand in each state of alarm (各状态系统数)."""
    found = Counter(one.level for one in standing_of(visible(by).filter(system__state__in=LIVE)).values())
    return {level: found[level] for level in LEVELS}


@dataclass(frozen=True, slots=True)
class Pulse:
    """A probe with its last weeks (探测项及历史)."""

    probe: Probe
    days: list[tuple[date, str, str]]  # day, sort, words
    uptime: str


def page_of(record: SystemRecord) -> dict[str, Any]:
    """What the page of a system shows first, by ten queries (系统概况)."""
    system = record.system
    links = SystemLink.objects.filter(Q(source=system) | Q(target=system)).select_related("source", "target")
    found = pulses(Probe.objects.filter(system=system))
    findings = list(Finding.objects.filter(system=system, closed_on=None).order_by("severity", "pk"))
    return {
        "links": list(links.order_by("until", "since")),
        "contracts": list(Contract.objects.filter(system=system).select_related("vendor")),
        "contacts": [
            (row, masked_name(row.name, "officer"), masked_phone(row.phone, "officer") if row.phone else "—")
            for row in Contact.objects.filter(system=system, ended_on=None)
        ],
        "held": list(HeldData.objects.filter(system=system).select_related("resource")),
        "pulses": found,
        "findings": findings,
        "standing": stand(record, [pulse.probe for pulse in found], findings) if system.is_live else None,
        "steps": list(
            Milestone.objects.filter(item__system=system)
            .select_related("item__plan")
            .order_by("item", "step")
        ),
        "reviews": list(
            Case.objects.filter(process="system_review", facts__subject__system_code=system.code).order_by(
                "-pk"
            )[:5]
        ),
    }


def history_of(record: SystemRecord) -> dict[str, Any]:
    """What happened to a system, its papers and what it took over (文档和经过)."""
    system = record.system
    return {
        "documents": list(Document.objects.filter(system=system, removed_at=None).select_related("file")),
        "predecessors": list(system.predecessors.all()),
        "timeline": list(
            Entry.objects.filter(object_type="system", object_id=system.code).order_by("-id")[:200]
        ),
    }


def pulses(probes: QuerySet[Probe]) -> list[Pulse]:
    """Probes with the sums of their last weeks, and of this year, by two queries (探测历史条)."""
    rows = list(probes.select_related("system"))
    today = clock.today()
    first = today - timedelta(days=STRIP_DAYS - 1)
    since = min(first, today.replace(month=1, day=1))
    sums: dict[int, dict[date, tuple[int, int]]] = defaultdict(dict)
    days = ProbeDay.objects.filter(probe__in=rows, day__gte=since).order_by()
    for key, day, good, asked in days.values_list("probe_id", "day", "good", "asked"):
        sums[key][day] = (good, asked)
    shown = [first + timedelta(days=n) for n in range(STRIP_DAYS)]
    return [
        Pulse(
            probe,
            [(day, *_told(*sums[probe.pk].get(day, (0, 0)))) for day in shown],
            _rate([row for day, row in sums[probe.pk].items() if day.year == today.year]),
        )
        for probe in rows
    ]


def _told(good: int, asked: int) -> tuple[str, str]:
    if not asked:
        return "none", "没有探测"
    sort = "up" if good == asked else "down" if good * 2 < asked else "part"
    return sort, f"{good}/{asked} 次正常"


def _rate(rows: list[tuple[int, int]]) -> str:
    good, asked = sum(row[0] for row in rows), sum(row[1] for row in rows)
    return f"{good * 100 / asked:.2f}%" if asked else "—"


@dataclass(frozen=True, slots=True)
class Board:
    """A plan on the board (计划看板)."""

    plan: Plan
    items: list[PlanItem]
    done: int
    total: int
    late: int


def boards(by: Actor) -> list[Board]:
    """Every plan with its items and milestones; late and open ones first (计划看板)."""
    seen = set(visible(by).values_list("system_id", flat=True))
    today = clock.today()
    found = []
    steps = Prefetch("milestones", Milestone.objects.select_related("file").order_by("step"))
    items = PlanItem.objects.select_related("system", "network").prefetch_related(steps)
    for plan in Plan.objects.select_related("owner").prefetch_related(Prefetch("items", items)):
        rows = [item for item in plan.items.all() if item.system_id is None or item.system_id in seen]
        counted = [item for item in rows if item.dropped_on is None]
        late = [item for item in counted if item.done_on is None and item.due_on < today]
        rows.sort(
            key=lambda item: (item.dropped_on is not None, item.done_on or date.min, item.due_on, item.pk)
        )
        found.append(Board(plan, rows, sum(i.done_on is not None for i in counted), len(counted), len(late)))
    return found


def findings(by: Actor, wanted: Mapping[str, str]) -> list[Finding]:
    """The open findings of the systems that an actor may see, the worst first (问题列表)."""
    rows = Finding.objects.filter(system__record__in=visible(by).order_by()).select_related("system__owner")
    rows = rows.filter(closed_on__isnull=wanted.get("state") != "closed")
    if wanted.get("rule"):
        rows = rows.filter(rule=wanted["rule"])
    if wanted.get("severity"):
        rows = rows.filter(severity=wanted["severity"])
    if wanted.get("owner"):
        rows = rows.filter(system__owner__code=wanted["owner"])
    order = {"high": 0, "medium": 1, "low": 2}
    return sorted(rows, key=lambda row: (order[row.severity], row.first_seen_on, row.pk))
