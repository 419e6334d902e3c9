"""What happens by itself (到时自动办理): timers of actions, caps of pauses, lamps, failed effects.

`run` is the worker's tick. A day of grace ends at midnight: a timer of five days acts on the sixth.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zhujianyun.base import clock
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.case import effects, lamps
from zhujianyun.kernel.case.announcing import announce_calendar, rederive
from zhujianyun.kernel.case.engine import clocks
from zhujianyun.kernel.case.engine.acting import act
from zhujianyun.kernel.case.engine.changing import ident
from zhujianyun.kernel.case.engine.unit import active, working
from zhujianyun.kernel.case.models import Case, ClockRun

__all__ = ["act_on_time", "announce_calendar", "rederive", "resume_capped", "run", "tick"]

CHUNK = 500


def run() -> int:
    """The worker's tick: everything that time alone brings about (定时节拍); the number of things done."""
    return sum(tick().values())


def tick(today: date | None = None) -> dict[str, int]:
    """One turn, told apart (定时节拍)."""
    day = today or clock.today()
    return {
        "rederived": rederive(day),
        "resumed": resume_capped(day),
        "acted": act_on_time(day),
        "lamps": lamps.sweep(day),
        "effects": effects.retry(),
    }


def act_on_time(today: date | None = None) -> int:
    """Do the actions whose day of grace has passed (到时办理); the number done.

    One that its guard refuses stays where it is, is written to the journal once a day, and does not
    hold up the others.
    """
    day = today or clock.today()
    _flush()
    done = 0
    for case in _due(day):
        key = f"timer:{case.timer_action}:{case.version}"
        try:
            act(case, case.timer_action, by=access.SYSTEM, expected_version=None, key=key)
            done += 1
        except PlatformError as error:
            _refused(case, error)
    return done


def resume_capped(today: date | None = None) -> int:
    """Let clocks run again whose pause has reached its cap (中止到期自动恢复); the number of clocks."""
    day = today or clock.today()
    _flush()
    rows = ClockRun.objects.filter(stopped_on=None, paused=True, cap_on__lte=day)
    ids = sorted(set(rows.values_list("case_id", flat=True)))
    found = 0
    for place in range(0, len(ids), CHUNK):
        with working() as unit:
            for folder in unit.load(ids[place : place + CHUNK]):
                found += _resume(unit, folder, day)
    return found


def _resume(unit, folder, day: date) -> int:  # noqa: ANN001 - Unit, Folder
    resumed = []
    calendar = unit.calendar(folder.definition.layers, day)
    for run in folder.running():
        held = clocks.open_pause(run)
        if held is not None and date.fromisoformat(held["cap_on"]) <= day:
            clocks.resume(unit, run, day)
            clocks.refresh(run, calendar, day)
            resumed.append(run)
    if resumed:
        clocks.summarise(folder)
        unit.touch(folder.case)
        unit.entries.append(_resumed_event(folder.case, resumed))
    return len(resumed)


def _resumed_event(case: Case, resumed: list[ClockRun]) -> journal.Entry:
    facts = {
        "number": case.number or "", "process": case.process, "city": case.city_code, "marks": [], "effects": [],
        "clocks": [run.deadline for run in resumed],
        "due_on": case.due_on.isoformat() if case.due_on else None,
    }  # fmt: skip
    return journal.draft(
        f"case.{case.process}.clock_resumed", actor="system", object=("case", ident(case)), facts=facts,
        case_id=case.pk, reason="中止已达最长期限，时限自动恢复",
    )  # fmt: skip


def _flush() -> None:
    """In a batch: what is looked for in the table must stand there first."""
    unit = active()
    if unit is not None:
        unit.flush()


def _due(day: date) -> Iterator[Case]:
    rows = Case.objects.filter(timer_on__lt=day, ended=False).order_by("timer_on", "id")
    last = list(rows.values_list("id", flat=True))
    for place in range(0, len(last), CHUNK):
        yield from Case.objects.filter(pk__in=last[place : place + CHUNK], timer_on__lt=day).order_by("id")


def _refused(case: Case, error: PlatformError) -> None:
    """Told once a day, not at every tick."""
    verb = f"case.{case.process}.timer_refused"
    since = clock.at_local(clock.today())
    if not journal.Entry.objects.filter(case_id=case.pk, verb=verb, at__gte=since).exists():
        facts = {"action": case.timer_action, "rule": error.rule, "effects": []}
        journal.record(
            verb, actor="system", object=("case", ident(case)), case_id=case.pk, result="refused",
            reason=error.message_zh, facts=facts,
        )  # fmt: skip
