"""The rules that watch the figures (告警规则): past its promised freshness, past its target.

The worker turns them every half minute. An alarm is raised once and closes by itself when all is well
again. One that a person closed while the trouble lasts is not raised anew before it has been well once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.indicator import display, figures, freshness, periods, registry
from zhujianyun.kernel.indicator.alarms import actions
from zhujianyun.kernel.indicator.alarms.models import Alarm, AlarmState, Severity
from zhujianyun.kernel.indicator.freshness import Freshness
from zhujianyun.kernel.indicator.models import Target
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.tally import Tally
from zhujianyun.kernel.indicator.targets import Aim, Verdict
from zhujianyun.kernel.indicator.units import Kind

STALE, MISSED = "indicator.stale", "indicator.target_missed"
RULES_ZH = {STALE: "指标更新迟到", MISSED: "指标未达目标"}
_AIM_ZH = {"up": "不低于", "down": "不高于", "band": "应为"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a rule found wrong (异常)."""

    code: str
    object_key: str
    title: str
    text: str
    severity: str
    indicator: str


def run(now: datetime | None = None) -> int:
    """Raise what is newly wrong, close what is well again (巡检告警); how many alarms changed."""
    at = now or clock.now()
    found = {(t.code, t.object_key): t for t in [*stale(at), *missed(clock.local_day(at))]}
    return _close_the_well(found, at) + _raise_the_new(found)


def stale(now: datetime) -> Iterator[Trouble]:
    """Figures that nobody confirmed within their promise (更新迟到的指标). Never counted is not stale."""
    definitions = registry.all_()
    confirmed = figures.confirmed(definitions)
    for definition in definitions:
        at = confirmed.get(definition.code)
        if at is None:
            continue
        state = freshness.state(at, definition.freshness_minutes, now)
        if state is Freshness.FRESH:
            continue
        yield Trouble(
            STALE, definition.code,
            f"{definition.zh}{'已停止更新' if state is Freshness.GREY else '更新迟到'}",
            f"最近一次确认是 {clock.local(at):%Y-%m-%d %H:%M}，应每 {definition.freshness_minutes} 分钟确认一次。"
            "请检查后台进程和数据来源。",
            Severity.SERIOUS if state is Freshness.GREY else Severity.MINOR, definition.code,
        )  # fmt: skip


def missed(today: date) -> Iterator[Trouble]:
    """Figures that miss their target of the present period (未达目标的指标)."""
    known = {definition.code for definition in registry.all_()}
    for target in Target.objects.filter(indicator__in=known, period_start__lte=today).order_by("pk"):
        period = periods.of(Grain(target.grain), target.period_start)
        if not is_due(registry.get(target.indicator).kind, target.direction, period, today):
            continue
        figure = figures.figures([target.indicator], period, target.city)[0]
        if figure.target is not Verdict.MISSED or figure.freshness is Freshness.GREY:
            continue
        yield Trouble(
            MISSED, f"{target.indicator}@{target.city}@{target.grain}@{target.period_start}",
            f"{figure.zh}未达目标", f"{period.text_zh}为 {figure.text}，{aim_zh(figure)}。责任处室：{target.owner}。",
            Severity.SERIOUS, target.indicator,
        )  # fmt: skip


def is_due(kind: Kind, direction: str, period: Period, today: date) -> bool:
    """Whether a target can be missed today (是否可判定).

    A sum that is still growing cannot miss "at least" before its period is over; "at most" it can.
    Periods that are over are judged by the reports, not by alarms.
    """
    return today in period and not (kind is Kind.FLOW and direction != "down")


def aim_zh(figure: figures.Figure) -> str:
    """目标不低于 95% (目标文字)."""
    aim: Aim | None = figure.aim
    if aim is None:
        return "未设目标"
    if figure.unit.is_rate:
        shown = f"{display.plain(aim.value, figure.unit.places)}{figure.unit.zh}"
    else:
        shown = display.show(Tally(aim.value), figure.unit).text
    return f"目标{_AIM_ZH[aim.direction]} {shown}"


def _close_the_well(found: dict[tuple[str, str], Trouble], at: datetime) -> int:
    """Those that a rule raised and that are well again; closed by a person: only noted."""
    waiting = Alarm.objects.filter(code__in=RULES_ZH, recovered_at=None)
    well = [alarm for alarm in waiting if (alarm.code, alarm.object_key) not in found]
    for alarm in well:
        with transaction.atomic():
            Alarm.objects.filter(pk=alarm.pk).update(recovered_at=at)
            if alarm.state != AlarmState.CLOSED:
                actions.close(alarm, by=SYSTEM, reason="指标已恢复正常，自动关闭")
    return len(well)


def _raise_the_new(found: dict[tuple[str, str], Trouble]) -> int:
    lasting = Alarm.objects.filter(code__in=RULES_ZH, recovered_at=None)
    known = {(alarm.code, alarm.object_key): alarm for alarm in lasting}
    changed = 0
    for key, trouble in found.items():
        alarm = known.get(key)
        if alarm is not None and not _is_worse(trouble, alarm):
            continue
        actions.raise_(
            trouble.code, trouble.object_key, title=trouble.title, text=trouble.text, severity=trouble.severity,
            indicator=trouble.indicator, by=SYSTEM,
        )  # fmt: skip
        changed += 1
    return changed


def _is_worse(trouble: Trouble, alarm: Alarm) -> bool:
    order = Severity.values.index
    return alarm.state != AlarmState.CLOSED and order(trouble.severity) < order(alarm.severity)
