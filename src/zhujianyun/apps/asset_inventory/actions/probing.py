"""Setting up probes and noting what they find (探测办理)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from django.conf import settings
from django.db import transaction

from zhujianyun.apps.asset_inventory.actions import asking
from zhujianyun.apps.asset_inventory.actions.finding import look
from zhujianyun.apps.asset_inventory.models import AllowedRange, Probe, ProbeDay, ProbeResult, SystemRecord
from zhujianyun.apps.asset_inventory.queries import PROBE
from zhujianyun.apps.asset_inventory.rules.probing import (
    DOWN,
    KEEP_DAYS,
    Outcome,
    next_at,
    next_state,
)
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.indicator import alarms
from zhujianyun.kernel.system.models import BusinessSystem

ALARM = "asset_inventory.system_down"
UPTIME = "asset_inventory.uptime"
Answered = tuple[datetime, Outcome]


@transaction.atomic
def add_probe(record: SystemRecord, kind: str, target: str, *, by: Actor, **terms: Any) -> Probe:
    """Set up a probe of a system (新增探测项).

    Raises:
        NotAllowed: without "asset_inventory.probe" at the owner's office.
        RuleBroken: a target that cannot be asked, an inner one outside the white list, or twice.
    """
    access.require(by, PROBE, record.system.owner)
    if kind not in Probe.Kind.values:
        raise RuleBroken("请选择探测类型。", rule="asset_inventory.probe_kind")
    if Probe.objects.filter(system=record.system, kind=kind, target=target).exists():
        raise RuleBroken("同样的探测项已存在。", rule="asset_inventory.probe_once")
    if not record.system.is_live:
        raise RuleBroken("系统已停用或合并，不再探测。", rule="asset_inventory.live")
    asking.check_target(kind, target, allowed_ranges())
    probe = Probe(system=record.system, kind=kind, target=target, next_at=clock.now(), **terms)
    _sound(probe)
    probe.save()
    _told("asset_inventory.probe_add", probe, by, {"kind": kind, "target": target})
    return probe


@transaction.atomic
def change_probe(probe: Probe, terms: Mapping[str, Any], *, by: Actor) -> Probe:
    """Change how a probe asks, or switch it on or off (修改探测项).

    Raises:
        NotAllowed: without "asset_inventory.probe" at the owner's office.
        RuleBroken: as `add_probe`.
    """
    access.require(by, PROBE, probe.system.owner)
    facts = {
        key: {"before": getattr(probe, key), "after": value}
        for key, value in terms.items()
        if getattr(probe, key) != value
    }
    if not facts:
        return probe
    for key in facts:
        setattr(probe, key, terms[key])
    if "target" in facts:
        asking.check_target(probe.kind, probe.target, allowed_ranges())
        probe.expires_on = None
    _sound(probe)
    probe.next_at = clock.now()
    probe.save()
    if not probe.is_on:
        _close_alarm(probe, "探测项已停用")
    _told("asset_inventory.probe_change", probe, by, facts)
    look(SystemRecord.objects.select_related("system__owner").filter(system=probe.system_id))
    return probe


def _sound(probe: Probe) -> None:
    if probe.every_seconds < 30 or not 1 <= probe.timeout_seconds <= 60:
        raise RuleBroken("间隔不少于 30 秒，时限为 1 至 60 秒。", rule="asset_inventory.probe_pace")


def allowed_ranges() -> tuple[IPv4Network | IPv6Network, ...]:
    """The private ranges that probes may reach: of the settings and of the white list (白名单)."""
    rows = [*getattr(settings, "ZJY_PROBE_RANGES", ()), *AllowedRange.objects.values_list("cidr", flat=True)]
    return tuple(ip_network(row) for row in rows)


@transaction.atomic
def allow_range(cidr: str, reason: str, *, by: Actor) -> AllowedRange:
    """Let probes reach a range of private addresses (登记内网白名单).

    Raises:
        NotAllowed: without "asset_inventory.probe" everywhere.
        RuleBroken: no range, one that is too wide (wider than /16, or /48), twice, or no reason.
    """
    access.require(by, PROBE, obj=object())
    try:
        network = ip_network(cidr.strip())
    except ValueError as error:
        raise RuleBroken("地址段应写成 10.1.2.0/24 的形式。", rule="asset_inventory.range") from error
    if network.prefixlen < (16 if network.version == 4 else 48) or not network.is_private:
        raise RuleBroken("只登记内网地址段，且不大于 /16。", rule="asset_inventory.range_wide")
    if not reason.strip() or AllowedRange.objects.filter(cidr=str(network)).exists():
        raise RuleBroken("请写明理由；已登记的地址段不必重复登记。", rule="asset_inventory.range_once")
    made = AllowedRange.objects.create(
        cidr=str(network), reason=reason.strip()[:200], added_by=by.name_zh[:80]
    )
    journal.record(
        "asset_inventory.range_add", actor=by.key, object=("range", made.cidr), facts={"reason": made.reason}
    )
    return made


@transaction.atomic
def forbid_range(row: AllowedRange, *, by: Actor) -> None:
    """Take a range off the white list (移出内网白名单).

    Raises:
        NotAllowed: without "asset_inventory.probe" everywhere.
    """
    access.require(by, PROBE, obj=object())
    journal.record("asset_inventory.range_remove", actor=by.key, object=("range", row.cidr))
    row.delete()


@transaction.atomic
def record(probe: Probe, answers: Sequence[Answered], *, keep_days: int = KEEP_DAYS) -> Probe:
    """Note what a probe found, one answer or a whole month of them, in order of time (记录探测结果).

    State, day sums and alarms move together, so the counts are exact whatever happens to single
    results later. A change to down or back is an entry of the journal. Of a long past, single results
    of the last ``keep_days`` are kept.
    """
    if not answers:
        return probe
    probe = Probe.objects.select_for_update().select_related("system").get(pk=probe.pk)
    first = probe.state
    for at, outcome in answers:
        _move(probe, at, outcome)
    at, outcome = answers[-1]
    probe.last_at, probe.last_ms, probe.last_text = at, outcome.ms, outcome.text[:200]
    dated = [one.expires_on for _, one in answers if one.expires_on]
    changed = bool(dated) and probe.expires_on != dated[-1]
    probe.expires_on = dated[-1] if dated else probe.expires_on
    probe.next_at = next_at(probe.next_at, at, timedelta(seconds=probe.every_seconds))
    probe.held_until = None
    probe.save()
    _add_up(probe, answers)
    _keep(probe, answers, keep_days)
    _alarm(probe, first, outcome)
    if changed:
        look(SystemRecord.objects.select_related("system__owner").filter(system=probe.system_id))
    return probe


def _move(probe: Probe, at: datetime, outcome: Outcome) -> None:
    before = probe.state
    probe.state, probe.failures = next_state(probe.failures, outcome)
    if probe.state == before:
        return
    probe.state_since = at
    if DOWN in (before, probe.state):
        verb = "asset_inventory.probe_down" if probe.state == DOWN else "asset_inventory.probe_back"
        facts = {"target": probe.target, "found": outcome.text}
        journal.record(verb, actor="system", object=("system", probe.system.code), facts=facts, at=at)


def _add_up(probe: Probe, answers: Sequence[Answered]) -> None:
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for at, outcome in answers:
        counted = sums[clock.local_day(at)]
        counted[0] += 1
        counted[1] += outcome.good
        counted[2] = max(counted[2], outcome.ms or 0)
    known = {row.day: row for row in ProbeDay.objects.filter(probe=probe, day__in=list(sums))}
    fresh: list[ProbeDay] = []
    for day, (asked, good, worst) in sums.items():
        if day not in known:
            fresh.append(ProbeDay(probe=probe, day=day, asked=asked, good=good, worst_ms=worst))
            continue
        row = known[day]
        row.asked, row.good, row.worst_ms = row.asked + asked, row.good + good, max(row.worst_ms or 0, worst)
        row.save(update_fields=["asked", "good", "worst_ms"])
    ProbeDay.objects.bulk_create(fresh)


def _keep(probe: Probe, answers: Sequence[Answered], days: int) -> None:
    """Single results of the last days only: older ones would be pruned at once."""
    oldest = clock.now() - timedelta(days=days)
    ProbeResult.objects.bulk_create(
        ProbeResult(probe=probe, at=at, good=one.good, ms=one.ms, text=one.text[:200])
        for at, one in answers
        if at >= oldest
    )


def prune() -> int:
    """Let single results go after some days; the sums of their days stay (清理探测明细)."""
    oldest = clock.now() - timedelta(days=KEEP_DAYS)
    return ProbeResult.objects.filter(at__lt=oldest).delete()[0]


def _alarm(probe: Probe, before: str, outcome: Outcome) -> None:
    if probe.state == DOWN:
        alarms.raise_(
            ALARM, _alarm_key(probe), title=f"{probe.system.name}中断",
            text=f"{probe.get_kind_display()} {probe.target}：{outcome.text}", severity="serious", by=SYSTEM,
            indicator=UPTIME, link=f"/workbench/asset-inventory/systems/{probe.system.code}/",
        )  # fmt: skip
    elif before == DOWN:
        _close_alarm(probe, "探测已恢复")


def _close_alarm(probe: Probe, reason: str) -> None:
    alarm = alarms.open_one(ALARM, _alarm_key(probe))
    if alarm is not None:
        alarms.close(alarm, by=SYSTEM, reason=reason)


def _alarm_key(probe: Probe) -> str:
    return f"probe:{probe.pk}"


def _told(verb: str, probe: Probe, by: Actor, facts: Mapping[str, Any]) -> None:
    code = BusinessSystem.objects.values_list("code", flat=True).get(pk=probe.system_id)
    journal.record(verb, actor=by.key, object=("system", code), facts=facts)


@transaction.atomic
def tell_sums(day: date) -> None:
    """Say in the journal how the day's probes went so far, so that the figures follow (通报探测汇总)."""
    rows = ProbeDay.objects.filter(day=day).values_list("asked", "good")
    facts = {"asked": sum(row[0] for row in rows), "good": sum(row[1] for row in rows)}
    journal.record("asset_inventory.probed", actor="system", object=("day", day.isoformat()), facts=facts)
