"""Looking for what is wrong, and letting it rest for a while (问题发现与豁免)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.db import transaction

from zhujianyun.apps.asset_inventory.models import Finding, SystemRecord
from zhujianyun.apps.asset_inventory.queries import REVIEW, facts_of
from zhujianyun.apps.asset_inventory.rules.finding import Found, findings
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor

Key = tuple[str, str]


_put_off: ContextVar[set[int] | None] = ContextVar("asset_inventory_put_off", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Within the block, changes of one and the same system are judged once, at its end (合并核查)."""
    waiting: set[int] = set()
    token = _put_off.set(waiting)
    try:
        yield
    finally:
        _put_off.reset(token)
    look(SystemRecord.objects.select_related("system__owner").filter(pk__in=waiting))


@transaction.atomic
def look(records: Iterable[SystemRecord]) -> tuple[int, int]:
    """Judge systems by the rules of today: how many findings are new, how many are gone (核查).

    Runs at night for all and after a change for one; twice in a row changes nothing.
    """
    day = clock.today()
    records = list(records)
    waiting = _put_off.get()
    if waiting is not None:
        waiting.update(record.pk for record in records)
        return 0, 0
    facts = facts_of(records, day)
    present = _open([record.system_id for record in records])
    new = gone = 0
    for record in records:
        due = findings(facts[record.system_id], day) if record.system.is_live else []
        added, closed = _settle(
            record, {(f.rule, f.key): f for f in due}, present.get(record.system_id, {}), day
        )
        new, gone = new + added, gone + closed
    return new, gone


def look_everywhere() -> tuple[int, int]:
    """Judge every system (全面核查)."""
    return look(SystemRecord.objects.select_related("system__owner"))


def _open(keys: list[int]) -> dict[int, dict[Key, Finding]]:
    found: dict[int, dict[Key, Finding]] = {}
    for row in Finding.objects.filter(system__in=keys, closed_on=None):
        found.setdefault(row.system_id, {})[row.rule, row.key] = row
    return found


def _settle(
    record: SystemRecord, due: dict[Key, Found], present: dict[Key, Finding], day: date
) -> tuple[int, int]:
    gone = [row for key, row in present.items() if key not in due]
    for row in gone:
        row.closed_on = day
        row.save(update_fields=["closed_on"])
    new = []
    for key, found in due.items():
        known = present.get(key)
        if known is None:
            new.append(_note(record, found, day))
        elif (known.text, known.severity, known.last_seen_on) != (found.text, found.severity, day):
            known.text, known.severity, known.last_seen_on = found.text, found.severity, day
            known.save(update_fields=["text", "severity", "last_seen_on"])
    if new or gone:
        facts = {"new": [row.rule for row in new], "gone": [row.rule for row in gone]}
        journal.record(
            "asset_inventory.findings", actor="system", object=("system", record.system.code), facts=facts
        )
    return len(new), len(gone)


def _note(record: SystemRecord, found: Found, day: date) -> Finding:
    return Finding.objects.create(
        system=record.system, rule=found.rule, key=found.key, severity=found.severity, text=found.text[:300],
        remedy=found.remedy, first_seen_on=day, last_seen_on=day,
    )  # fmt: skip


@transaction.atomic
def waive(finding: Finding, *, until: date, reason: str, by: Actor) -> Finding:
    """Let a finding rest until a day, which is at most a year away (豁免问题). It stays open.

    Raises:
        NotAllowed: without "asset_inventory.review".
        RuleBroken: it is gone already, no reason, or a day that is past or too far.
    """
    access.require(by, REVIEW, finding.system.owner)
    today = clock.today()
    if finding.closed_on is not None:
        raise RuleBroken("该问题已消除，不需要豁免。", rule="asset_inventory.finding_open")
    if not reason.strip():
        raise RuleBroken("豁免须写明理由。", rule="asset_inventory.waiver_reason")
    if not 0 < (until - today).days <= 366:
        raise RuleBroken("豁免期限应在明天至一年之内。", rule="asset_inventory.waiver_until")
    finding.waived_until, finding.waived_why, finding.waived_by = until, reason.strip()[:200], by.name_zh[:80]
    finding.save(update_fields=["waived_until", "waived_why", "waived_by"])
    facts = {"rule": finding.rule, "until": until.isoformat()}
    journal.record(
        "asset_inventory.waive",
        actor=by.key,
        object=("system", finding.system.code),
        facts=facts,
        reason=reason,
    )
    return finding
