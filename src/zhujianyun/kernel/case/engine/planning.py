"""Guard (把关): from a request to a plan, or to a refusal. Nothing is changed here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from zhujianyun.base import clock as time
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.case import clock
from zhujianyun.kernel.case.definition.model import Action, Deadline, State
from zhujianyun.kernel.case.engine import checks, clocks
from zhujianyun.kernel.case.engine import facts as case_facts
from zhujianyun.kernel.case.engine.asking import Ask, Plan
from zhujianyun.kernel.case.engine.environment import Environment
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.unit import Unit

EXTEND = "extend:"


def plan(unit: Unit, folder: Folder, ask: Ask) -> Plan:
    """What an act will change (办理方案).

    Raises:
        RuleBroken, NotAllowed, Conflict: why it may not be done.
    """
    checks.version(folder, ask)
    checks.not_ended(folder)
    if ask.action.startswith(EXTEND):
        return _extension(unit, folder, ask)
    action = checks.offered(folder, ask)
    role = checks.role(folder, ask.by, action.by, action.zh)
    now = time.now()
    at = checks.moment(folder, ask, now)
    given, filled = case_facts.split(ask.facts, folder.definition, action)
    filled = case_facts.checked_act_facts(action, filled)
    facts = folder.case.facts
    if given:
        facts = case_facts.merged(facts, case_facts.checked_case_facts(folder.definition, given))
    if folder.case.state == folder.definition.initial and action.to != folder.case.state:
        case_facts.require_complete(folder.definition, facts)
    checks.once(folder, action, ask, filled)
    checks.needs(folder, action, ask, filled, facts)
    checks.joined(folder, action, role)
    found = Plan(
        ask, action, role, checks.acts_for(folder, ask, role), now, at, time.local_day(at), facts, filled
    )
    return _completed(unit, folder, found)


def environment(unit: Unit, folder: Folder, day: date, facts: Any = None, **more: Any) -> Environment:
    """What expressions read about a case on a day (表达式环境)."""
    return Environment(unit, folder, day, folder.case.facts if facts is None else facts, **more)


def marks_of(folder: Folder, action: Action, day: date, by_timer: bool) -> dict[str, date]:
    """The marks of an act and their days (节点).

    What happens by itself because the office kept silent counts from the receipt where it starts a
    clock (deemed acceptance, 行政许可法 art. 32): silence must not cost the applicant a day.
    """
    if not by_timer:
        return dict.fromkeys(action.mark, day)
    starting = {one.start_mark for one in folder.definition.deadlines.values()}
    since = folder.case.state_since
    return {mark: since if mark in starting else day for mark in action.mark}


def timer_of(
    unit: Unit, folder: Folder, state: State, since: date, env: Environment, done: str
) -> tuple[date, str] | None:
    """The first action that will do itself in a state: its last day of grace and its name (自动办理)."""
    found = []
    for action in state.actions.values():
        if action.after is None or (action.once and (action.name == done or action.name in folder.done)):
            continue
        calendar = unit.calendar(folder.definition.layers, env.day)
        days = env.whole(action.after.days)
        found.append((clock.limit_day(since, days, action.after.unit, calendar), action.name))
    return min(found, default=None)


def _completed(unit: Unit, folder: Folder, found: Plan) -> Plan:
    """The parts that need expressions: guard, clocks, pauses, timer."""
    ask, action, case = found.ask, found.action, folder.case
    kinds = tuple(one.kind for one in ask.documents)
    env = environment(
        unit, folder, found.day, found.facts, action=action.name, filled=found.filled, documents=kinds
    )
    checks.guarded(folder, action, env)
    found.signed = checks.signed(folder, action, ask)
    found.marks = marks_of(folder, action, found.day, by_timer=action.after is not None)
    found.starts = clocks.starts(folder, env, found.marks)
    moves = action.to != case.state
    found.halts = _halts(unit, folder, found, env) if moves else []
    found.state_since = found.day if moves else case.state_since
    target = folder.definition.states[action.to]
    if target.name not in folder.definition.end:
        found.timer = timer_of(unit, folder, target, found.state_since, env, action.name)
    found.gives_number = case.number is None and (moves or bool(action.doc))
    return found


def _halts(unit: Unit, folder: Folder, found: Plan, env: Environment) -> list[clocks.Halt]:
    """The pauses that the new state brings; one without paper, approver and cap is refused."""
    deadlines = {run.deadline for run in folder.running()} | {one.deadline.id for one in found.starts}
    stopped = {
        name for name in deadlines if set(folder.definition.deadlines[name].stop) & set(found.marks)
    } - {one.deadline.id for one in found.starts}
    halts = []
    for name in sorted(deadlines - stopped):
        deadline = folder.definition.deadlines[name]
        for pause in deadline.pauses:
            if pause.state == found.action.to:
                halts.append(_halt(unit, folder, found, env, deadline, pause))
    return halts


def _halt(
    unit: Unit, folder: Folder, found: Plan, env: Environment, deadline: Deadline, pause: Any
) -> clocks.Halt:
    ask = found.ask
    if pause.type not in clock.PAUSE_TYPES:
        raise _no_pause(deadline, f"中止类型“{pause.type}”不在{'、'.join(clock.PAUSE_TYPES)}之内")
    given = {found.action.doc, *(one.kind for one in ask.documents)}
    if not pause.doc or pause.doc not in given:
        raise _no_pause(deadline, f"须同时向申请人送达《{pause.doc or pause.type + '告知书'}》")
    if found.is_backdated and found.day != time.local_day(found.now):
        raise _no_pause(deadline, "中止不得事后补录")
    approver = _approver(folder, ask, pause.approver, found.role)
    if approver is None:
        role = folder.definition.roles.get(pause.approver)
        raise _no_pause(deadline, f"须经{role.zh if role else '负责人'}批准")
    days = env.whole(pause.cap_days)
    if days < 1:
        raise _no_pause(deadline, "须有最长期限")
    calendar = unit.calendar(folder.definition.layers, found.day)
    cap_on = clock.limit_day(found.day, days, pause.cap_unit, calendar)
    return clocks.Halt(deadline.id, pause, cap_on, approver.key)


def _approver(folder: Folder, ask: Ask, role: str, acting: str) -> access.Actor | None:
    """Whoever approves: named with the act, or the actor himself when he holds the role. Never the system.

    Nobody approves his own pause by a post that is only lent to him.
    """
    lent = access.only_stands_in(ask.by, f"{folder.definition.app}.{role}", folder.case.office_id)
    for one in (ask.approved_by, ask.by):
        if one is None or one.kind != "account" or not checks.plays(folder, one, role):
            continue
        if one.key == ask.by.key and lent and acting != role:
            continue
        return one
    return None


def _no_pause(deadline: Deadline, said: str) -> RuleBroken:
    return RuleBroken(
        f"“{deadline.zh}”不能中止：{said}。中止必须有类型、文书、批准人和最长期限。",
        rule="case.pause",
        deadline=deadline.id,
    )


def _extension(unit: Unit, folder: Folder, ask: Ask) -> Plan:
    """An extension of a clock: before it expires, as often as the definition says, with a reason."""
    name = ask.action.removeprefix(EXTEND)
    deadline = folder.definition.deadlines.get(name)
    run = next((one for one in folder.running() if one.deadline == name), None)
    if deadline is None or deadline.extend is None or run is None:
        raise RuleBroken("这个时限没有运行或依法不得延期。", rule="case.extend", deadline=name)
    now: datetime = time.now()
    if ask.at is not None and ask.at != now:
        raise RuleBroken("延期不得事后补录。", rule="case.extend", deadline=name)
    role = checks.role(folder, ask.by, deadline.extend.by, f"{deadline.zh}延期")
    today = time.local_day(now)
    if not ask.reason.strip():
        raise RuleBroken("延期必须写明理由并告知申请人。", rule="case.extend", deadline=name)
    if len(run.lengthenings) >= deadline.extend.times:
        raise RuleBroken(
            f"“{deadline.zh}”已延期 {len(run.lengthenings)} 次，不能再延。", rule="case.extend", deadline=name
        )
    if clock.read(run.ledger, unit.calendar(folder.definition.layers, today), today).overdue:
        raise RuleBroken(f"“{deadline.zh}”已届满，不能延期。", rule="case.extend", deadline=name)
    action = Action(
        name=ask.action,
        zh=f"{deadline.zh}延期",
        by=deadline.extend.by,
        to=folder.case.state,
        doc=deadline.extend.doc,
    )
    found = Plan(
        replace(ask), action, role, checks.acts_for(folder, ask, role), now, now, today, folder.case.facts, {}
    )
    found.state_since = folder.case.state_since
    found.extension = (name, environment(unit, folder, today).whole(deadline.extend.days))
    found.timer = (folder.case.timer_on, folder.case.timer_action) if folder.case.timer_on else None
    return found
