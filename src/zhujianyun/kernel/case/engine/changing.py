"""Change, record, tell (变更·留痕·告知): carries out a plan in memory. Nothing here may fail on rules."""

from __future__ import annotations

from typing import Any

from zhujianyun.kernel import journal
from zhujianyun.kernel.case.definition.model import APPLICANT
from zhujianyun.kernel.case.engine import clocks, tasks
from zhujianyun.kernel.case.engine.asking import Attached, Plan
from zhujianyun.kernel.case.engine.checks import digest_of
from zhujianyun.kernel.case.engine.facts import look, without_personal
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.issuing import issue
from zhujianyun.kernel.case.engine.numbering import next_number
from zhujianyun.kernel.case.engine.unit import Unit
from zhujianyun.kernel.case.models import Case, ClockRun, Document, Mark, Paper, Step
from zhujianyun.kernel.case.rows import new

ACCEPTED = "accepted"


def change(unit: Unit, folder: Folder, plan: Plan) -> Step:
    """Carry out a plan (办理)."""
    case, before, told = folder.case, folder.case.state, folder.case.facts
    _move(unit, folder, plan)
    step = _step(unit, folder, plan, before, changed_facts(folder, told, plan.facts))
    _documents(unit, folder, plan.ask.documents, step)
    marks = _marks(unit, folder, plan, step)
    _run_clocks(unit, folder, plan)
    if plan.action.round_next:
        case.round += 1
    tasks.on_entry(unit, folder, plan, before)
    paper = issue(unit, folder, plan, step) if plan.action.doc else None
    _pause(unit, folder, plan, paper)
    _settle_clocks(unit, folder, plan)
    unit.touch(case)
    folder.note(step, plan.role)
    _tell(unit, folder, plan, step, marks, paper)
    return step


def _move(unit: Unit, folder: Folder, plan: Plan) -> None:
    """The row: a projection of the step that is taken."""
    case, definition = folder.case, folder.definition
    case.version += 1
    case.facts = plan.facts
    case.last_at = plan.at
    case.state, case.state_since = plan.action.to, plan.state_since or case.state_since
    case.settled, case.ended = case.state in definition.settled, case.state in definition.end
    case.timer_on, case.timer_action = plan.timer or (None, "")
    if plan.gives_number:
        office = unit.office(case.office_id)[0]
        case.number = next_number(unit.sequences, definition.number, case, plan.day, office)
    if case.settled or case.ended:
        case.result, case.concluded_on = case.state, case.concluded_on or plan.day
    elif case.concluded_on:
        case.result, case.concluded_on = "", None
    if ACCEPTED in plan.marks and case.accepted_on is None:
        case.accepted_on = plan.marks[ACCEPTED]
    by, is_ours = plan.ask.by, bool(definition.at_home({plan.role} - {APPLICANT}))
    if case.holder_id is None and by.kind == "account" and is_ours and not case.ended:
        case.holder_id = by.account_id


def changed_facts(folder: Folder, old: Any, new_: Any) -> dict[str, Any]:
    """The declared facts that an act changed: path → what stood there before (变更的要素).

    What is personal is named, its former value is not kept in the history.
    """
    if old is new_:
        return {}
    found = {}
    for name, fact in folder.definition.facts.items():
        before = look(old, name)
        if before is not None and before != look(new_, name):
            found[name] = None if fact.personal else before
    return found


def _step(unit: Unit, folder: Folder, plan: Plan, before: str, changed: dict[str, Any]) -> Step:
    ask, case = plan.ask, folder.case
    facts: dict[str, Any] = dict(plan.filled)
    if changed:
        facts["changed"] = changed
    if plan.signed:
        facts["signed"] = plan.signed
    if plan.ask.approved_by:
        facts["approved_by"] = plan.ask.approved_by.key
    if ask.documents:
        facts["documents"] = digest_of(ask.documents)
    if plan.extension:
        facts["extension"] = {"deadline": plan.extension[0], "days": plan.extension[1]}
    step = new(
        Step,
        {"case": case},
        case_id=case.pk,
        seq=case.version,
        action=plan.action.name,
        from_state=before,
        to_state=case.state,
        role=plan.role,
        actor=ask.by.key,
        actor_zh=ask.by.name_zh,
        acting_for=plan.acting_for,
        at=plan.at,
        recorded_at=plan.now,
        day=plan.day,
        reason=ask.reason,
        nat=plan.action.nat,
        round=case.round,
        key=ask.key,
        facts=facts,
    )
    unit.add(step)
    return step


def _documents(unit: Unit, folder: Folder, given: Any, step: Step) -> None:
    """What was handed in with the act, and what lay ready before it."""
    for one in folder.documents:
        if one.step_id is None:
            one.step_id = step.pk
            unit.touch(one)
    for one in given:
        add_document(unit, folder, one, step)


