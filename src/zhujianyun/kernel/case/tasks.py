"""Working on tasks (任务办理): assign, submit, reassign, give back. Whoever is in conflict is kept away.

Each verb is idempotent by its effect (the same assignment or the same result again changes nothing)
and is one journal line. Conflict of interest (回避) is judged on facts the caller brings: where a
reviewer works or worked lately, and on what the case knows: who acted in it before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition.model import Parallel
from zhujianyun.kernel.case.engine import checks, facts
from zhujianyun.kernel.case.engine.changing import ident
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.unit import Unit, reading, working
from zhujianyun.kernel.case.models import Case, Task

COOLING_MONTHS = 12
ENTRY_FIELDS_ZH = {"issue": "问题", "clause": "条文", "severity": "性质", "drawing_ref": "图号"}
ASSIGN = "case.assign_tasks"


@dataclass(frozen=True, slots=True)
class Employment:
    """Where somebody works or worked (任职经历)."""

    subject_id: int
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might do a task (候选人), with what bears on a conflict of interest."""

    actor: Actor
    employments: tuple[Employment, ...] = ()
    specialties: tuple[str, ...] = ()  # empty: any


def conflict(
    case: Case, candidate: Candidate, distinct_from: Iterable[str], *, months: int = COOLING_MONTHS
) -> str:
    """Why this person must keep away from the case, or "" (回避理由)."""
    return _conflict(_folder(case), candidate, tuple(distinct_from), months)


def assign(
    case: Case, part: str, candidates: Sequence[Candidate], *, by: Actor, months: int = COOLING_MONTHS
) -> Task:
    """Give a task to the first candidate who may do it (分派任务).

    Raises:
        RuleBroken: everybody is in conflict; the case is flagged for escalation, then this is raised.
        NotAllowed: the actor may not assign tasks here.
    """
    with working() as unit:
        folder = unit.folder(case)
        parallel, task = _open_task(folder, part)
        _may_assign(folder, by)
        reasons: dict[str, str] = {}
        for one in candidates:
            reason = why_not_take(folder, parallel, one, part, months)
            if not reason:
                return give(unit, folder, task, one.actor, by, "分派")
            reasons[one.actor.name_zh] = reason
        flagged = {**folder.case.flags.get("escalated", {}), part: reasons}
        folder.case.flags = {**folder.case.flags, "escalated": flagged}
        unit.touch(folder.case)
        _tell(unit, folder, "task_escalated", by, {"part": part, "reasons": reasons})
    said = "；".join(f"{name}：{reason}" for name, reason in reasons.items()) or "没有候选人"
    raise RuleBroken(
        f"“{part}”无人可派（{said}），已提请上级机关指派。", rule="case.conflict", part=part, reasons=reasons
    )


def reassign(
    case: Case, part: str, candidate: Candidate, *, by: Actor, reason: str, months: int = COOLING_MONTHS
) -> Task:
    """Give an unfinished task to somebody else; what was done on it is kept (改派任务).

    Raises:
        RuleBroken: without reason, a finished task, or a person in conflict.
    """
    if not reason.strip():
        raise RuleBroken("改派任务必须写明理由。", rule="case.task", part=part)
    with working() as unit:
        folder = unit.folder(case)
        parallel, task = _open_task(folder, part)
        _may_assign(folder, by)
        why_not = why_not_take(folder, parallel, candidate, part, months)
        if why_not:
            raise RuleBroken(
                f"{candidate.actor.name_zh} 须回避：{why_not}，请另派他人。", rule="case.conflict", part=part
            )
        return give(unit, folder, task, candidate.actor, by, reason)


def submit(
    case: Case,
    part: str,
    *,
    by: Actor,
    passed: bool,
    entries: Sequence[Mapping[str, Any]] = (),
    acting_for: str = "",
) -> Task:
    """Hand in the result of a task (提交任务结果). Each entry holds the fields that the definition asks for.

    Raises:
        RuleBroken: a field is missing, passed with open entries of 强条, or the task is done already.
        NotAllowed: the task belongs to somebody else.
    """
    with working() as unit:
        folder = unit.folder(case)
        parallel, task = _open_task(folder, part, may_be=(by, passed, entries))
        if task.state != Task.State.OPEN:
            return task
        acting_for = acting_for or _may_submit(folder, parallel, task, by)
        found = [_entry(parallel, one, n) for n, one in enumerate(entries, 1)]
        if passed and any(one["open"] and one.get("severity") == "强条" for one in found):
            raise RuleBroken(
                f"“{part}”尚有强制性条文意见未关闭，不能提交为通过。", rule="case.task", part=part
            )
        task.result = {"passed": passed, "entries": found, "assignee_zh": by.name_zh}
        task.state, task.done_at, task.acting_for = Task.State.DONE, clock.now(), acting_for
        if task.assignee_id is None:
            task.assignee_id = by.account_id
        unit.touch(task)
        told = {"part": part, "passed": passed, "entries": len(found), "round": task.round}
        _tell(unit, folder, "task_done", by, told, acting_for)
        return task


