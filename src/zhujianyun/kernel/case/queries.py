"""What is known of cases (办件查询): querysets, scoped by who asks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.models import Case, ClockRun, Step

VIEW = "case.view"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a case's history (经过): what, who, when it was done and when it was entered."""

    seq: int
    action: str
    zh: str
    from_zh: str
    to_zh: str
    actor_zh: str
    acting_for: str
    at: datetime
    recorded_at: datetime
    reason: str
    marks: tuple[str, ...]
    papers: tuple[Any, ...]
    documents: tuple[str, ...]

    @property
    def is_backdated(self) -> bool:
        """Entered later than it was done: both times are shown."""
        return self.at != self.recorded_at


def visible(actor: Actor) -> QuerySet[Case]:
    """The cases that somebody may see (可见办件): an officer those of his offices, a subject its own."""
    return Case.objects.filter(seen(actor))


def seen(actor: Actor) -> Q:
    """The one rule of who sees a case (可见规则): `case.view` at its office, or its app's `<app>.view_cases` there.

    A subject sees the cases it applied for.
    """
    if actor.kind == "subject":
        return Q(applicant_id=int(actor.key.partition(":")[2]))
    offices = access.offices_for(actor, VIEW)
    if offices is access.ALL:
        return Q()
    found = Q(office_id__in=sorted(offices)) if offices else Q(pk__in=())
    for app, processes in processes_by_app().items():
        offices = access.offices_for(actor, view_permission(app))
        here = Q() if offices is access.ALL else Q(office_id__in=sorted(offices))
        found |= Q(process__in=processes) & here if offices else Q(pk__in=())
    return found


def view_permission(app: str) -> str:
    """The permission by which an app lets its own officers see its cases (应用的查看权限)."""
    return f"{app}.view_cases"


def processes_by_app() -> dict[str, list[str]]:
    """The processes of each app, in a steady order (各应用的流程)."""
    found: dict[str, set[str]] = defaultdict(set)
    for definition in registry.all_():
        found[definition.app].add(definition.process)
    return {app: sorted(found[app]) for app in sorted(found)}


def open_cases(actor: Actor | None = None) -> QuerySet[Case]:
    """Cases neither settled nor ended (在办), drafts left out."""
    return _scope(actor).filter(settled=False, ended=False, number__isnull=False)


def overdue(actor: Actor | None = None, today: date | None = None) -> QuerySet[Case]:
    """Open cases with a clock past its due day, also when it was paused afterwards (超期)."""
    late = ClockRun.objects.filter(stopped_on=None).filter(
        Q(due_on__lt=today or clock.today()) | Q(paused=True, overdue=True)
    )
    return open_cases(actor).filter(pk__in=late.values("case_id"))


def due_today(actor: Actor | None = None, today: date | None = None) -> QuerySet[Case]:
    """Open cases with a clock that ends today (今日到期)."""
    day = today or clock.today()
    return open_cases(actor).filter(
        pk__in=ClockRun.objects.filter(stopped_on=None, due_on=day).values("case_id")
    )


def by_number(number: str) -> Case:
    """The case with a number (按编号查找).

    Raises:
        NotFound: there is none.
    """
    found = (
        Case.objects.select_related("office", "applicant", "project", "holder")
        .filter(number=number.strip())
        .first()
    )
    if found is None:
        raise NotFound(f"没有编号为 {number} 的办件，请核对编号。", rule="case.number", number=number)
    return found


def timeline(case: Case) -> list[Happening]:
    """What happened to a case, oldest first (办理经过). Four queries."""
    definition = registry.get(case.process, case.definition_version)
    names = {(state.name, action.name): action.zh for state, action in definition.all_actions()}
    steps = Step.objects.filter(case=case).order_by("seq").prefetch_related("marks", "papers", "documents")
    return [_happening(definition, names, step) for step in steps]


def _happening(definition: Any, names: dict[tuple[str, str], str], step: Step) -> Happening:
    def state_zh(name: str) -> str:
        return definition.states[name].zh if name in definition.states else name

    return Happening(
        seq=step.seq,
        action=step.action,
        zh=names.get((step.from_state, step.action))
        or BUILT_IN_ZH.get(step.action.partition(":")[0], step.action),
        from_zh=state_zh(step.from_state),
        to_zh=state_zh(step.to_state),
        actor_zh=step.actor_zh,
        acting_for=step.acting_for,
        at=step.at,
        recorded_at=step.recorded_at,
        reason=step.reason,
        marks=tuple(mark.name for mark in step.marks.all()),
        papers=tuple(step.papers.all()),
        documents=tuple(one.kind for one in step.documents.all()),
    )


BUILT_IN_ZH = {
    "open": "开立", "extend": "延期", "migrate": "迁移流程版本", "hand_over": "移交", "amend_draft": "修改草稿",
    "drop_document": "撤下材料", "correct_paper": "更正文书",
}  # fmt: skip


def _scope(actor: Actor | None) -> QuerySet[Case]:
    return Case.objects.all() if actor is None else visible(actor)
