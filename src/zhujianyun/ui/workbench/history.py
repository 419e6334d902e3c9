"""What happened to a case (办理经过): every step, and between them what was done with its tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zhujianyun.base import masks
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case.definition.model import NATIONAL_STATES, Definition
from zhujianyun.kernel.case.dossier import Dossier
from zhujianyun.kernel.case.models import Document, Paper, Step, Task
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.workbench import shown


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history (经过)."""

    at: datetime
    zh: str
    who: str
    recorded_at: datetime
    from_zh: str = ""
    to_zh: str = ""
    for_zh: str = ""
    nat_zh: str = ""
    said: str = ""
    filled: list[tuple[str, str]] = field(default_factory=list)
    signed: str = ""
    reason: str = ""
    papers: list[Paper] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    is_task: bool = False

    @property
    def is_backdated(self) -> bool:
        """Entered later than it was done: both times are shown."""
        return self.at != self.recorded_at

    @property
    def moves(self) -> bool:
        """Whether the case went to another state."""
        return bool(self.from_zh) and self.from_zh != self.to_zh


def events(definition: Definition | None, dossier: Dossier) -> list[Event]:
    """Everything that happened, latest first (办理经过)."""
    names = _names(dossier)
    papers, documents = _by_step(dossier.papers), _by_step(dossier.documents)
    found = [_step(definition, step, names, papers[step.pk], documents[step.pk]) for step in dossier.steps]
    found += [one for task in dossier.tasks for one in _task(task, names)]
    # The sort is stable: what was done in the same instant stays in its own order.
    return sorted(found, key=lambda one: one.recorded_at)[::-1]


def _step(
    definition: Definition | None,
    step: Step,
    names: dict[str, str],
    papers: list[Paper],
    documents: list[Document],
) -> Event:
    signed = [one["zh"] for one in step.facts.get("signed") or () if one.get("zh")]
    return Event(
        at=step.at,
        zh=shown.action_zh(definition, step.from_state, step.action),
        who=step.actor_zh,
        recorded_at=step.recorded_at,
        from_zh=_state_zh(definition, step.from_state),
        to_zh=_state_zh(definition, step.to_state),
        for_zh=names.get(step.acting_for, ""),
        nat_zh=f"{step.nat} {NATIONAL_STATES[step.nat]}" if step.nat in NATIONAL_STATES else "",
        said=_said(definition, step),
        filled=shown.filled_zh(definition, step),
        signed="、".join(dict.fromkeys(signed)) if len(set(signed)) > 1 else "",
        reason=masks.free_text(step.reason, "officer"),
        papers=papers,
        documents=documents,
    )


def _said(definition: Definition | None, step: Step) -> str:
    if step.action == "hand_over":
        parts = "、".join(step.facts.get("parts") or ())
        return f"交给 {step.facts.get('to_zh', '')}" + (f"（含“{parts}”任务）" if parts else "")
    if step.action == "drop_document":
        return f"撤下《{step.facts.get('kind', '')}》"
    changed = step.facts.get("changed") or {}
    declared = definition.facts if definition else {}
    names = [declared[name].zh for name in changed if name in declared]
    return f"改动要素：{'、'.join(names)}" if names else ""


def _task(task: Task, names: dict[str, str]) -> list[Event]:
    """What was done with a task: given to whom, given back, handed in."""
    found = []
    for change in task.history:
        at = datetime.fromisoformat(change["at"])
        to = change.get("to_zh") or names.get(f"account:{change['to']}", "")
        zh = f"分派“{task.part}”任务" if to else f"退回“{task.part}”任务"
        if to and change.get("from"):
            zh = f"改派“{task.part}”任务"
        reason = "" if change.get("reason") == "分派" else change.get("reason", "")
        who = change.get("by_zh") or names.get(change.get("by", ""), "系统")
        said = f"交给 {to}" if to else ""
        found.append(Event(at, zh, who, at, said=said, reason=reason, is_task=True))
    if task.done_at and task.state == Task.State.DONE:
        entries = len(task.result.get("entries") or ())
        verdict = "通过" if task.result.get("passed") else "不通过"
        said = verdict + (f"，意见 {entries} 条" if entries else "")
        found.append(
            Event(
                task.done_at,
                f"提交“{task.part}”意见",
                task.result.get("assignee_zh", ""),
                task.done_at,
                for_zh=names.get(task.acting_for, ""),
                said=said,
                is_task=True,
            )
        )
    return found


def _by_step(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.step_id].append(row)
    return found


def _names(dossier: Dossier) -> dict[str, str]:
    """The names behind "subject:34" and "account:12" (代何人); the applicant's is known."""
    case = dossier.case
    found = {f"subject:{case.applicant_id}": case.applicant.name} if case.applicant else {}
    wanted = {one.acting_for for one in (*dossier.steps, *dossier.tasks) if one.acting_for}
    for task in dossier.tasks:
        for change in task.history:
            if not change.get("by_zh"):
                wanted |= {change.get("by", ""), f"account:{change.get('to')}"}
    for kind, rows in (
        ("subject", Subject.objects.values_list("pk", "name")),
        ("account", Account.objects.values_list("pk", "name_zh")),
    ):
        ids = [key.partition(":")[2] for key in wanted - found.keys() if key.startswith(f"{kind}:")]
        ids = [one for one in ids if one.isdigit()]
        if ids:
            found |= {f"{kind}:{pk}": name for pk, name in rows.filter(pk__in=ids)}
    return found


def _state_zh(definition: Definition | None, state: str) -> str:
    known = definition.states.get(state) if definition else None
    return known.zh if known else state
