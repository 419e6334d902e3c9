"""Two found to be one, and back; sealed from view (合并与封存)."""

from __future__ import annotations

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.subject.actions import conflicts
from zhujianyun.kernel.subject.models import Merge, Subject


@transaction.atomic
def merge(winner: Subject, loser: Subject, *, evidence: str, by: Actor) -> Merge:
    """Let ``loser`` become an alias of ``winner`` (合并主体).

    No row of either is touched but the pointer: what was said and numbered stays where it was, and
    look-ups follow the pointer. So a merge can be undone to the last row.

    Raises:
        NotAllowed: without "subject.merge".
        RuleBroken: for one and the same, another kind, a subject merged away before, no evidence.
    """
    access.require(by, "subject.merge")
    rows = {s.pk: s for s in Subject.objects.select_for_update().filter(pk__in=[winner.pk, loser.pk])}
    winner, loser = rows[winner.pk], rows[loser.pk]
    if winner.pk == loser.pk:
        raise RuleBroken("不能与自身合并。", rule="subject.merge_two")
    if winner.kind != loser.kind:
        raise RuleBroken("不同类别的主体不能合并。", rule="subject.merge_kind")
    if winner.merged_into_id or loser.merged_into_id:
        raise RuleBroken("其中一方已并入其他主体，请以保留的主体办理。", rule="subject.merge_survivors")
    if not evidence.strip():
        raise RuleBroken("合并须写明依据。", rule="subject.merge_evidence")
    loser.merged_into = winner
    loser.save(update_fields=["merged_into"])
    event = Merge.objects.create(
        winner=winner, loser=loser, evidence=evidence, merged_by_id=by.account_id, merged_at=clock.now()
    )
    facts = {"winner": winner.uid, "loser": loser.uid, "merge": event.pk}
    journal.record(
        "subject.merge", actor=by.key, object=("subject", winner.uid), facts=facts, reason=evidence
    )
    conflicts.look_at([winner, loser], by=by)
    return event


@transaction.atomic
def undo_merge(event: Merge, *, reason: str, by: Actor) -> Subject:
    """Take a merge back; both are again what they were (撤销合并).

    Raises:
        NotAllowed: without "subject.merge".
        RuleBroken: when it is undone already.
    """
    access.require(by, "subject.merge")
    event = Merge.objects.select_for_update().select_related("winner", "loser").get(pk=event.pk)
    if event.undone_at is not None:
        raise RuleBroken("该合并已经撤销。", rule="subject.merge_undone_once")
    event.loser.merged_into = None
    event.loser.save(update_fields=["merged_into"])
    event.undone_at, event.undo_reason = clock.now(), reason
    event.save(update_fields=["undone_at", "undo_reason"])
    facts = {"winner": event.winner.uid, "loser": event.loser.uid, "merge": event.pk}
    journal.record(
        "subject.undo_merge", actor=by.key, object=("subject", event.winner.uid), facts=facts, reason=reason
    )
    conflicts.look_at([event.winner, event.loser], by=by)
    return event.loser


@transaction.atomic
def seal(subject: Subject, *, reason: str, by: Actor, sealed: bool = True) -> Subject:
    """Take a subject out of every view, or bring it back (封存/解封主体).

    Raises:
        NotAllowed: without "subject.seal".
    """
    access.require(by, "subject.seal")
    subject.is_sealed = sealed
    subject.save(update_fields=["is_sealed"])
    verb = "subject.seal" if sealed else "subject.unseal"
    journal.record(verb, actor=by.key, object=("subject", subject.uid), reason=reason)
    return subject
