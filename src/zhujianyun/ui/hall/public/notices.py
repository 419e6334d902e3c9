"""Public notices (公示公告): draws, decisions told to the public, and results of cases.

Nothing is stored twice: a notice is read from the draw, the step or the case itself, so it cannot
differ from it; its address is the number it already has, and keeps for ever.

What comes out is decided by the process: decisions are the acts whose ``notify`` names ``public``
(those of a draw stand in the notice of the draw), results are cases whose definition has ``public``
fields and whose closing act issued a paper or told the public: a withdrawal is nobody's decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import Action, Definition
from zhujianyun.kernel.case.models import Case, Draw, Step
from zhujianyun.ui.hall.public import said

AUDIENCE = "public"
KINDS = {"draw": "抽查摇号", "decision": "行政决定", "result": "办理结果"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as it is listed (公示)."""

    kind: str
    title: str
    day: date
    office: str
    url: str
    fields: tuple[said.Shown, ...] = ()
    mark: str = ""

    @property
    def kind_zh(self) -> str:
        """The kind in Chinese (类别)."""
        return KINDS[self.kind]


def rows(kind: str, search: str = "") -> QuerySet[Any]:
    """The rows behind the notices of a kind, latest first (公示记录).

    Raises:
        NotFound: no such kind.
    """
    if kind not in KINDS:
        raise NotFound("没有这一类公示，请从公示公告首页进入。", rule="hall.notice_kind", kind=kind)
    return {"draw": _draws, "decision": _decisions, "result": _results}[kind](search.strip())


def notice(kind: str, row: Any) -> Notice:
    """One row as a notice (取公示). No query."""
    return {"draw": of_draw, "decision": of_decision, "result": of_result}[kind](row)


def find(kind: str, **key: Any) -> Any:
    """The row of one notice (查公示).

    Raises:
        NotFound: there is none, or it is not public.
    """
    found = rows(kind).filter(**key).first()
    if found is None:
        raise NotFound(
            "没有这条公示，或者它不在公开范围内。请检查地址，或到公示公告里查找。", rule="hall.notice", **key
        )
    return found


def latest(of_each: int) -> list[Notice]:
    """The latest notices, so many of each kind that none crowds out the others (最新公示). A query for each."""
    found = [notice(kind, row) for kind in KINDS for row in rows(kind)[:of_each]]
    return sorted(found, key=lambda one: one.day, reverse=True)


# --- one row as a notice --------------------------------------------------------------------------


def of_draw(row: Draw) -> Notice:
    """A draw (摇号公示)."""
    day = clock.local_day(row.revealed_at or row.frozen_at)
    title = f"{row.office.name}{process_zh(row.process)}摇号{'结果' if row.seed else '名单承诺'}（{clock.local_day(row.frozen_at)}）"
    return Notice(
        "draw", title, day, row.office.name, reverse("hall:notice_draw", args=[row.pk]), mark=row.get_state_display()
    )  # fmt: skip


def of_decision(row: Step) -> Notice:
    """A decision (决定公示)."""
    case, action = row.case, action_of(row)
    name = said.project_name(case)
    title = f"{action.doc or action.zh}{f'：{name}' if name else ''}"
    url = reverse("hall:notice_decision", args=[row.pk])
    return Notice("decision", title, row.day, case.office.name, url, tuple(_certain(case)), case.process_zh)


def of_result(row: Case) -> Notice:
    """A result (结果公示)."""
    fields = said.fields(row)
    result = dict(fields).get("结果", "")
    title = said.project_name(row) or f"{row.process_zh}{row.number if said.is_public(row, 'number') else ''}"
    url = reverse("hall:notice_result", args=[row.number])
    day = row.concluded_on or row.opened_on
    return Notice("result", title, day, row.office.name, url, (("事项", row.process_zh), *fields), result)


def _certain(case: Case) -> list[said.Shown]:
    """Public fields that already hold: a case reopened or revoked later has another result by now."""
    return [field for field in said.fields(case) if field[0] not in ("结果", "办结日期")]


def action_of(row: Step) -> Action:
    """The act behind a step, by its definition (办理动作)."""
    return said.definition_of(row.case).states[row.from_state].actions[row.action]


def process_zh(process: str) -> str:
    """The present name of a process (流程名称)."""
    known = registry.versions(process)
    return known[-1].zh if known else process


# --- what is public -------------------------------------------------------------------------------


def _draws(search: str) -> QuerySet[Draw]:
    found = Draw.objects.select_related("office").order_by("-frozen_at", "-pk")
    if search:
        # The list is public only once the draw has been made.
        processes = [one for one in registry.processes() if search in process_zh(one)]
        found = found.filter(
            Q(process__in=processes) | Q(office__name__icontains=search)
            | Q(entries__ident__icontains=search) & ~Q(seed="")
        ).distinct()  # fmt: skip
    return found


def _decisions(search: str) -> QuerySet[Step]:
    wanted = Q(pk__in=())
    for definition in registry.all_():
        acts = Q(pk__in=())
        for state, action in _told(definition):
            acts |= Q(from_state=state, action=action)
        wanted |= acts & Q(case__process=definition.process, case__definition_version=definition.version)
    known = ("case__office", "case__project", "case__applicant")
    found = Step.objects.filter(wanted).select_related("case", *known).order_by("-day", "-pk")
    return found.filter(_searched(search, "case__")) if search else found


def _told(definition: Definition) -> Iterator[tuple[str, str]]:
    for state, action in definition.all_actions():
        if AUDIENCE in action.notify and state.lottery is None:
            yield state.name, action.name


def _results(search: str) -> QuerySet[Case]:
    wanted = Q(pk__in=())
    for definition in registry.all_():
        if definition.public:
            states = {
                a.to for _, a in definition.all_actions() if definition.is_closed(a.to) and _is_decided(a)
            }
            wanted |= Q(process=definition.process, definition_version=definition.version, state__in=states)
    found = Case.objects.filter(wanted, concluded_on__isnull=False, number__isnull=False)
    found = found.select_related("office", "project", "applicant").order_by("-concluded_on", "-pk")
    return found.filter(_searched(search, "")) if search else found


def _is_decided(action: Action) -> bool:
    return bool(action.doc) or AUDIENCE in action.notify


def _searched(search: str, to_case: str) -> Q:
    """By number or project, each only where it is public, and never by the name of a person."""
    found = Q(pk__in=())
    for definition in registry.all_():
        own = Q(
            **{f"{to_case}process": definition.process, f"{to_case}definition_version": definition.version}
        )
        if "number" in definition.public:
            found |= own & Q(**{f"{to_case}number__icontains": search})
        if "project_name" in definition.public:
            person = Q(**{f"{to_case}applicant__kind": "person"})
            found |= own & Q(**{f"{to_case}project__name__icontains": search}) & ~person
    return found
