"""Handing in (提交): one transaction from the draft to the case; looked at before in a rehearsal.

The rehearsal does everything and takes it back: what the summary page says of due days and refusals is
what the engine itself would do. Handing in twice gives the first case again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions, project_code
from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access, case, journal
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.case import Attached
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import Action, Definition
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.kernel.case.models import Case, ClockRun
from zhujianyun.kernel.subject import actions as subjects
from zhujianyun.kernel.subject import queries as known
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.hall.applying import drafting, fields, judges, services, slots
from zhujianyun.ui.hall.applying.drafting import Body
from zhujianyun.ui.hall.models import Application
from zhujianyun.ui.hall.people.source import source
from zhujianyun.ui.hall.visiting import Visitor

PROJECT_SCHEME = "invest_code"


class _TakeBack(Exception):
    """Ends a rehearsal (撤回预演)."""


@dataclass(slots=True)
class Preview:
    """What would happen (预演结果): the state that follows, the clocks that would run, or why not."""

    state_zh: str = ""
    office: str = ""
    clocks: list[ClockRun] = field(default_factory=list)
    derived: list[tuple[str, str]] = field(default_factory=list)
    error: PlatformError | None = None
    offer: str = ""  # a process that fits instead
    open_case: Case | None = None


def definition_of(row: Application) -> Definition:
    """The definition an application goes by (所依流程): of its case, or the one in force today."""
    if row.case is not None:
        return registry.get(row.case.process, row.case.definition_version)
    return registry.in_force(row.process, clock.today())


def action_of(row: Application, definition: Definition) -> Action:
    """The act that an application prepares (所办动作).

    Raises:
        RuleBroken: the case has moved on and does not offer it any more.
    """
    state = row.case.state if row.case is not None else definition.initial
    found = definition.action(state, row.action)
    if found is None:
        raise RuleBroken(
            f"办件现处于“{definition.states[state].zh}”，这项办理已不再需要。请回到办件页查看。", rule="hall.moved_on",
        )  # fmt: skip
    return found


def preview(row: Application, visitor: Visitor) -> Preview:
    """Rehearse (预演): nothing stays."""
    found = Preview()
    try:
        with transaction.atomic():
            done = _handed_in(row, visitor, rehearsal=True)
            definition = definition_of(row)
            found.state_zh = definition.states[done.state].zh
            found.office = Office.objects.get(pk=done.office_id).name
            found.clocks = list(ClockRun.objects.filter(case=done, stopped_on=None).order_by("due_on"))
            found.derived = derived(definition, done.facts)
            raise _TakeBack
    except _TakeBack:
        pass
    except PlatformError as error:
        found.error = error
        found.offer = str((error.details.get("offer") or {}).get("process", ""))
        found.open_case = error.details.get("open_case")
    return found


def hand_in(row: Application, visitor: Visitor) -> Case:
    """Hand an application in (提交申请); the same application again gives the same case.

    Raises:
        RuleBroken: what has to be mended first; NotAllowed, Conflict: as the engine says.
    """
    with transaction.atomic():
        now_there = Application.objects.select_for_update().get(pk=row.pk)
        if now_there.handed_in_at and now_there.case is not None:
            return now_there.case
        done = _handed_in(now_there, visitor, rehearsal=False)
        now_there.case, now_there.handed_in_at, now_there.body = done, clock.now(), b""
        now_there.save(update_fields=["case", "handed_in_at", "body"])
        journal.record(
            "hall.application.hand_in", actor=visitor.applicant.key, object=("application", row.uid),
            facts={"process": row.process, "action": row.action, "by": visitor.actor(row.subject).key}, case_id=done.pk,
        )  # fmt: skip
    return done


def _handed_in(row: Application, visitor: Visitor, *, rehearsal: bool) -> Case:
    drafting.require_open(row)
    if not visitor.may_act_for(row.subject_id):
        raise NotFound(drafting.NOT_YOURS_ZH, rule="hall.application")
    definition = definition_of(row)
    action, body = action_of(row, definition), drafting.body_of(row)
    found = row.case or _opened(row, definition, body, visitor, rehearsal)
    papers = slots.of(row, definition, action)
    if not rehearsal:
        slots.require_complete(papers)
    case.act(
        found,
        action.name,
        by=visitor.actor(row.subject),
        expected_version=found.version,
        key=f"hall:{row.uid}{':try' if rehearsal else ''}",
        facts=_act_facts(action, body),
        documents=_documents(papers, rehearsal),
        reason=body.reason or ("预演" if rehearsal else ""),
    )
    return found


def _opened(row: Application, definition: Definition, body: Body, visitor: Visitor, rehearsal: bool) -> Case:
    asked = fields.of_definition(definition)
    facts, faults = fields.given(asked, body.values)
    faults |= fields.required_faults(asked, body.values)
    project_name, code = _project_of(definition, facts)
    code, division = _place(body, code, faults, definition)
    if faults:
        raise RuleBroken("申请表还有几处需要填写或改正。", rule="hall.fields", fields=faults)
    if code:
        fields.put(facts, _code_fact(definition), code)
    facts = judges.judged(row.process, facts, clock.today())
    opened = case.open_(
        row.process,
        by=visitor.actor(row.subject),
        office=office_for(division),
        applicant=row.subject,
        project=_project(code, project_name, division) if code else None,
        facts=facts,
        division_code=division,
        title=project_name or definition.zh,
        key=f"hall:{row.uid}{':try' if rehearsal else ''}",
    )
    if opened.was_open:
        _refuse_second(opened, visitor)
    return opened


def _refuse_second(opened: Case, visitor: Visitor) -> None:
    """The same work is under way already: his own is shown, another's is only said to be there."""
    if visitor.may_act_for(opened.applicant_id):
        raise RuleBroken(
            f"该工程已有在办的“{opened.process_zh}”（{opened.number or '草稿'}，{opened.state_zh}），不能重复申请。",
            rule="hall.open_already",
            open_case=opened,
        )
    raise RuleBroken(
        "该工程的同一事项已由其他单位申请并正在办理，不能重复申请。如有疑问，请持材料到办理单位核实。",
        rule="hall.open_elsewhere",
    )


