"""Tasks done side by side (并行任务): opened on entering a state, reopened for the next round.

Round 2 reopens what failed and what changed since: a part whose files have another digest than when
its reviewer saw them. What passed untouched is carried over, named as such.
"""

from __future__ import annotations

import hashlib
from typing import Any

from zhujianyun.kernel.case.definition.model import Parallel
from zhujianyun.kernel.case.engine.asking import Plan
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.unit import Unit
from zhujianyun.kernel.case.models import Task
from zhujianyun.kernel.case.rows import new


def on_entry(unit: Unit, folder: Folder, plan: Plan, before: str) -> None:
    """Open the tasks of the state that was just entered (开启任务)."""
    parallel = folder.state.parallel
    if parallel is None or folder.case.state == before:
        return
    earlier = {task.part: task for task in folder.present_tasks(parallel.task)}
    if earlier and next(iter(earlier.values())).round == folder.case.round:
        return  # back from a detour of the same round: the tasks are as they were left
    for part in parallel.over:
        _open(unit, folder, plan, parallel, part, earlier.get(part))


def files_digest(folder: Folder, part: str) -> str:
    """One digest over the latest file of each kind of a part (专业文件摘要)."""
    latest = {one.kind: one.digest for one in folder.documents if one.part == part}
    text = "\n".join(f"{kind} {digest}" for kind, digest in sorted(latest.items()))
    return hashlib.sha256(text.encode()).hexdigest() if latest else ""


def _open(
    unit: Unit, folder: Folder, plan: Plan, parallel: Parallel, part: str, earlier: Task | None
) -> None:
    digest = files_digest(folder, part)
    carried = earlier is not None and not _reopens(plan.action.reopen, earlier, digest)
    row = new(
        Task,
        {"case": folder.case},
        case_id=folder.case.pk,
        name=parallel.task,
        part=part,
        role=parallel.by,
        round=folder.case.round,
        state=Task.State.CARRIED if carried else Task.State.OPEN,
        assignee_id=earlier.assignee_id if earlier else None,
        result=_result(earlier, carried),
        files_digest=digest,
        opened_at=plan.at,
        done_at=earlier.done_at if earlier and carried else None,
        history=[],
    )
    folder.tasks.append(row)
    unit.add(row)


def _reopens(rule: str | None, earlier: Task, digest: str) -> bool:
    if earlier.state == Task.State.OPEN or rule in (None, "all"):
        return True
    failed = earlier.result.get("passed") is not True
    return failed or (rule == "failed_or_touched" and digest != earlier.files_digest)


def _result(earlier: Task | None, carried: bool) -> dict[str, Any]:
    """A reopened task keeps who it belongs to; what it found is asked anew."""
    if earlier is None:
        return {}
    if carried:
        return earlier.result
    return {name: earlier.result[name] for name in ("assignee_zh",) if name in earlier.result}
