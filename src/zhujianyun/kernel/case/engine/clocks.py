"""The clocks of a case at work (时限的启停): started, stopped, paused and resumed by the steps.

Changes `ClockRun` rows of a folder; what they mean is decided in `kernel.case.clock`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhujianyun.base import clock as time
from zhujianyun.base.workdays import Calendar
from zhujianyun.kernel.case import clock
from zhujianyun.kernel.case.definition.model import Deadline, Pause
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.unit import Unit
from zhujianyun.kernel.case.models import ClockRun
from zhujianyun.kernel.case.rows import new


@dataclass(frozen=True, slots=True)
class Start:
    """A clock that is about to start, its budget fixed (起算)."""

    deadline: Deadline
    days: int
    on: date
    mark: str


@dataclass(frozen=True, slots=True)
class Halt:
    """A pause that is about to begin (中止)."""

    deadline: str
    pause: Pause
    cap_on: date
    approver: str


def starts(folder: Folder, env: Any, marks: dict[str, date]) -> list[Start]:
    """The clocks that these marks and facts start; their days are worked out now, for good (应起算的时限).

    Raises:
        ExpressionError: when a number of days cannot be worked out.
    """
    found = []
    for deadline in folder.definition.deadlines.values():
        if deadline.start_mark is not None:
            # A clock that still runs is not started again: a second notice must never buy time.
            if deadline.start_mark in marks and not _runs_on(folder, deadline, marks):
                found.append(
                    Start(deadline, env.whole(deadline.days), marks[deadline.start_mark], deadline.start_mark)
                )
        elif not any(run.deadline == deadline.id for run in folder.clocks):
            on = look(env.facts, deadline.start_date or "")
            if on:
                day = date.fromisoformat(on)
                found.append(Start(deadline, env.whole(deadline.days), day, deadline.start_date or ""))
    return found


def begin(unit: Unit, folder: Folder, start: Start, at: datetime) -> ClockRun:
    """Start a clock (起算)."""
    deadline, case = start.deadline, folder.case
    begun = at if time.local_day(at) == start.on else time.at_local(start.on)
    run = new(
        ClockRun,
        {"case": case},
        case_id=case.pk,
        deadline=deadline.id,
        zh=deadline.zh,
        kind=deadline.kind,
        owner=deadline.owner,
        round=case.round,
        started_at=begun,
        started_on=start.on,
        start_mark=start.mark,
        days=start.days,
        unit=deadline.unit,
        yellow=deadline.yellow,
        segments=[],
        lengthenings=[],
        calendar_version="",
    )
    folder.clocks.append(run)
    unit.add(run)
    return run


def stop(unit: Unit, run: ClockRun, day: date, at: datetime, reason: str, calendar: Calendar) -> None:
    """Stop a clock for good (停止)."""
    resume(unit, run, day)
    run.stopped_at, run.stopped_on, run.stop_reason = at, max(day, run.started_on), reason
    refresh(run, calendar, day)
    unit.touch(run)


def pause(unit: Unit, run: ClockRun, halt: Halt, day: date, paper: str) -> None:
    """Let a clock stand still (中止)."""
    segment = {
        "paused_on": max(day, run.started_on).isoformat(),
        "cap_on": halt.cap_on.isoformat(),
        "type": halt.pause.type,
        "state": halt.pause.state,
        "paper": paper,
        "approver": halt.approver,
    }
    run.segments = [*run.segments, segment]
    unit.touch(run)


def resume(unit: Unit, run: ClockRun, day: date) -> bool:
    """End a pause that is open (恢复); whether there was one. Never later than its cap."""
    if not run.segments or run.segments[-1].get("resumed_on"):
        return False
    last = run.segments[-1]
    on = min(day, date.fromisoformat(last["cap_on"]))
    run.segments = [*run.segments[:-1], {**last, "resumed_on": on.isoformat()}]
    unit.touch(run)
    return True


def refresh(run: ClockRun, calendar: Calendar, today: date) -> None:
    """Bring the cached dates of a run up to what its ledger says (刷新缓存)."""
    ledger = run.ledger
    reading = clock.read(ledger, calendar, max(today, run.started_on))
    run.calendar_version = calendar.version
    run.due_on, run.yellow_on = reading.due_on, reading.yellow_on
    run.provisional, run.paused = reading.provisional, reading.paused
    run.overdue = run.overdue and reading.paused or reading.overdue
    run.lamp = reading.lamp
    run.left_days = reading.left_days
    run.cap_on = (
        max((one.cap_on for one in ledger.segments if one.cap_on), default=None) if reading.paused else None
    )
    if run.stopped_on is not None:
        run.net_days, run.gross_days = reading.net_days, reading.gross_days


def summarise(folder: Folder) -> None:
    """The case's own due day and lamp: the nearest and the worst of what runs (汇总到办件)."""
    running = folder.running()
    folder.case.due_on = min((run.due_on for run in running if run.due_on), default=None)
    folder.case.lamp = clock.worst(run.lamp for run in running)


def pauses_of(folder: Folder, run: ClockRun, state: str) -> Pause | None:
    """How a clock may stand still in a state, if it may (该环节的中止规则)."""
    deadline = folder.definition.deadlines.get(run.deadline)
    return next((one for one in deadline.pauses if one.state == state), None) if deadline else None


def open_pause(run: ClockRun) -> dict[str, Any] | None:
    """The pause that has not ended, if any (未结束的中止)."""
    return run.segments[-1] if run.segments and not run.segments[-1].get("resumed_on") else None


def _runs_on(folder: Folder, deadline: Deadline, marks: dict[str, date]) -> bool:
    if set(deadline.stop) & set(marks):
        return False
    return any(run.deadline == deadline.id for run in folder.running())
