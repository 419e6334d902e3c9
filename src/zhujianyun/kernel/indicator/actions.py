"""What can be done to indicators (指标动作): freeze a period, call it provisional, set a target."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.indicator import registry, settling, snapshots
from zhujianyun.kernel.indicator.models import Snapshot, State, Target
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.indicator.settling import SETTLED
from zhujianyun.kernel.indicator.targets import Aim

FREEZE, AIM = "indicator.freeze", "indicator.set_target"
PERMISSIONS = {FREEZE: "冻结指标期间", AIM: "设定指标目标"}


def freeze(period: Period, *, by: Actor, reason: str, codes: Iterable[str] | None = None) -> int:
    """Freeze a period: its values never change silently again (冻结期间). How many rows were frozen.

    The period and everything inside it is frozen. A late record will make a row "restated".

    Raises:
        NotAllowed: without the permission.
        RuleBroken: the period is not over, is frozen already, or was never counted.
    """
    access.require(by, FREEZE)
    wanted = [registry.get(code) for code in codes] if codes is not None else registry.all_()
    if period.end > clock.today() or not period.is_whole:
        raise RuleBroken(
            f"{period.text_zh}尚未结束，不能冻结，请在期末之后再冻结。",
            rule="indicator.freeze_over",
            period=period.text_zh,
        )
    if not reason.strip():
        raise RuleBroken("冻结期间须写明理由。", rule="indicator.freeze_reason")
    frozen = 0
    with transaction.atomic():
        for definition in wanted:
            frozen += _freeze_one(definition.code, period, by, reason)
    return frozen


def call_provisional(period: Period, codes: Iterable[str], *, by: Actor, reason: str) -> None:
    """Say that a source is late: the period's values are provisional (标记暂定).

    Raises:
        NotAllowed: without the permission.
        RuleBroken: the period is frozen.
    """
    access.require(by, FREEZE)
    with transaction.atomic():
        for code in codes:
            _refuse_settled(registry.get(code).code, period)
            settling.set_state(code, period, State.PROVISIONAL, by=by.key, reason=reason)
            _tell("indicator.provisional", code, period, by, reason)


def set_target(code: str, period: Period, aim: Aim, *, by: Actor, city: str = "") -> Target:
    """Set what is aimed at in a period (设定目标).

    Raises:
        NotAllowed: without the permission.
        NotFound: nobody declares the code.
    """
    access.require(by, AIM)
    with transaction.atomic():
        target, _ = Target.objects.update_or_create(
            indicator=registry.get(code).code, city=city, grain=period.grain.value, period_start=period.start,
            defaults={
                "value": Decimal(aim.value), "direction": aim.direction, "tolerance": aim.tolerance,
                "owner": aim.owner,
            },
        )  # fmt: skip
        _tell(AIM, code, period, by, "", {"value": str(aim.value), "direction": aim.direction, "city": city})
    return target


def _freeze_one(code: str, period: Period, by: Actor, reason: str) -> int:
    _refuse_settled(code, period)
    now, _ = snapshots.now_known()
    cells = Snapshot.objects.filter(indicator=code, grain=period.grain.value, period_start=period.start)
    rows = [snapshots.frozen_copy(row, now, reason) for row in snapshots.newest(cells)]
    if not rows:
        raise RuleBroken(
            f"指标 {code} 在{period.text_zh}还没有数值，请先物化再冻结。",
            rule="indicator.freeze_counted",
            code=code,
        )
    snapshots.append(rows)
    settling.set_state(code, period, State.FROZEN, by=by.key, reason=reason)
    _tell(FREEZE, code, period, by, reason)
    return len(rows)


def _refuse_settled(code: str, period: Period) -> None:
    state = settling.state_of(code, period)
    if state in SETTLED:
        raise RuleBroken(
            f"指标 {code} 的{period.text_zh}已经{state.label}，不能重复操作。",
            rule="indicator.freeze_once",
            code=code,
        )


def _tell(
    verb: str, code: str, period: Period, by: Actor, reason: str, facts: dict[str, str] | None = None
) -> None:
    told = {"grain": period.grain.value, "start": period.start.isoformat(), **(facts or {})}
    journal.record(verb, actor=by.key, object=("indicator", code), facts=told, reason=reason)
