"""A case with everything that deciding on it needs (卷宗): loaded once, then asked without a query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import Action, Definition, State
from zhujianyun.kernel.case.models import Case, ClockRun, Document, Mark, Paper, Step, Task


@dataclass(slots=True)
class Folder:
    """One case, its clocks, tasks, documents and what was done (卷宗)."""

    case: Case
    definition: Definition
    clocks: list[ClockRun] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    done: dict[str, list[Any]] = field(default_factory=dict)  # action → [instants]
    actors: dict[str, set[str]] = field(default_factory=dict)  # role → actor keys
    keys: dict[str, Step | None] = field(default_factory=dict)  # idempotency key → step, None: in the table
    marks: dict[str, date] = field(default_factory=dict)
    last: tuple[str, str, Any] | None = None  # action, who, when
    papers: int = 0

    @property
    def state(self) -> State:
        """The present state, as the definition has it (当前环节)."""
        return self.definition.states[self.case.state]

    def running(self) -> list[ClockRun]:
        """Clocks that have not stopped (运行中的时限)."""
        return [run for run in self.clocks if run.stopped_on is None]

    def present_tasks(self, name: str) -> list[Task]:
        """The tasks of that name in the latest round that has any (当前任务)."""
        named = [task for task in self.tasks if task.name == name]
        last = max((task.round for task in named), default=0)
        return [task for task in named if task.round == last and task.state != Task.State.DROPPED]

    def note(self, step: Step, role: str) -> None:
        """Remember a step that was just taken (记下步骤)."""
        self.done.setdefault(step.action, []).append(step.at)
        self.actors.setdefault(role, set()).add(step.actor)
        self.keys[step.key] = step
        self.last = (step.action, step.actor_zh, step.at)

    def snapshot(self) -> list[Any]:
        """What must be put back when an act fails (快照)."""
        rows = [self.case, *self.clocks, *self.tasks, *self.documents]
        return [
            [(row, row.__dict__.copy()) for row in rows],
            list(self.clocks),
            list(self.tasks),
            list(self.documents),
            (dict(self.marks), self.papers, self.last),
        ]

    def restore(self, kept: list[Any]) -> None:
        """Put everything back (还原)."""
        rows, self.clocks, self.tasks, self.documents, (self.marks, self.papers, self.last) = kept
        for row, held in rows:
            row.__dict__.clear()
            row.__dict__.update(held)


def zh(definition: Definition, state: str, action: str) -> str:
    """The Chinese name of an action, built-in ones included (动作名称)."""
    found: Action | None = (
        definition.states[state].actions.get(action) if state in definition.states else None
    )
    if found:
        return found.zh
    return next((a.zh for _, a in definition.all_actions() if a.name == action), action)


def load(cases: Iterable[Case]) -> list[Folder]:
    """The folders of cases, with six queries for all of them (装载卷宗)."""
    cases = list(cases)
    ids = [case.pk for case in cases]
    folders = {case.pk: Folder(case, registry.get(case.process, case.definition_version)) for case in cases}
    for run in _of(ClockRun.objects.order_by("id"), ids):
        folders[run.case_id].clocks.append(run)
    for task in _of(Task.objects.order_by("id"), ids):
        folders[task.case_id].tasks.append(task)
    for document in _of(Document.objects.order_by("id"), ids):
        folders[document.case_id].documents.append(document)
    for mark in _of(Mark.objects.order_by("id"), ids):
        folders[mark.case_id].marks[mark.name] = mark.day
    for case_id in _of(Paper.objects.order_by(), ids).values_list("case_id", flat=True):
        folders[case_id].papers += 1
    _steps(folders, ids)
    return [folders[case_id] for case_id in ids]


def _of(rows: QuerySet, ids: list[int]) -> QuerySet:
    return rows.filter(case_id=ids[0]) if len(ids) == 1 else rows.filter(case_id__in=ids)


def _steps(folders: dict[int, Folder], ids: list[int]) -> None:
    columns = ("case_id", "action", "role", "actor", "actor_zh", "at", "key")
    rows = _of(Step.objects.order_by("case_id", "seq"), ids).values_list(*columns)
    actors: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for case_id, action, role, actor, actor_zh, at, key in rows:
        folder = folders[case_id]
        folder.done.setdefault(action, []).append(at)
        folder.keys[key] = None
        folder.last = (action, actor_zh, at)
        actors[case_id][role].add(actor)
    for case_id, by_role in actors.items():
        folders[case_id].actors = dict(by_role)
