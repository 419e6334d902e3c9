"""Effects of acts (办件效果): carried out after the act was committed, at least once, received once.

The journal is the outbox. The follower ``case.effects`` hands each effect of each entry to its
receiver in a savepoint together with a unique receipt: a crash between commit and effect only delays
it, a second delivery finds the receipt. A receiver that fails keeps a receipt that says so and is
tried again by the timers; it holds up nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.engine.acting import act
from zhujianyun.kernel.case.engine.opening import facts_for, open_
from zhujianyun.kernel.case.models import Case, EffectDone, Offered

FOLLOWER = "case.effects"
DONE, UNCLAIMED, FAILED = "done", "unclaimed", "failed"
LONGEST_WAIT = timedelta(hours=1)


def deliver(entries: list[journal.Entry]) -> None:
    """Carry out the effects of journal entries (投递效果)."""
    for entry in entries:
        if '"effects":[]' in entry.facts:
            continue
        for effect in entry.facts_dict.get("effects") or ():
            carry_out(entry, effect)


def carry_out(entry: journal.Entry, effect: str) -> EffectDone:
    """One effect of one event, once (执行效果). Twice gives the first receipt."""
    known = EffectDone.objects.filter(event=entry.pk, effect=effect).first()
    if known is not None and known.result != FAILED:
        return known
    row = known or EffectDone(event=entry.pk, effect=effect, attempts=0)
    row.attempts, row.at = row.attempts + 1, clock.now()
    receiver = _receiver(effect)
    if receiver is None:
        row.result, row.detail = UNCLAIMED, "没有应用接收这一效果"
        row.save()
        return row
    try:
        with transaction.atomic():
            row.result, row.detail = DONE, ""
            row.save()
            receiver(_event(entry, effect))
    except Exception as error:  # noqa: BLE001 - whatever a receiver raises is kept on the receipt
        row.pk = known.pk if known else None
        row.result, row.detail = FAILED, f"{type(error).__name__}: {error}"[:300]
        row.save()
    return row


def catch_up() -> None:
    """Seal what was written and carry out the effects of it, at the time it is now (随即办理效果).

    For plays under a virtual clock: what an act brings about belongs to the hour of the act, and may not
    wait for a play that stands at another hour.

    Raises:
        RuleBroken: ``effect.failed`` when an effect could not be carried out.
    """
    while journal.seal():
        pass
    journal.run_followers(only=(FOLLOWER,))
    failed = EffectDone.objects.exclude(result=DONE).first()
    if failed is not None:
        raise RuleBroken(
            f"效果 {failed.effect} 没有办成：{failed.detail}", rule="effect.failed", effect=failed.effect
        )


def retry() -> int:
    """Try again what failed, waiting longer each time; the number that succeeded (重试效果)."""
    found = 0
    for row in EffectDone.objects.filter(result=FAILED).order_by("id")[:500]:
        wait = min(timedelta(seconds=2 ** min(row.attempts, 12)), LONGEST_WAIT)
        if row.at + wait <= clock.now():
            entry = journal.Entry.objects.get(pk=row.event)
            found += carry_out(entry, row.effect).result == DONE
    return found


def take_offer(offered: Offered, *, by: access.Actor, facts: dict[str, Any] | None = None) -> Case:
    """Open the case that was offered, with what is already known (按建议申报). Twice gives the same case."""
    source = offered.case
    with transaction.atomic():
        case = open_(
            offered.process, by=by, office=source.office, applicant=source.applicant, project=source.project,
            title=source.title, division_code=source.division_code, parent=source,
            facts={**offered.facts, **(facts or {})}, key=f"offer:{offered.pk}",
        )  # fmt: skip
        Offered.objects.filter(pk=offered.pk).update(taken=case)
    return case


def _event(entry: journal.Entry, effect: str) -> Any:
    """The entry as receivers get it: with the effect, and what stands after its colon."""
    event: Any = entry
    event.effect, event.argument = effect, effect.partition(":")[2]
    return event


def _receiver(effect: str) -> Callable[[Any], Any] | None:
    name, _, _ = effect.partition(":")
    return (
        {"case.start": _start, "case.offer": _offer}.get(name)
        or registry.effects.get(effect)
        or registry.effects.get(name)
    )


def _start(event: Any) -> Case:
    """Open a linked case (启动关联办件); a first step that the platform may take is taken at once."""
    source = _source(event)
    day = clock.today()
    definition = registry.in_force(event.argument, day)
    opened = open_(
        event.argument, by=access.SYSTEM, office=source.office, applicant=source.applicant, project=source.project,
        title=source.title, division_code=source.division_code, parent=source,
        facts=facts_for(event.argument, source.facts, day), key=f"effect:{event.pk}:{event.argument}",
    )  # fmt: skip
    for action in definition.states[opened.state].actions.values():
        if (
            access.SYSTEM.kind in action.by
            and action.after is None
            and action.guard is None
            and not action.need
        ):
            act(opened, action.name, by=access.SYSTEM, expected_version=None, key=f"effect:{event.pk}")
            break
    return opened


def _offer(event: Any) -> Offered:
    source = _source(event)
    return Offered.objects.create(
        case=source, process=event.argument, event=event.pk, at=clock.now(),
        facts=facts_for(event.argument, source.facts, clock.today()),
    )  # fmt: skip


def _source(event: Any) -> Case:
    found = Case.objects.select_related("office", "applicant", "project").filter(pk=event.case_id).first()
    if found is None:
        raise NotFound("效果所属的办件不存在。", rule="case.known", event=event.pk)
    return found
