"""A case read whole for one person (卷宗查阅): what a page shows and what it may offer, in six queries.

The engine's folder holds what deciding needs; a page also shows steps, papers and files in full. Here
both come from the same rows, so that a page does not read a case twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import tasks
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.engine import offering
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.offering import Offer
from zhujianyun.kernel.case.engine.unit import Unit
from zhujianyun.kernel.case.models import Case, ClockRun, Document, Paper, Step, Task


@dataclass(slots=True)
class Dossier:
    """A case and everything that hangs on it (卷宗), oldest first."""

    case: Case
    steps: list[Step]
    papers: list[Paper]
    documents: list[Document]
    clocks: list[ClockRun]
    tasks: list[Task]

    def ready(self) -> set[str]:
        """The kinds of documents that lie ready for the next act (待提交材料)."""
        return {one.kind for one in self.documents if one.step_id is None}

    def running(self) -> list[ClockRun]:
        """The clocks that have not stopped (运行中的时限)."""
        return [one for one in self.clocks if one.stopped_on is None]


def read(case: Case) -> Dossier:
    """Read a case whole (查阅卷宗). Six queries."""
    return Dossier(
        case,
        list(Step.objects.filter(case=case).order_by("seq")),
        list(Paper.objects.filter(case=case).order_by("issued_at", "pk")),
        list(Document.objects.filter(case=case).select_related("file").order_by("added_at", "pk")),
        list(ClockRun.objects.filter(case=case).order_by("started_at", "pk")),
        list(Task.objects.filter(case=case).select_related("assignee").order_by("round", "name", "pk")),
    )


def offers(dossier: Dossier, definition: Definition, by: Actor) -> list[Offer]:
    """What this person may do now (可办动作), as ``case.offers`` says, without reading the case again."""
    unit = Unit()
    folder = _folder(dossier, definition)
    unit.remember(folder)
    return offering.offers_in(unit, folder, by)


def task_rights(dossier: Dossier, definition: Definition, by: Actor) -> dict[str, Any]:
    """What this person may do with the tasks, as ``tasks.rights`` says (任务权限)."""
    return tasks.rights_in(_folder(dossier, definition), by)


def _folder(dossier: Dossier, definition: Definition) -> Folder:
    folder = Folder(
        dossier.case,
        definition,
        clocks=sorted(dossier.clocks, key=lambda one: one.pk),
        tasks=sorted(dossier.tasks, key=lambda one: one.pk),
        documents=sorted(dossier.documents, key=lambda one: one.pk),
        papers=len(dossier.papers),
    )
    for step in dossier.steps:
        folder.note(step, step.role)
    return folder
