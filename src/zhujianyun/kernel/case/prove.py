"""The proof of a case's clocks (时限证明): all that anybody needs to reckon them again without us.

`recompute_clock.py` beside this file reads the JSON, imports nothing of the project, and says
whether it comes to the same days.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from zhujianyun.base import clock as time
from zhujianyun.base.workdays import Calendar, fixed_holidays
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import calendars, clock
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.models import Case, ClockRun, Mark
from zhujianyun.kernel.case.papers import seal

FORMAT = "zhujianyun-clock-proof/1"


def prove(case: Case) -> dict[str, Any]:
    """The proof, as plain JSON data, signed (时限证明). Five queries."""
    today = time.today()
    definition = registry.get(case.process, case.definition_version)
    runs = list(ClockRun.objects.filter(case=case).order_by("id"))
    marks = Mark.objects.filter(case=case).order_by("id")
    told = {
        "format": FORMAT,
        "case": case.number or f"draft-{case.pk}",
        "process": case.process,
        "process_zh": definition.zh,
        "version": case.definition_version,
        "definition_digest": definition.digest,
        "as_of": today.isoformat(),
        "marks": [{"name": one.name, "day": one.day.isoformat(), "round": one.round} for one in marks],
        "clocks": [_clock(run, definition, today) for run in runs],
        "journal": _leaves(case),
    }
    return seal.with_seal(told)


def _clock(run: ClockRun, definition: Any, today: date) -> dict[str, Any]:
    deadline = definition.deadlines.get(run.deadline)
    # A clock that has stopped was judged by what was known then, one that runs by what is known now.
    known_on = run.stopped_on or today
    calendar = calendars.calendar(definition.layers, known_on)
    reading = clock.read(run.ledger, calendar, today)
    return {
        "deadline": run.deadline,
        "zh": run.zh,
        "basis": deadline.basis if deadline else "",
        "verified": deadline.verified if deadline else False,
        "round": run.round,
        "start": run.started_on.isoformat(),
        "start_mark": run.start_mark,
        "days": run.days,
        "unit": run.unit,
        "yellow": run.yellow,
        "segments": run.segments,
        "lengthenings": run.lengthenings,
        "stopped": run.stopped_on.isoformat() if run.stopped_on else None,
        "stop_reason": run.stop_reason,
        "calendar": _rows(calendar, run, known_on, reading.due_on or today),
        "result": {
            "due": reading.due_on.isoformat() if reading.due_on else None,
            "net": reading.net_days,
            "gross": reading.gross_days,
            "left": reading.left_days,
            "lamp": reading.lamp,
            "paused": reading.paused,
            "overdue": reading.overdue,
            "provisional": reading.provisional,
        },
    }


def _rows(calendar: Calendar, run: ClockRun, known_on: date, until: date) -> dict[str, Any]:
    """The rows of the calendar that could touch this clock, with their notices."""
    first = run.started_on
    last = max(until, run.stopped_on or until, known_on) + timedelta(days=60)
    return {
        "version": calendar.version,
        "layers": list(calendar.layers),
        "known_on": known_on.isoformat(),
        "published_from": calendar.first_day.isoformat(),
        "published_to": calendar.horizon.isoformat(),
        "rows": [
            {"day": day.isoformat(), "workday": row.is_workday, "layer": row.layer, "notice": row.notice_no}
            for day, row in calendar.effective.items()
            if first <= day <= last
        ],
        "fixed_holidays": [
            {
                "month": one.month,
                "day": one.day,
                "from": one.valid_from.isoformat(),
                "to": one.valid_to.isoformat() if one.valid_to else None,
            }
            for one in fixed_holidays()
        ],
    }


def _leaves(case: Case) -> list[dict[str, Any]]:
    """Where the steps stand in the sealed journal."""
    entries = journal.Entry.objects.filter(case_id=case.pk).select_related("seal").order_by("id")
    return [
        {
            "entry": entry.pk,
            "verb": entry.verb,
            "at": entry.at.isoformat(),
            "seq": entry.seal.seq if hasattr(entry, "seal") else None,
            "leaf": entry.seal.leaf if hasattr(entry, "seal") else None,
        }
        for entry in entries
    ]