def give_back(case: Case, part: str, *, by: Actor, reason: str) -> Task:
    """Lay down an unfinished task of one's own, to be assigned anew (退回任务).

    Raises:
        RuleBroken: without reason, or a finished task.
        NotAllowed: the task belongs to somebody else.
    """
    if not reason.strip():
        raise RuleBroken("退回任务必须写明理由。", rule="case.task", part=part)
    with working() as unit:
        folder = unit.folder(case)
        _, task = _open_task(folder, part)
        if task.assignee_id is None or task.assignee_id != by.account_id:
            raise access_denied(task)
        _change(task, None, by, reason)
        task.assignee_id = None
        task.result = {name: value for name, value in task.result.items() if name != "assignee_zh"}
        unit.touch(task)
        _tell(unit, folder, "task_given_back", by, {"part": part, "round": task.round}, reason=reason)
        return task


def why_nots(
    case: Case, part: str, candidates: Iterable[Candidate], *, months: int = COOLING_MONTHS
) -> dict[str, str]:
    """Why each of these cannot take the task, "" for whoever can, by actor key (不能承办的原因).

    Raises:
        NotFound: the case has no such task now.
    """
    folder = _folder(case)
    parallel, _ = _open_task(folder, part)
    return {one.actor.key: why_not_take(folder, parallel, one, part, months) for one in candidates}


def rights(case: Case, by: Actor) -> dict[str, Any]:
    """What somebody may do with the present tasks of a case (任务权限): assign any, submit which.

    ``assign`` is a flag; ``submit`` and ``give_back`` are the parts, as the verbs themselves would judge.
    """
    return rights_in(_folder(case), by)


def rights_in(folder: Folder, by: Actor) -> dict[str, Any]:
    """`rights`, on a folder that has been read already (卷宗内任务权限)."""
    parallel = folder.state.parallel
    found: dict[str, Any] = {"assign": False, "submit": [], "give_back": []}
    if parallel is None or folder.case.ended:
        return found
    found["assign"] = _is_allowed(lambda: _may_assign(folder, by))
    for task in folder.present_tasks(parallel.task):
        if task.state != Task.State.OPEN:
            continue
        if _is_allowed(partial(_may_submit, folder, parallel, task, by)):
            found["submit"].append(task.part)
        if task.assignee_id is not None and task.assignee_id == by.account_id:
            found["give_back"].append(task.part)
    return found


def _is_allowed(check: Callable[[], Any]) -> bool:
    try:
        check()
    except PlatformError:
        return False
    return True


def give(unit: Unit, folder: Folder, task: Task, to: Actor, by: Actor, reason: str) -> Task:
    """Put a task into somebody's hands, within a unit of work (交付任务)."""
    if task.assignee_id == to.account_id:
        return task
    _change(task, to, by, reason)
    task.assignee_id = to.account_id
    task.result = {**task.result, "assignee_zh": to.name_zh}
    unit.touch(task)
    _tell(
        unit,
        folder,
        "task_assigned",
        by,
        {"part": task.part, "task": task.name, "to": to.key, "round": task.round},
        reason=reason,
    )
    return task


def _change(task: Task, to: Actor | None, by: Actor, reason: str) -> None:
    """One line of the task's own history, with names as they were."""
    change = {
        "from": task.assignee_id,
        "from_zh": task.result.get("assignee_zh", ""),
        "to": to.account_id if to else None,
        "to_zh": to.name_zh if to else "",
        "by": by.key,
        "by_zh": by.name_zh,
        "reason": reason,
        "at": clock.now().isoformat(),
    }
    task.history = [*task.history, change]


def _open_task(folder: Folder, part: str, may_be: Any = None) -> tuple[Parallel, Task]:
    checks.not_ended(folder)
    parallel = folder.state.parallel
    found = [one for one in folder.present_tasks(parallel.task) if one.part == part] if parallel else []
    if parallel is None or not found:
        raise NotFound(f"办件 {folder.case} 现在没有“{part}”任务。", rule="case.task", part=part)
    task = found[0]
    if task.state == Task.State.OPEN or (may_be and _is_same_result(task, *may_be)):
        return parallel, task
    raise RuleBroken(f"“{part}”任务已完成，不能再改；需要重审的请退回修改。", rule="case.task", part=part)


