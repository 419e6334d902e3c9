"""Telling applicants what concerns them (告知进展): beside what a process itself declares with ``notify``.

A paper was issued, the case waits for the applicant, or it has come to its end: whoever handed it in gets a
text message, at once, by the journal. What the definition notifies already is left to ``ui.notices``; both
use the same key for the same step, so that nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from zhujianyun.base import clock, outbox
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel import journal
from zhujianyun.kernel.case.definition.model import APPLICANT
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.hall.models import Applicant
from zhujianyun.ui.hall.tracking import telling
from zhujianyun.ui.workbench import shown

NAME = "hall.telling"
RECENT = timedelta(days=2)
LENGTH = 60  # characters of a project's name in a message


def follow() -> None:
    """Register with the journal (登记跟随)."""
    journal.follow(NAME, ("case.*",), deliver, batch=500, from_start=False)


def deliver(entries: list[Entry]) -> int:
    """Tell of these entries (告知); how many messages were handed over."""
    if not Applicant.objects.exists():
        return 0
    since = clock.now() - RECENT
    wanted = [
        one for one in entries if one.at >= since and one.case_id and one.result == "ok" and _concerns(one)
    ]
    if not wanted:
        return 0
    cases = Case.objects.select_related("applicant").in_bulk({one.case_id for one in wanted})
    known = telling.reachable({case.applicant_id for case in cases.values() if case.applicant_id})
    told = [
        one for one in _last_of_each(wanted) if getattr(cases.get(one.case_id), "applicant_id", 0) in known
    ]
    return sum(_tell(one, cases[one.case_id]) for one in told)


def _concerns(entry: Entry) -> bool:
    """Done by others than the applicant, not told by the process itself, and something moved."""
    facts = entry.facts_dict
    own = entry.actor.startswith("subject:") or APPLICANT in facts.get("notify", ())
    return not own and "step" in facts and facts.get("from") != facts.get("to")


def _last_of_each(entries: Iterable[Entry]) -> list[Entry]:
    return list({one.case_id: one for one in entries}.values())


def _tell(entry: Entry, case: Case) -> bool:
    said = _text(entry, case)
    found = telling.contacts(case.applicant_id or 0, case.pk) if said else ()
    if not found:
        return False
    key = f"case:{case.pk}:{entry.facts_dict['step']}:{APPLICANT}"
    title = f"{case.process_zh}办理进展"
    try:
        outbox.send(found[0].channel, to=found[0].to, title=title, text=said, link=found[0].url, key=key)
    except PlatformError:
        return False
    return True


def _text(entry: Entry, case: Case) -> str:
    """The sentence, "" when nothing concerns the applicant: the office's own steps are its own."""
    definition, facts = shown.definition_of(case), entry.facts_dict
    state = definition.states.get(facts.get("to", "")) if definition else None
    if definition is None or state is None:
        return ""
    sort = shown.sort_of(definition, state)
    if not facts.get("paper") and sort == "working":
        return ""
    done = shown.action_zh(definition, facts.get("from", ""), entry.verb.rpartition(".")[2])
    do = "请登录办事大厅办理" if sort == "waiting" else "请登录办事大厅查看"
    name = f"“{case.title[:LENGTH]}”" if case.title else ""
    return f"【住建云】您的办件 {case.number}{name}已办理“{done}”，现为“{state.zh}”。{do}。"