def office_for(division: str) -> Office:
    """The office that handles works of a place (办理单位): the bureau of the city.

    Raises:
        RuleBroken: no office there takes applications.
    """
    city = f"{division[:4]}00"
    found = Office.objects.filter(kind=Office.Kind.CITY, division_code=city, is_open=True).first()
    if found is None:
        raise RuleBroken("该地区暂未开通网上申请，请到当地住建部门窗口办理。", rule="hall.office")
    return found


def places() -> list[tuple[str, list[tuple[str, str]]]]:
    """The places to choose from: city → (code, name) of its counties (所在地选项)."""
    day = clock.today()
    return [
        (city.name, [(one.code, one.name) for one in divisions.counties(city.code, day)] or [(city.code, city.name)])
        for city in divisions.cities(day)
    ]  # fmt: skip


def place_of_code(code: str) -> str:
    """The place that a project code names, if it is one of ours (代码所在地); "" otherwise."""
    division = code.replace("-", "")[4:10]
    known_ones = {one for _, counties in places() for one, _ in counties}
    return division if division in known_ones else ""


def _project_of(definition: Definition, facts: Mapping[str, Any]) -> tuple[str, str]:
    name = next((look(facts, n) for n in definition.facts if n.endswith("project_name")), "") or ""
    noun = _code_fact(definition)
    return str(name), str(look(facts, noun) or "") if noun else ""


def _code_fact(definition: Definition) -> str:
    noun = definition.subject.get("project", "")
    return next((name for name in definition.facts if noun and name.rpartition(".")[2] == noun), "")


def _place(body: Body, code: str, faults: dict[str, str], definition: Definition) -> tuple[str, str]:
    """The code in its printed form and the place of the work; faults are noted."""
    if code:
        try:
            code = project_code.check(code).value
        except PlatformError as error:
            faults[_code_fact(definition)] = error.message_zh.rstrip("。") + "。"
            code = ""
    chosen = body.place or place_of_code(code)
    if chosen not in {one for _, counties in places() for one, _ in counties}:
        faults["place"] = "请选择工程所在地。"
    return code, chosen


def _project(code: str, name: str, division: str) -> Subject:
    try:
        return known.by_identifier(PROJECT_SCHEME, code)
    except NotFound:
        return subjects.register(
            Subject.Kind.PROJECT, name or code, {PROJECT_SCHEME: code}, source=source(), by=access.SYSTEM,
            division_code=division, trust=1, batch="hall",
        )  # fmt: skip


def _act_facts(action: Action, body: Body) -> dict[str, Any] | None:
    asked = fields.blank(action.facts)
    facts, faults = fields.given(asked, body.values)
    faults |= fields.required_faults(asked, body.values)
    if faults:
        raise RuleBroken("还有几处需要填写或改正。", rule="hall.fields", fields=faults)
    if services.REASON in action.need and not body.reason:
        raise RuleBroken("请写明理由。", rule="hall.fields", fields={"reason": "请写明理由。"})
    given = facts.get("action", facts) if facts else {}
    return {"action": given} if given else None


def _documents(papers: list[slots.Slot], rehearsal: bool) -> list[Attached]:
    """What lies in the slots; in a rehearsal an empty slot counts as filled: files are asked for apart."""
    found = []
    for slot in papers:
        if slot.file is not None:
            name = slot.file.name if slot.zh == slot.kind else f"{slot.zh[:80]}：{slot.file.name}"[:200]
            found.append(Attached(slot.kind, name, slot.file, slot.file.sha256))
        elif rehearsal:
            found.append(Attached(slot.kind))
    return found


def derived(definition: Definition, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the platform worked out, in words (系统判定)."""
    from zhujianyun.ui.workbench import shown

    return [
        (fact.zh, shown.value_zh(fact, look(facts, name)))
        for name, fact in definition.facts.items()
        if fact.derived and look(facts, name) not in (None, "")
    ]