def add_document(unit: Unit, folder: Folder, one: Attached, step: Step | None) -> Document:
    """Keep something handed in (登记材料)."""
    row = new(
        Document,
        case_id=folder.case.pk,
        step_id=step.pk if step else None,
        kind=one.kind,
        name=one.name,
        part=one.part,
        file_id=getattr(one.file, "pk", None),
        digest=one.digest or getattr(one.file, "sha256", ""),
        round=folder.case.round,
        added_at=folder.case.last_at if step is None else step.at,
    )
    unit.add(row)
    folder.documents.append(row)
    return row


def _marks(unit: Unit, folder: Folder, plan: Plan, step: Step) -> list[str]:
    for name, day in plan.marks.items():
        folder.marks[name] = day
        unit.add(
            new(Mark, case_id=step.case_id, step_id=step.pk, name=name, at=plan.at, day=day, round=step.round)
        )
    return list(plan.marks)


def _run_clocks(unit: Unit, folder: Folder, plan: Plan) -> None:
    """Date clocks first (they may have started before the case), then stops, then starts."""
    calendar = unit.calendar(folder.definition.layers, plan.day)
    for start in plan.starts:
        if start.deadline.start_date is not None:
            clocks.begin(unit, folder, start, plan.at)
    for run in folder.running():
        deadline = folder.definition.deadlines[run.deadline]
        reason = next((mark for mark in deadline.stop if mark in plan.marks), None)
        if reason is not None:
            # A deemed act is dated back to the receipt: the clock it stops ended then.
            clocks.stop(unit, run, plan.marks[reason], plan.at, reason, calendar)
            _flag_late(folder, run, deadline.late)
    for start in plan.starts:
        if start.deadline.start_date is None:
            clocks.begin(unit, folder, start, plan.at)
    if plan.extension:
        name, days = plan.extension
        run = next(one for one in folder.running() if one.deadline == name)
        run.lengthenings = [
            *run.lengthenings,
            {"on": plan.day.isoformat(), "days": days, "by": plan.ask.by.key},
        ]


def _flag_late(folder: Folder, run: ClockRun, late: str | None) -> None:
    if late == "flag" and run.overdue:
        due = run.due_on.isoformat() if run.due_on else ""
        found = {**folder.case.flags.get("late", {}), run.deadline: due}
        folder.case.flags = {**folder.case.flags, "late": found}


def _pause(unit: Unit, folder: Folder, plan: Plan, paper: Paper | None) -> None:
    """Leaving a state ends the pauses it brought; entering one begins its own."""
    for run in folder.running():
        held = clocks.open_pause(run)
        if held is not None and held["state"] != folder.case.state:
            clocks.resume(unit, run, plan.day)
        for halt in plan.halts:
            if halt.deadline == run.deadline:
                clocks.pause(unit, run, halt, plan.day, paper.number if paper else halt.pause.doc)


def _settle_clocks(unit: Unit, folder: Folder, plan: Plan) -> None:
    """Close what ends with the case, and bring every cached date up to date."""
    case = folder.case
    calendar = unit.calendar(folder.definition.layers, plan.day)
    started = {start.deadline.id for start in plan.starts}
    for run in folder.running():
        if case.ended or (case.settled and run.deadline not in started):
            clocks.stop(unit, run, plan.day, plan.at, "ended" if case.ended else "settled", calendar)
        else:
            clocks.refresh(run, calendar, plan.day)
            unit.touch(run)
    clocks.summarise(folder)


def _tell(unit: Unit, folder: Folder, plan: Plan, step: Step, marks: list[str], paper: Paper | None) -> None:
    """One journal entry per act: what followers, indicators and the auditor need to know."""
    case, office = folder.case, unit.office(folder.case.office_id)[0]
    facts: dict[str, Any] = {
        "number": case.number or "",
        "process": case.process,
        "definition": case.definition_version,
        "step": step.seq,
        "from": step.from_state,
        "to": step.to_state,
        "marks": marks,
        "city": case.city_code,
        "division": case.division_code,
        "office": office,
        "round": step.round,
        "nat": step.nat,
        "effects": list(plan.action.effect),
        "notify": list(plan.action.notify),
        "due_on": case.due_on.isoformat() if case.due_on else None,
        "lamp": case.lamp,
    }
    if paper is not None:
        facts["paper"] = {"number": paper.number, "digest": paper.digest}
    if plan.is_backdated:
        facts["done_at"] = plan.at.isoformat()
    if plan.ask.documents:
        facts["documents"] = digest_of(plan.ask.documents)
    if plan.filled:
        facts["filled"] = plan.filled
    unit.entries.append(
        journal.draft(
            f"case.{case.process}.{plan.action.name.replace(':', '.')}",
            actor=plan.ask.by.key,
            object=("case", ident(case)),
            facts=facts,
            case_id=case.pk,
            reason=plan.ask.reason,
            acting_for=plan.acting_for,
            at=plan.now,
        )
    )


def ident(case: Case) -> str:
    """How the journal names a case: its number, before that its draft number (办件标识)."""
    return case.number or f"draft-{case.pk}"


def shown_facts(folder: Folder) -> dict[str, Any]:
    """The facts of a case that may be told on (可流转要素)."""
    return without_personal(folder.definition, folder.case.facts)
