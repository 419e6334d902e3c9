"""Steps that leave the state alone (非流转步骤): a corrected paper, a migrated version."""

from __future__ import annotations

from typing import Any

from zhujianyun.base import clock as time
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.engine.changing import ident
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.unit import Unit
from zhujianyun.kernel.case.models import Step
from zhujianyun.kernel.case.rows import new


def note_step(
    unit: Unit,
    folder: Folder,
    action: str,
    *,
    by: Actor,
    key: str,
    reason: str = "",
    facts: dict[str, Any] | None = None,
    before: str | None = None,
) -> Step:
    """Record a step outside the flow, with its journal line (记录非流转步骤)."""  # fmt: skip
    case, now = folder.case, time.now()
    case.version += 1
    case.last_at = now
    step = new(
        Step, {"case": case}, case_id=case.pk, seq=case.version, action=action, role=by.kind, actor=by.key,
        from_state=case.state if before is None else before, to_state=case.state, actor_zh=by.name_zh, at=now,
        recorded_at=now, day=time.local_day(now), reason=reason, round=case.round, key=key, facts=facts or {},
    )  # fmt: skip
    unit.add(step)
    unit.touch(case)
    folder.note(step, by.kind)
    told = {
        "number": case.number or "", "process": case.process, "definition": case.definition_version,
        "step": step.seq, "from": step.from_state, "to": step.to_state, "city": case.city_code, "round": case.round,
        "marks": [], "effects": [], **(facts or {}),
    }  # fmt: skip
    unit.entries.append(
        journal.draft(
            f"case.{case.process}.{action}",
            actor=by.key,
            object=("case", ident(case)),
            facts=told,
            case_id=case.pk,
            reason=reason,
            at=now,
        )  # fmt: skip
    )
    return step
