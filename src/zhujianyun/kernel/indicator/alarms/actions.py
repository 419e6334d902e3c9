"""What can be done to alarms (告警动作): raise, acknowledge, close.

Programs raise; people acknowledge and close, and so does the rule that raised it when all is well again.
Every step is an event of the alarm and an entry of the journal, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import F

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.indicator.alarms.models import Alarm, AlarmEvent, AlarmState, AlarmVerb, Severity

HANDLE = "indicator.handle_alarm"
RAISE_VERB, ACKNOWLEDGE_VERB, CLOSE_VERB = (
    "indicator.alarm.raise", "indicator.alarm.acknowledge", "indicator.alarm.close",
)  # fmt: skip


def raise_(
    code: str,
    object_key: str,
    *,
    title: str,
    text: str = "",
    severity: str = Severity.SERIOUS,
    by: Actor = SYSTEM,
    indicator: str = "",
    link: str = "",
) -> Alarm:
    """Say that something is wrong (发出告警). Open already: the same alarm, counted once more.

    A repetition that is worse than before raises the severity; an acknowledged alarm stays acknowledged.
    `indicator` leads the walls to the screen concerned, `link` leads people to the page.

    Raises:
        RuleBroken: no title, or a severity that is none.
    """
    if not title.strip() or severity not in Severity.values:
        raise RuleBroken(
            "告警须有标题，级别应为 urgent、serious 或 minor。", rule="indicator.alarm_complete", alarm=code
        )
    said = {
        "title": title[:120],
        "text": text[:400],
        "severity": severity,
        "indicator": indicator,
        "link": link,
    }
    try:
        with transaction.atomic():
            return _raise(code, object_key, said, by)
    except IntegrityError:  # another process was first: theirs is the alarm, ours counts
        with transaction.atomic():
            return _raise(code, object_key, said, by)


def acknowledge(alarm: Alarm, *, by: Actor, why: str = "") -> Alarm:
    """Say that somebody has seen it and takes care (确认告警): the walls stop flashing.

    Raises:
        NotAllowed: without the permission.
        Conflict: it is closed, or somebody else acknowledged it.
    """
    require_handler(by)
    with transaction.atomic():
        now = clock.now()
        taken = Alarm.objects.filter(pk=alarm.pk, state=AlarmState.NEW).update(
            state=AlarmState.ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=by.name_zh[:80]
        )
        if not taken:
            raise _too_late(alarm)
        return _told(alarm, AlarmVerb.ACKNOWLEDGED, ACKNOWLEDGE_VERB, by, why)


def acknowledge_many(alarms: Iterable[Alarm], *, by: Actor, why: str = "") -> int:
    """Acknowledge a group at once (批量确认); how many were still new.

    Raises:
        NotAllowed: without the permission.
    """
    require_handler(by)
    done = 0
    with transaction.atomic():
        for alarm in alarms:
            if alarm.state == AlarmState.NEW:
                acknowledge(alarm, by=by, why=why)
                done += 1
    return done


def close(alarm: Alarm, *, by: Actor, reason: str) -> Alarm:
    """Say that it is over and why (关闭告警).

    Raises:
        NotAllowed: without the permission.
        RuleBroken: no reason.
        Conflict: it is closed already.
    """
    require_handler(by)
    if not reason.strip():
        raise RuleBroken("关闭告警须写明理由。", rule="indicator.alarm_reason")
    with transaction.atomic():
        closed = (
            Alarm.objects.filter(pk=alarm.pk)
            .exclude(state=AlarmState.CLOSED)
            .update(
                state=AlarmState.CLOSED,
                closed_at=clock.now(),
                closed_by=by.name_zh[:80],
                close_reason=reason[:200],
            )
        )
        if not closed:
            raise _too_late(alarm)
        return _told(alarm, AlarmVerb.CLOSED, CLOSE_VERB, by, reason)


def require_handler(by: Actor) -> None:
    """Go on only for whoever may handle alarms: the permission, or the system officer (告警处理权限).

    Raises:
        NotAllowed: for everybody else.
    """
    if not access.allows(by, "platform.configure"):
        access.require(by, HANDLE)


def _raise(code: str, object_key: str, said: dict[str, str], by: Actor) -> Alarm:
    now = clock.now()
    known = Alarm.objects.filter(code=code, object_key=object_key).exclude(state=AlarmState.CLOSED)
    alarm = known.select_for_update().first()
    if alarm is None:
        made = Alarm.objects.create(
            code=code, object_key=object_key, raised_at=now, last_raised_at=now, **said
        )
        return _told(made, AlarmVerb.RAISED, RAISE_VERB, by, said["text"] or said["title"])
    worst = min(alarm.severity, said["severity"], key=Severity.values.index)
    known.update(count=F("count") + 1, last_raised_at=now, **{**said, "severity": worst})
    return _told(alarm, AlarmVerb.REPEATED, RAISE_VERB, by, said["text"] or said["title"])


def _told(alarm: Alarm, step: AlarmVerb, verb: str, by: Actor, why: str) -> Alarm:
    alarm.refresh_from_db()
    now = clock.now()
    AlarmEvent.objects.create(alarm=alarm, verb=step, at=now, by=by.key, by_zh=by.name_zh[:60], why=why[:400])
    journal.record(
        verb, actor=by.key, object=("alarm", str(alarm.pk)), reason=why if step != AlarmVerb.RAISED else "",
        facts={
            "code": alarm.code, "object": alarm.object_key, "title": alarm.title, "count": alarm.count,
            "severity": alarm.severity, "day": clock.local_day(alarm.raised_at).isoformat(),
        },
    )  # fmt: skip
    return alarm


def _too_late(alarm: Alarm) -> Conflict:
    alarm.refresh_from_db()
    last = alarm.events.order_by("-pk").first()
    who = f"，由{last.by_zh}于 {clock.local(last.at):%Y-%m-%d %H:%M} 办理" if last else ""
    return Conflict(
        f"这条告警{alarm.get_state_display()}{who}，请刷新页面查看。",
        rule="indicator.alarm_once",
        alarm=alarm.pk,
    )
