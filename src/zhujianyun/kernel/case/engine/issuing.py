"""Papers at issue (签发文书): numbered, their facts frozen, sealed by a digest. The PDF is made on demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from zhujianyun.base.ciphers import sm3
from zhujianyun.kernel.case.engine.asking import Plan
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.unit import Unit
from zhujianyun.kernel.case.models import Paper, Step
from zhujianyun.kernel.case.rows import new


def issue(unit: Unit, folder: Folder, plan: Plan, step: Step) -> Paper:
    """Issue the paper of an act (签发)."""
    case = folder.case
    folder.papers += 1
    number = f"{case.number or f'草{case.pk}'}-{folder.papers:02}"
    facts = _frozen(unit, folder, plan, number)
    row = new(
        Paper,
        {"case": case, "step": step},
        case_id=case.pk,
        step_id=step.pk,
        doc=plan.action.doc or "",
        number=number,
        facts=facts,
        digest=digest_of(facts),
        issued_at=plan.at,
        issued_on=plan.day,
    )
    unit.add(row)
    return row


def digest_of(facts: Mapping[str, Any]) -> str:
    """The verification digest printed on the paper: SM3 of the canonical JSON (内容摘要)."""
    return sm3(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hex()


def _frozen(unit: Unit, folder: Folder, plan: Plan, number: str) -> dict[str, Any]:
    case, definition = folder.case, folder.definition
    facts = {**case.facts, "action": plan.filled} if plan.filled else dict(case.facts)
    return {
        "doc": plan.action.doc,
        "number": number,
        "case_number": case.number or "",
        "title": case.title,
        "process": case.process,
        "process_zh": definition.zh,
        "basis": plan.action.basis or "、".join(definition.basis),
        "action": plan.action.name,
        "action_zh": plan.action.zh,
        "state_zh": definition.states[case.state].zh,
        "office": unit.office(case.office_id)[1],
        "applicant": case.applicant.name if case.applicant else "",
        "project": case.project.name if case.project else "",
        "facts": facts,
        "facts_zh": _labels(folder, facts),
        "filled_zh": _filled(plan),
        "reason": plan.ask.reason,
        "signed": "、".join(dict.fromkeys(one["zh"] for one in plan.signed if one["zh"])),
        "actor": plan.ask.by.name_zh,
        "acting_for": plan.acting_for,
        "round": case.round,
        "issued_on": plan.day.isoformat(),
        "opened_on": case.opened_on.isoformat(),
        "accepted_on": case.accepted_on.isoformat() if case.accepted_on else "",
        "due_on": _due_on(unit, folder, plan),
        "pause_until": max((halt.cap_on.isoformat() for halt in plan.halts), default=""),
        "marks": {name: day.isoformat() for name, day in folder.marks.items()},
    }


def _due_on(unit: Unit, folder: Folder, plan: Plan) -> str:
    """The nearest due day as it stands at issue, none when the act pauses the clock.

    The cached dates follow only after the paper.
    """
    if plan.halts:
        return ""
    from zhujianyun.kernel.case import clock

    calendar = unit.calendar(folder.definition.layers, plan.day)
    days = [clock.due(run.ledger, calendar)[0] for run in folder.running() if run.owner == "staff"]
    return min(days).isoformat() if days else ""


def _filled(plan: Plan) -> list[list[Any]]:
    """What the officer filled in, by its Chinese names, for papers without a template of their own."""
    names = {fact.name.removeprefix("action."): fact for fact in plan.action.facts}
    return [
        [names[name].zh, dict(names[name].choices).get(value, value) if names[name].choices else value]
        for name, value in plan.filled.items()
        if name in names
    ]


def _labels(folder: Folder, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the reader is shown instead of the codes of choices."""
    found: dict[str, Any] = {}
    for fact in folder.definition.facts.values():
        if fact.choices:
            root, _, leaf = fact.name.partition(".")
            value = look(facts, fact.name)
            if leaf and value is not None:
                found.setdefault(root, {})[leaf] = dict(fact.choices).get(value, value)
    return found
