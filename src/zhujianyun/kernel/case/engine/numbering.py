"""Numbers of cases (编号): no duplicate under concurrency, a gap only when a number was voided.

A number is taken in the transaction that uses it: what is rolled back was never given. The year is
that of the local day, so it rolls at midnight in Shanghai.
"""

from __future__ import annotations

import re
from datetime import date

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.case.engine.sequences import Sequences
from zhujianyun.kernel.case.models import Case, NumberSequence, VoidedNumber

_SEQ = re.compile(r"\{seq(?::(\d+))?\}")


def scope_of(pattern: str, *, day: date, division_code: str, city_code: str, office_code: str = "") -> str:
    """The pattern with all but the running number filled in (编号范围)."""
    known = {
        "{yyyy}": f"{day.year:04}",
        "{yy}": f"{day.year % 100:02}",
        "{mm}": f"{day.month:02}",
        "{region6}": division_code,
        "{city6}": city_code,
        "{office}": office_code,
    }
    for mark, text in known.items():
        pattern = pattern.replace(mark, text)
    return pattern


def number_in(scope: str, seq: int) -> str:
    """The whole number (完整编号)."""
    return _SEQ.sub(lambda found: f"{seq:0{found.group(1) or 1}}", scope)


def next_number(sequences: Sequences, pattern: str, case: Case, day: date, office_code: str) -> str:
    """The next number for a case (编号)."""
    scope = scope_of(
        pattern, day=day, division_code=case.division_code, city_code=case.city_code, office_code=office_code
    )
    return number_in(scope, sequences.next(scope))


def void(scope: str, seq: int, *, by: access.Actor, reason: str) -> VoidedNumber:
    """Give up a number that was not used, e.g. a spoilt form (作废编号).

    Raises:
        RuleBroken: without a reason, or when a case has the number.
    """
    number = number_in(scope, seq)
    if not reason.strip():
        raise RuleBroken("作废编号必须写明原因。", rule="case.number.void")
    if Case.objects.filter(number=number).exists():
        raise RuleBroken(f"编号 {number} 已被办件使用，不能作废。", rule="case.number.void", number=number)
    with transaction.atomic():
        row = VoidedNumber.objects.create(scope=scope, seq=seq, reason=reason, by=by.key, at=clock.now())
        journal.record("case.number.void", actor=by.key, object=("number", number), reason=reason)
    return row


def gaps(scope: str) -> list[tuple[str, str]]:
    """Numbers of a scope that no case has, each with its explanation (编号空缺及说明).

    A gap without explanation carries an empty text: there must be none.
    """
    sequence = NumberSequence.objects.filter(scope=scope).first()
    voided = dict(VoidedNumber.objects.filter(scope=scope).values_list("seq", "reason"))
    numbers = [number_in(scope, seq) for seq in range(1, (sequence.last if sequence else 0) + 1)]
    used = set(Case.objects.filter(number__in=numbers).values_list("number", flat=True))
    return [(number, voided.get(seq, "")) for seq, number in enumerate(numbers, 1) if number not in used]
