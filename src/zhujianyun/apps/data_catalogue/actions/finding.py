"""Looking for what is wrong with entries, and letting it rest for a while (目录核查与豁免)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import CatalogueFinding
from zhujianyun.apps.data_catalogue.queries import PUBLISH
from zhujianyun.apps.data_catalogue.queries.facts import facts_of
from zhujianyun.apps.data_catalogue.rules.lints import Found, findings
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource.models import Resource

Key = tuple[str, str]


@transaction.atomic
def look(entries: Iterable[Resource]) -> tuple[int, int]:
    """Judge entries by the rules of now: how many findings are new, how many are gone (核查).

    Runs at night for all and after a change for one; twice in a row changes nothing.
    """
    listed, now, day = list(entries), clock.now(), clock.today()
    facts = facts_of(listed)
    present: dict[int, dict[Key, CatalogueFinding]] = {}
    for row in CatalogueFinding.objects.filter(resource__in=listed, closed_on=None):
        present.setdefault(row.resource_id, {})[row.rule, row.key] = row
    new = gone = 0
    for entry in listed:
        due = {(one.rule, one.key): one for one in findings(facts[entry.pk], now)}
        added, closed = _settle(entry, due, present.get(entry.pk, {}), day)
        new, gone = new + added, gone + closed
    return new, gone


def look_everywhere() -> tuple[int, int]:
    """Judge every entry that was ever published (全面核查)."""
    return look(Resource.objects.exclude(state=Resource.State.DRAFT))


def look_after_landing(entries: list[journal.Entry]) -> None:
    """Judge again the entries whose tables have just been gathered (归集后核查). Twice changes nothing."""
    codes = {entry.object_id for entry in entries}
    look(Resource.objects.filter(mounts__dataset__code__in=codes).exclude(state="draft").distinct())


def _settle(
    entry: Resource, due: dict[Key, Found], present: dict[Key, CatalogueFinding], day: date
) -> tuple[int, int]:
    gone = [row for key, row in present.items() if key not in due]
    CatalogueFinding.objects.filter(pk__in=[row.pk for row in gone]).update(closed_on=day)
    new = [_note(entry, found, day) for key, found in due.items() if key not in present]
    CatalogueFinding.objects.bulk_create(new)
    for key, row in present.items():
        if key in due and (row.text, row.last_seen_on) != (due[key].text[:300], day):
            row.text, row.last_seen_on = due[key].text[:300], day
            row.save(update_fields=["text", "last_seen_on"])
    if new or gone:
        facts = {"new": [row.rule for row in new], "gone": [row.rule for row in gone]}
        journal.record(
            "data_catalogue.findings", actor="system", object=("resource", entry.code), facts=facts
        )
    return len(new), len(gone)


def _note(entry: Resource, found: Found, day: date) -> CatalogueFinding:
    return CatalogueFinding(
        resource=entry, rule=found.rule, key=found.key, severity=found.severity, text=found.text[:300],
        remedy=found.remedy[:300], first_seen_on=day, last_seen_on=day,
    )  # fmt: skip


@transaction.atomic
def waive(finding: CatalogueFinding, *, until: date, reason: str, by: Actor) -> CatalogueFinding:
    """Let a finding rest until a day, which is at most a year away (豁免问题). It stays open.

    Raises:
        NotAllowed: without "data_catalogue.publish" at the provider's office.
        RuleBroken: it is gone already, no reason, or a day that is past or too far.
    """
    access.require(by, PUBLISH, finding.resource.provider)
    if finding.closed_on is not None:
        raise RuleBroken("该问题已消除，不需要豁免。", rule="data_catalogue.finding_open")
    if not reason.strip():
        raise RuleBroken("豁免须写明理由。", rule="data_catalogue.waiver_reason")
    if not 0 < (until - clock.today()).days <= 366:
        raise RuleBroken("豁免期限应在明天至一年之内。", rule="data_catalogue.waiver_until")
    finding.waived_until, finding.waived_why, finding.waived_by = until, reason.strip()[:200], by.name_zh[:80]
    finding.save(update_fields=["waived_until", "waived_why", "waived_by"])
    facts = {"rule": finding.rule, "key": finding.key, "until": until.isoformat()}
    journal.record(
        "data_catalogue.waive", actor=by.key, object=("resource", finding.resource.code), facts=facts,
        reason=reason,
    )  # fmt: skip
    return finding
