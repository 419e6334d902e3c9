"""Handing over (移交): the open cases and tasks of one officer to another, all of them or some.

The officer himself hands over what he has in hand; what others have is handed over by whoever may
assign tasks at that office. All that was named moves, or nothing does and the refusal says which
cases stand against it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet

from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import tasks
from zhujianyun.kernel.case.definition.model import APPLICANT, SYSTEM
from zhujianyun.kernel.case.engine import checks
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.noting import note_step
from zhujianyun.kernel.case.engine.unit import Unit, working
from zhujianyun.kernel.case.models import Case, Task

ACTION = "hand_over"
NAMED = 5  # cases that a refusal names


def in_hand(account_id: int) -> QuerySet[Case]:
    """The open cases that somebody holds or has a task in (在手办件)."""
    tasked = Task.objects.filter(assignee_id=account_id, state=Task.State.OPEN)
    mine = Q(holder_id=account_id) | Q(pk__in=tasked.values("case_id"))
    return Case.objects.filter(mine, settled=False, ended=False)


def hand_over(
    giver: Any, taker: Actor, *, by: Actor, reason: str, key: str, only: Collection[int] | None = None
) -> int:
    """Move open cases and tasks from one officer to another (移交); the number of cases that moved.

    ``only`` names cases by their ids; without it everything in hand moves. The same ``key`` again
    moves nothing twice. What was signed before stays as it is.

    Raises:
        RuleBroken: without reason, to the same person, or cases that the taker must or may not take.
        NotAllowed: another's cases without the permission to assign tasks there.
    """
    giver_id = getattr(giver, "pk", giver)
    if not reason.strip() or taker.account_id is None:
        raise RuleBroken("移交必须写明理由，并移交给有账号的人员。", rule="case.hand_over")
    if taker.account_id == giver_id:
        raise RuleBroken("移交人和接收人是同一人，请另选接收人。", rule="case.hand_over")
    rows = in_hand(giver_id)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    with working() as unit:
        folders = unit.load(sorted(rows.values_list("pk", flat=True)))
        _may(folders, giver_id, by)
        _refuse({str(one.case): why for one in folders if (why := _why_not(one, giver_id, taker))}, taker)
        for folder in folders:
            _move(unit, folder, giver_id, taker, by=by, reason=reason, key=key)
    return len(folders)


def _may(folders: list[Folder], giver_id: int, by: Actor) -> None:
    if by.kind == "system" or by.account_id == giver_id:
        return
    for folder in folders:
        if not access.allows(by, tasks.ASSIGN, folder.case.office_id):
            raise NotAllowed(
                "只能移交自己在手的办件；移交他人的办件，须由本单位有“分派任务”权限的负责人办理。",
                rule="case.hand_over",
                actor=by.key,
                case=str(folder.case),
            )


def _why_not(folder: Folder, giver_id: int, taker: Actor) -> str:
    """Why the taker cannot take this case, or ""."""
    staff = [name for name in folder.definition.roles if name not in (APPLICANT, SYSTEM)]
    if not any(checks.plays(folder, taker, name) for name in staff):
        return "在该办理单位没有这一流程的角色"
    parallel = folder.state.parallel
    if parallel is None:
        return ""
    for task in _tasks(folder, giver_id):
        reason = tasks.why_not_take(folder, parallel, tasks.Candidate(taker), task.part)
        if reason:
            return f"“{task.part}”任务：{reason}"
    return ""


def _refuse(reasons: dict[str, str], taker: Actor) -> None:
    if not reasons:
        return
    said = "；".join(f"{number} {why}" for number, why in list(reasons.items())[:NAMED])
    more = f"等 {len(reasons)} 件" if len(reasons) > NAMED else ""
    raise RuleBroken(
        f"没有移交：{taker.name_zh} 不能接收 {said}{more}。请去掉这些办件，或另选接收人。",
        rule="case.hand_over",
        cases=reasons,
    )


def _move(
    unit: Unit, folder: Folder, giver_id: int, taker: Actor, *, by: Actor, reason: str, key: str
) -> None:
    step_key = f"{ACTION}:{key}"[:120]
    if step_key in folder.keys:
        return
    if folder.case.holder_id == giver_id:
        folder.case.holder_id = taker.account_id
    parts = []
    for task in _tasks(folder, giver_id):
        tasks.give(unit, folder, task, taker, by, reason)
        parts.append(task.part)
    told = {"from": f"account:{giver_id}", "to": taker.key, "to_zh": taker.name_zh, "parts": parts}
    note_step(unit, folder, ACTION, by=by, key=step_key, reason=reason, facts=told)


def _tasks(folder: Folder, giver_id: int) -> list[Task]:
    return [one for one in folder.tasks if one.assignee_id == giver_id and one.state == Task.State.OPEN]
