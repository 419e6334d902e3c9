"""Calendar notices at run time (日历通知): announced, then every open clock is reckoned anew.

One event for each case whose due day really changed; clocks that stopped are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.workdays import CalendarDay as Row
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.case import calendars
from zhujianyun.kernel.case.engine import clocks
from zhujianyun.kernel.case.engine.changing import ident
from zhujianyun.kernel.case.engine.unit import active, working
from zhujianyun.kernel.case.models import CalendarDay, CalendarNotice, ClockRun

PERMISSION = "case.announce_calendar"
CHUNK = 1000


def announce_calendar(rows: Iterable[Row], by: access.Actor, *, title: str = "") -> int:
    """Put in the rows of notices and reckon the open clocks anew (发布日历通知); cases changed.

    The same row again changes nothing; a row with ``revoked_on`` revokes it.

    Raises:
        NotAllowed: without the permission. RuleBroken: no row, or rows of one notice that disagree.
    """
    rows = list(rows)
    access.require(by, PERMISSION)
    if not rows or any(not row.notice_no for row in rows):
        raise RuleBroken("日历通知须有文号和至少一个日期。", rule="case.calendar")
    with transaction.atomic():
        for notice_no in dict.fromkeys(row.notice_no for row in rows):
            _keep([row for row in rows if row.notice_no == notice_no], by, title)
        return rederive()


def rederive(today: date | None = None) -> int:
    """Reckon every open clock on the calendar known today (重算在办时限); the number of cases changed."""
    day = today or clock.today()
    unit = active()
    if unit is not None:
        unit.flush()
        unit.forget_calendar()
    return sum(_rederive_some(ids, day) for ids in _cases_behind(day))


def _keep(rows: list[Row], by: access.Actor, title: str) -> None:
    first = rows[0]
    if any((row.layer, row.issued_on) != (first.layer, first.issued_on) for row in rows):
        raise RuleBroken(
            f"通知 {first.notice_no} 各行的层级和印发日必须一致。",
            rule="case.calendar",
            notice=first.notice_no,
        )
    notice, is_new = CalendarNotice.objects.get_or_create(
        number=first.notice_no,
        defaults={
            "layer": first.layer, "issued_on": first.issued_on, "title": title,
            "announced_at": clock.now(), "announced_by": by.key,
        },
    )  # fmt: skip
    for row in rows:
        CalendarDay.objects.update_or_create(
            notice=notice, day=row.day,
            defaults={"is_workday": row.is_workday, "revoked_on": row.revoked_on, "verified": row.verified},
        )  # fmt: skip
    days = {row.day.isoformat(): row.is_workday for row in rows}
    journal.record(
        "case.calendar.announce", actor=by.key, object=("calendar_notice", notice.number),
        facts={"days": days, "layer": notice.layer, "new": is_new},
    )  # fmt: skip


def _cases_behind(day: date) -> Iterator[list[int]]:
    """Cases with a running clock that was reckoned on another calendar than today's."""
    from zhujianyun.kernel.case.definition import registry

    layers = {definition.layers for definition in registry.all_()}
    present = {calendars.calendar(one, day).version for one in layers}
    rows = ClockRun.objects.filter(stopped_on=None).exclude(calendar_version__in=present)
    ids = list(rows.order_by("case_id").values_list("case_id", flat=True).distinct())
    for place in range(0, len(ids), CHUNK):
        yield ids[place : place + CHUNK]


def _rederive_some(ids: list[int], day: date) -> int:
    changed = 0
    with working() as unit:
        for folder in unit.load(ids):
            calendar = unit.calendar(folder.definition.layers, day)
            moved = []
            for run in folder.running():
                before = (run.due_on, run.provisional)
                clocks.refresh(run, calendar, day)
                unit.touch(run)
                if (run.due_on, run.provisional) != before:
                    moved.append((run, before[0]))
            clocks.summarise(folder)  # a lamp may have turned although the due day stood still
            unit.touch(folder.case)
            if moved:
                changed += 1
                unit.entries.append(_event(folder, moved, calendar.version))
    return changed


def _event(folder, moved: list[tuple[ClockRun, date | None]], version: str) -> journal.Entry:  # noqa: ANN001
    case = folder.case
    facts = {
        "number": case.number or "", "process": case.process, "city": case.city_code, "marks": [], "effects": [],
        "calendar": version, "due_on": case.due_on.isoformat() if case.due_on else None,
        "clocks": [
            {
                "deadline": run.deadline, "round": run.round, "provisional": run.provisional,
                "before": before.isoformat() if before else None,
                "after": run.due_on.isoformat() if run.due_on else None,
            }
            for run, before in moved
        ],
    }  # fmt: skip
    return journal.draft(
        f"case.{case.process}.clock_rederived", actor="system", object=("case", ident(case)), facts=facts,
        case_id=case.pk,
    )  # fmt: skip
