"""What binds one subject to another (主体关系): a person moves firms without gap or overlap."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.subject.models import Subject, Tie
from zhujianyun.kernel.system.models import BusinessSystem


@transaction.atomic
def bind(subject: Subject, other: Subject, kind: str, on: date, *, source: BusinessSystem, by: Actor) -> Tie:
    """Bind a subject to another from a day on; the bond before it ends on that day (建立关系).

    Raises:
        NotAllowed: without "subject.register".
        RuleBroken: for a day not after the beginning of the present bond, or the same firm again.
    """
    access.require(by, "subject.register")
    if kind not in Tie.Kind.values:
        raise RuleBroken(f"没有“{kind}”这种关系。", rule="subject.tie_kind")
    present = Tie.objects.select_for_update().filter(subject=subject, kind=kind, valid_to=None).first()
    if present is not None:
        if present.other_id == other.pk:
            raise RuleBroken("该关系已经存在。", rule="subject.tie_once")
        _end(present, on)
    elif Tie.objects.filter(subject=subject, kind=kind, valid_to__gt=on).exists():
        raise RuleBroken("该日期仍在前一关系期内，请更正日期。", rule="subject.tie_overlap")
    tie = Tie.objects.create(subject=subject, other=other, kind=kind, valid_from=on, source=source)
    facts = {"other": other.uid, "kind": str(kind), "from": str(on)}
    journal.record("subject.bind", actor=by.key, object=("subject", subject.uid), facts=facts)
    return tie


@transaction.atomic
def unbind(tie: Tie, on: date, *, by: Actor, reason: str) -> Tie:
    """End a bond; it does not hold on ``on`` any more (解除关系).

    Raises:
        NotAllowed: without "subject.register".
        RuleBroken: when it has ended, or would end before it began.
    """
    access.require(by, "subject.register")
    if tie.valid_to is not None:
        raise RuleBroken(f"该关系已于 {tie.valid_to} 解除。", rule="subject.tie_over")
    _end(tie, on)
    facts = {"other": tie.other.uid, "kind": str(tie.kind), "to": str(on)}
    journal.record(
        "subject.unbind", actor=by.key, object=("subject", tie.subject.uid), facts=facts, reason=reason
    )
    return tie


def _end(tie: Tie, on: date) -> None:
    if on <= tie.valid_from:
        raise RuleBroken(f"日期须晚于现有关系的起始日 {tie.valid_from}。", rule="subject.tie_order")
    tie.valid_to = on
    tie.save(update_fields=["valid_to"])
