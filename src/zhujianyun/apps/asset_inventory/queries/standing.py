"""How each system stands now (系统状态): its probes first, then what was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from zhujianyun.apps.asset_inventory.models import Finding, Probe, SystemRecord
from zhujianyun.apps.asset_inventory.queries.records import LIVE
from zhujianyun.apps.asset_inventory.rules.finding import RULES_ZH
from zhujianyun.apps.asset_inventory.rules.probing import worst_state
from zhujianyun.base import clock

LEVELS = {"down": "bad", "degraded": "watch", "up": "ok", "": "ok"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One system as the wall and the list show it (状态)."""

    pk: int
    code: str
    name: str
    level: str  # bad, late, watch, ok
    text: str
    short: str  # the same in some eight letters
    probes: str  # the worst state of its probes, "" without any
    findings: int
    url: str


def standings(records: QuerySet[SystemRecord] | None = None) -> list[Standing]:
    """Every live system with its state (全部在用系统状态), by three queries."""
    rows = SystemRecord.objects.all() if records is None else records
    rows = rows.filter(system__state__in=LIVE).select_related("system")
    return list(standing_of(rows).values())


def standing_of(records: Iterable[SystemRecord]) -> dict[int, Standing]:
    """The state of some systems by their key (系统状态)."""
    records = list(records)
    keys = [record.system_id for record in records]
    probes, findings = _probes(keys), _findings(keys)
    return {
        record.system_id: stand(record, probes[record.system_id], findings[record.system_id])
        for record in records
    }


def _probes(keys: list[int]) -> dict[int, list[Probe]]:
    found: dict[int, list[Probe]] = defaultdict(list)
    for probe in Probe.objects.filter(system__in=keys, is_on=True):
        found[probe.system_id].append(probe)
    return found


def _findings(keys: list[int]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = defaultdict(list)
    for row in Finding.objects.filter(system__in=keys, closed_on=None):
        found[row.system_id].append(row)
    return found


def stand(record: SystemRecord, probes: list[Probe], findings: list[Finding]) -> Standing:
    """How a system stands, from its probes and findings (判定系统状态): what is off or waived does not count."""
    today = clock.today()
    probes = [probe for probe in probes if probe.is_on]
    findings = [row for row in findings if not row.waived_until or row.waived_until < today]
    state = worst_state([probe.state for probe in probes])
    high = [row for row in findings if row.severity == Finding.Severity.HIGH]
    level, text = LEVELS[state], "正常" if state else "未设探测"
    short = text
    if state in ("down", "degraded"):
        text = next(probe.last_text for probe in probes if probe.state == state)
        short = text.partition("，")[0].partition("：")[0]
    if high and level != "bad":
        level, text, short = "late", high[0].text, RULES_ZH[high[0].rule]
    return Standing(
        record.system_id, record.system.code, record.system.name, level, text, short, state, len(findings),
        f"/workbench/asset-inventory/systems/{record.system.code}/",
    )  # fmt: skip
