"""Opening a case (开立办件)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection

from zhujianyun.base import clock as time
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import APPLICANT, Definition
from zhujianyun.kernel.case.engine import checks, clocks
from zhujianyun.kernel.case.engine import facts as case_facts
from zhujianyun.kernel.case.engine.acting import checked_key
from zhujianyun.kernel.case.engine.changing import ident
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.planning import environment, timer_of
from zhujianyun.kernel.case.engine.unit import Unit, working
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.kernel.case.rows import new

OPEN = "open"
KEY_LIMIT = 200


def open_(
    process: str,
    *,
    by: Actor,
    office: Any,
    applicant: Any,
    facts: Mapping[str, Any],
    division_code: str,
    project: Any = None,
    title: str = "",
    key: str | None = None,
    parent: Case | None = None,
    parties: Mapping[str, Any] | None = None,
) -> Case:
    """Open a case in the first state of the version in force today (开立办件).

    The same ``key`` gives the same case; the same unique key while a case is open gives that case
    (its ``was_open`` is True). ``parties`` name subjects in other roles: ``{"designer": [subject]}``,
    and offices where the definition says `head@office`.
    Facts may be incomplete until the case leaves its first state, but not wrong.

    Raises:
        RuleBroken: facts that are not what the definition declares.
        NotAllowed: neither the applicant, nor an officer who may open such a case here.
        NotFound: no version of the process is in force today.
    """
    now = time.now()
    definition = registry.in_force(process, time.local_day(now))
    with working() as unit:
        found = _opened_before(unit, process, key)
        if found is not None:
            return found
        given = case_facts.checked_case_facts(definition, case_facts.split(facts, definition, None)[0])
        case = _new(definition, office, applicant, project, division_code, case_facts.storable(title), now)
        case.facts, case.parent_id, case.open_key = (
            given,
            getattr(parent, "pk", None),
            key and checked_key(key),
        )
        case.parties = {name: [_pk(one) for one in _many(some)] for name, some in (parties or {}).items()}
        _may_open(definition, case, by)
        case.unique_key = unique_key(definition, given, project)
        present = _open_with(unit, case)
        if present is not None:
            present.was_open = True
            return present
        return _opened(unit, Folder(case, definition), by, now)


def unique_key(definition: Definition, facts: Mapping[str, Any], project: Any) -> str | None:
    """What a case shares with no other open case of its process (唯一键); None when its first part is missing."""
    parts = [_part(definition, facts, project, name) for name in definition.unique]
    if not parts or not parts[0]:
        return None
    found = "|".join(parts)
    return found if len(found) <= KEY_LIMIT else hashlib.sha256(found.encode()).hexdigest()


def facts_for(process: str, facts: Mapping[str, Any], day: date) -> dict[str, Any]:
    """The facts of one case that another process also declares (预填要素)."""
    try:
        declared = registry.in_force(process, day).facts
    except NotFound:
        return {}
    if not declared:
        return dict(facts)
    found: dict[str, Any] = {}
    for name in declared:
        value = case_facts.look(facts, name)
        if value is not None:
            root, _, leaf = name.partition(".")
            if leaf:
                found.setdefault(root, {})[leaf] = value
            else:
                found[root] = value
    return found


def _new(
    definition: Definition,
    office: Any,
    applicant: Any,
    project: Any,
    division_code: str,
    title: str,
    now: Any,
) -> Case:
    day = time.local_day(now)
    case = Case(
        process=definition.process,
        definition_version=definition.version,
        title=title,
        state=definition.initial,
        state_since=day,
        division_code=division_code,
        city_code=f"{division_code[:4]}00",
        opened_at=now,
        opened_on=day,
        last_at=now,
        flags={},
    )
    for name, value in (("office", office), ("applicant", applicant), ("project", project)):
        setattr(case, f"{name}_id" if isinstance(value, int) else name, value)
    return case


def _opened(unit: Unit, folder: Folder, by: Actor, now: Any) -> Case:
    """Record, start what starts by itself, tell."""
    case = folder.case
    unit.add(case)
    case._was_version = 0
    unit.remember(folder)
    place = unit.savepoint()
    try:
        _begin(unit, folder, by, now)
    except BaseException:
        unit.rollback(place)
        unit.fresh[Case].remove(case)
        unit.forget(folder)
        raise
    return case


def _begin(unit: Unit, folder: Folder, by: Actor, now: Any) -> None:
    case = folder.case
    env = environment(unit, folder, case.opened_on)
    for start in clocks.starts(folder, env, {}):
        clocks.begin(unit, folder, start, now)
    calendar = unit.calendar(folder.definition.layers, case.opened_on)
    for run in folder.running():
        clocks.refresh(run, calendar, case.opened_on)
    clocks.summarise(folder)
    timer = timer_of(unit, folder, folder.state, case.opened_on, env, "")
    case.timer_on, case.timer_action = timer or (None, "")
    role = APPLICANT if by.kind == "subject" else by.kind
    step = new(
        Step, {"case": case}, case_id=case.pk, seq=0, action=OPEN, from_state="", to_state=case.state, role=role, actor=by.key,
        actor_zh=by.name_zh, at=now, recorded_at=now, day=case.opened_on, round=1, key=OPEN, facts={},
    )  # fmt: skip
    unit.add(step)
    folder.note(step, role)
    facts: dict[str, Any] = {
        "process": case.process, "definition": case.definition_version, "to": case.state, "city": case.city_code,
        "division": case.division_code, "office": unit.office(case.office_id)[0], "parent": case.parent_id,
        "effects": [], "marks": [],
    }  # fmt: skip
    unit.entries.append(
        journal.draft(
            f"case.{case.process}.{OPEN}",
            actor=by.key,
            object=("case", ident(case)),
            facts=facts,
            case_id=case.pk,
            at=now,
        )
    )


def _may_open(definition: Definition, case: Case, by: Actor) -> None:
    """The platform, the applicant himself, an officer for him, or whoever takes the first step."""
    folder = Folder(case, definition)
    roles = [name for action in folder.state.actions.values() for name in action.by]
    if by.kind == "system" or any(checks.plays(folder, by, name) for name in (APPLICANT, *roles)):
        return
    raise NotAllowed(
        f"您不能在该单位开立“{definition.zh}”：只能由申请人本人、受理窗口代办人员或首环节办理人员开立。",
        rule="case.open",
        actor=by.key,
        office=case.office_id,
    )


def _opened_before(unit: Unit, process: str, key: str | None) -> Case | None:
    if key is None:
        return None
    found = unit.opened.get(key) or _row(unit, "open_key = %s", [key])
    return _same_process(found, process) if found else None


def _same_process(case: Case, process: str) -> Case:
    if case.process != process:
        raise RuleBroken("这个幂等键已用于另一种办件，请重新打开页面。", rule="case.key", number=case.number)
    return case


def _open_with(unit: Unit, case: Case) -> Case | None:
    """The open case with the same unique key; what stands in memory outweighs the table."""
    if case.unique_key is None:
        return None
    present = unit.unique.get((case.process, case.unique_key))
    if present is None:
        where = "process = %s AND unique_key = %s AND NOT settled AND NOT ended"
        present = _row(unit, where, [case.process, case.unique_key])
    return present if present is not None and present.is_open else None


def _row(unit: Unit, where: str, values: list[str]) -> Case | None:
    """A case looked up by an indexed condition: asked at every opening, so asked in plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM case_case WHERE {where}", values)
        found = cursor.fetchone()
    return unit.load(found)[0].case if found else None


def _part(definition: Definition, facts: Mapping[str, Any], project: Any, name: str) -> str:
    value = case_facts.search(facts, name)
    if value is None and project is not None and definition.subject.get("project") == name:
        value = getattr(project, "uid", project)
    return "" if value is None else str(value)


def _many(some: Any) -> list[Any]:
    return list(some) if isinstance(some, list | tuple | set) else [some]


def _pk(one: Any) -> int:
    return getattr(one, "pk", one)
