"""What an applicant is shown of his case (办件进度): plain words, what he must do now, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import case as engine
from zhujianyun.kernel.case import Offer
from zhujianyun.kernel.case.definition import diagram
from zhujianyun.kernel.case.definition.model import APPLICANT, Definition
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.kernel.case.models import Case, ClockRun, Document, DrawEntry, Paper, Step
from zhujianyun.ui.hall.applying import slots
from zhujianyun.ui.hall.visiting import Visitor
from zhujianyun.ui.workbench import shown

NOT_YOURS_ZH = "没有这个办件，或您无权查看。请从“我的办件”进入，或凭办件编号和查询码查询。"


@dataclass(frozen=True, slots=True)
class ShownClock:
    """A clock as the applicant reads it (时限)."""

    zh: str
    said: str
    due_on: Any
    is_mine: bool
    is_paused: bool
    is_late: bool
    is_provisional: bool
    started_on: Any
    budget: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the story (进度)."""

    at: datetime
    zh: str
    said: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Following:
    """All that the page shows (办件进度页)."""

    case: Case
    definition: Definition
    state: shown.ShownState
    clocks: list[ShownClock]
    story: list[Happening]
    papers: list[Paper]
    documents: list[Document]
    facts: list[tuple[str, str, bool]]
    offers: list[Offer]
    gaps: list[str]
    draws: list[DrawEntry]
    diagram: str

    @property
    def must_act(self) -> bool:
        """Whether everything waits for the applicant."""
        return self.state.sort == "waiting" and bool(self.offers)

    @property
    def whose_turn(self) -> str:
        """Who is to act, in one sentence (轮到谁)."""
        if self.state.sort in ("ended", "settled"):
            return "本件已办结。"
        if self.must_act:
            return "请您办理下面的事项，办理后继续计时。" if self.gaps else "请您办理下面的事项。"
        return "由办理机关办理，您暂时不需要做什么。有进展会短信通知您。"


def visible(visitor: Visitor) -> QuerySet[Case]:
    """The cases that somebody may see (可见办件): his own and those of the enterprises he acts for."""
    return Case.objects.filter(applicant_id__in=visitor.subject_ids)


def find(visitor: Visitor, number: str) -> Case:
    """A case that he may see (查办件).

    Raises:
        NotFound: none such, or not his: the two are not told apart.
    """
    found = visible(visitor).select_related("office", "applicant", "project").filter(number=number).first()
    if found is None:
        raise NotFound(NOT_YOURS_ZH, rule="hall.case")
    return found


def follow(case: Case, visitor: Visitor) -> Following:
    """Put the page together (组装进度页)."""
    definition = shown.definition_of(case)
    if definition is None:
        raise NotFound("这类办件的应用已停用，请联系办理单位查询。", rule="hall.definition")
    steps = list(case.steps.order_by("seq"))
    papers = list(case.papers.order_by("issued_at", "pk"))
    replaced = {one.replaces_id for one in papers if one.replaces_id}
    return Following(
        case=case,
        definition=definition,
        state=shown.state_of(case, definition),
        clocks=clocks_of(case, definition),
        story=_story(definition, steps, papers),
        papers=[one for one in papers if one.pk not in replaced],
        documents=list(case.documents.select_related("file").order_by("added_at", "pk")),
        facts=facts_zh(definition, case.facts),
        offers=offers_of(case, visitor),
        gaps=slots.gaps_of(case, definition),
        draws=list(case.draw_entries.select_related("draw").order_by("pk")),
        diagram=diagram.svg(definition, case.state, _visited(steps)),
    )


def facts_zh(definition: Definition, facts: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    """The declared facts: label, value in words, whether worked out by the platform (申报要素)."""
    words = {code: zh for fact in definition.facts.values() for code, zh in fact.choices}
    found = []
    for name, fact in definition.facts.items():
        value = look(facts, name)
        if isinstance(value, list):
            value = [" ".join(words.get(str(v), str(v)) for v in one.values()) if isinstance(one, Mapping) else one for one in value]  # fmt: skip
        found.append((fact.zh, shown.value_zh(fact, value), fact.derived))
    return found


def offers_of(case: Case, visitor: Visitor) -> list[Offer]:
    """What the applicant may do now (可办动作)."""
    if case.ended or case.applicant is None:
        return []
    definition = shown.definition_of(case)
    actions = definition.states[case.state].actions if definition else {}
    by = visitor.actor(case.applicant)
    return [
        one
        for one in engine.offers(case, by)
        if one.allowed and one.action in actions and APPLICANT in actions[one.action].by
    ]


def clocks_of(case: Case, definition: Definition) -> list[ShownClock]:
    """The clocks that run, the applicant's own first (运行中的时限)."""
    days, today = shown.Days(clock.today()), clock.today()
    rows = case.clocks.filter(stopped_on=None).order_by("owner", "due_on")
    return [
        _clock(run, shown.left_zh(run.due_on, today, days.of(definition), run.unit), today) for run in rows
    ]


def _clock(run: ClockRun, left: str, today: Any) -> ShownClock:
    unit = "个工作日" if run.unit == "workday" else "天"
    said = f"已暂停计时，剩 {run.left_days} {unit}" if run.paused else left
    late = run.overdue or (run.due_on is not None and run.due_on < today)
    return ShownClock(
        run.zh, said, run.due_on, run.owner == "applicant", run.paused, late, run.provisional, run.started_on,
        "当日" if run.days == 0 else f"{run.days} {unit}",
    )  # fmt: skip


def _story(definition: Definition, steps: list[Step], papers: list[Paper]) -> list[Happening]:
    found = []
    for step in reversed(steps):
        mine = tuple(one for one in papers if one.step_id == step.pk)
        if not _concerns(definition, step, mine):
            continue
        found.append(Happening(step.at, shown.action_zh(definition, step.from_state, step.action), _said(definition, step, mine), mine))  # fmt: skip
    return found


def _concerns(definition: Definition, step: Step, papers: tuple[Paper, ...]) -> bool:
    """His own acts, those that issue a paper or are told to the outside; not what the office does within."""
    return bool(step.role == APPLICANT or papers or step.nat is not None) and step.action != "open"


def _said(definition: Definition, step: Step, papers: tuple[Paper, ...]) -> str:
    known = definition.states.get(step.to_state)
    parts = [f"转入“{known.zh}”" if known and step.to_state != step.from_state else ""]
    if step.role == APPLICANT and step.reason:
        parts.append(f"理由：{step.reason}")
    return "；".join(part for part in parts if part)


def _visited(steps: list[Step]) -> set[str]:
    states = {one.from_state for one in steps if one.from_state} | {one.to_state for one in steps}
    return states | {f"{one.from_state}.{one.action}" for one in steps if one.from_state}