def _is_same_result(task: Task, by: Actor, passed: bool, entries: Sequence[Mapping[str, Any]]) -> bool:
    """The same result again is no fault: the first one stands."""
    kept = [
        {k: v for k, v in one.items() if k not in ("open", "id")} for one in task.result.get("entries", ())
    ]
    given = [{k: v for k, v in facts.plain(dict(one)).items() if k not in ("open", "id")} for one in entries]
    return task.assignee_id == by.account_id and task.result.get("passed") is passed and kept == given


def _may_assign(folder: Folder, by: Actor) -> None:
    office = folder.case.office_id
    if by.kind == "system" or access.allows(by, ASSIGN, office):
        return
    staff = [
        name
        for action in folder.state.actions.values()
        for name in action.by
        if name not in ("owner", "system")
    ]
    checks.role(folder, by, dict.fromkeys(staff), "分派任务")


def _may_submit(folder: Folder, parallel: Parallel, task: Task, by: Actor) -> str:
    """For whom the task is done: "" for oneself."""
    if task.assignee_id is not None and task.assignee_id == by.account_id:
        return ""
    code, office = f"{folder.definition.app}.{parallel.by}", folder.case.office_id
    whom = access.stands_in_for(by, code, office)
    if task.assignee_id is None:
        checks.role(folder, by, (parallel.by,), f"提交“{task.part}”意见")
        whom = whom if access.only_stands_in(by, code, office) else ""
    elif whom != f"account:{task.assignee_id}":
        raise access_denied(task)
    clash = _conflict(folder, Candidate(by), parallel.distinct_from, COOLING_MONTHS)
    if clash:
        raise NotAllowed(f"您须回避：{clash}，请退回任务另派他人。", rule="case.conflict", part=task.part)
    return whom


def access_denied(task: Task) -> Exception:
    """The refusal to whoever is not the assignee (非承办人)."""
    name = task.result.get("assignee_zh") or "他人"
    return NotAllowed(f"“{task.part}”由 {name} 承办，您不能代为提交。", rule="case.task", part=task.part)


def _entry(parallel: Parallel, given: Mapping[str, Any], n: int) -> dict[str, Any]:
    found = {**facts.plain(dict(given)), "id": n, "open": bool(given.get("open", True))}
    missing = [name for name in parallel.fields if not found.get(name)]
    if missing:
        said = "、".join(ENTRY_FIELDS_ZH.get(name, name) for name in missing)
        raise RuleBroken(f"第 {n} 条意见缺少：{said}。", rule="case.task", entry=n, missing=missing)
    return found


def why_not_take(
    folder: Folder, parallel: Parallel, one: Candidate, part: str, months: int = COOLING_MONTHS
) -> str:
    """Why somebody cannot take a part, or "" (不能承办的原因): role, specialty, conflict of interest."""
    if not checks.plays(folder, one.actor, parallel.by):
        return f"不具有{folder.definition.roles[parallel.by].zh}角色"
    if one.specialties and part not in one.specialties:
        return f"专业不符（{'、'.join(one.specialties)}）"
    return _conflict(folder, one, parallel.distinct_from, months)


def _conflict(folder: Folder, one: Candidate, distinct_from: tuple[str, ...], months: int) -> str:
    since = _months_before(clock.today(), months)
    for role in distinct_from:
        zh = folder.definition.roles[role].zh if role in folder.definition.roles else role
        acted = folder.actors.get(role, ())
        if one.actor.key in acted:
            return f"曾以{zh}身份办理本件"
        if not acted_apart(one.actor, acted):
            return f"所代理的人曾以{zh}身份办理本件"
        parties = set(folder.case.parties.get(role, ()))
        for employment in one.employments:
            if employment.subject_id in parties and (employment.until is None or employment.until > since):
                said = f"离开不满 {months} 个月" if employment.until else "现在其任职"
                return f"与{zh}有利害关系（{said}）"
    return ""


def acted_apart(actor: Actor, acted: Iterable[str]) -> bool:
    """Whether nobody for whom the actor stands in is among those who acted (被代理人未参与)."""
    return not set(actor.substitutes.values()) & set(acted)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = [
        31,
        29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28,
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ]
    return date(year, month + 1, min(day.day, last[month]))


def _folder(case: Case) -> Folder:
    return reading().folder(case)


def _tell(
    unit: Unit,
    folder: Folder,
    verb: str,
    by: Actor,
    told: dict[str, Any],
    acting_for: str = "",
    reason: str = "",
) -> None:
    case = folder.case
    base = {
        "number": case.number or "",
        "process": case.process,
        "city": case.city_code,
        "marks": [],
        "effects": [],
    }
    unit.entries.append(
        journal.draft(
            f"case.{case.process}.{verb}",
            actor=by.key,
            object=("case", ident(case)),
            facts={**base, **told},
            case_id=case.pk,
            acting_for=acting_for,
            reason=reason,
        )  # fmt: skip
    )
