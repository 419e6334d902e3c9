"""Everything the handling page shows of a case (卷宗页): gathered once, in few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from zhujianyun.base import clock as time
from zhujianyun.base import masks
from zhujianyun.kernel.case import clock
from zhujianyun.kernel.case.definition import diagram
from zhujianyun.kernel.case.definition.model import NATIONAL_STATES, Definition
from zhujianyun.kernel.case.models import Case, ClockRun, Document, DrawEntry, Paper, Step, Task
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.workbench import listing, shown, strip

KINDS_ZH = {"statutory": "法定时限", "promise": "承诺时限"}
OWNERS_ZH = {"staff": "办理机关", "applicant": "申请人"}


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock of the case, read today (时限)."""

    run: ClockRun
    reading: clock.Reading
    budget: int
    unit: str
    left: str
    basis: str
    verified: bool
    pauses: list[dict[str, Any]]
    lengthened: int
    days: list[strip.StripDay]

    @property
    def kind_zh(self) -> str:
        """法定时限 or 承诺时限; the word 法定 only once somebody has checked the text of the law."""
        if self.run.kind == "statutory" and not self.verified:
            return "办理时限"
        return KINDS_ZH.get(self.run.kind, self.run.kind)

    @property
    def owner_zh(self) -> str:
        """Whose time it is (责任方)."""
        return OWNERS_ZH.get(self.run.owner, self.run.owner)

    @property
    def lamp(self) -> str:
        """The lamp to show: of a clock that has stopped only whether it was in time."""
        if self.run.stopped_on:
            return "black" if self.reading.overdue else "green"
        return self.reading.lamp

    @property
    def lamp_zh(self) -> str:
        """The lamp in words; a stopped clock says how it ended."""
        if self.run.stopped_on:
            late = "逾期" if self.run.owner == "applicant" else "超期办结"
            return late if self.reading.overdue else "按时停止"
        return "中止计时" if self.reading.paused else clock.LAMPS_ZH[self.reading.lamp]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history (经过)."""

    step: Step
    zh: str
    from_zh: str
    to_zh: str
    for_zh: str
    nat_zh: str
    filled: list[tuple[str, str]]
    reason: str
    papers: list[Paper]
    documents: list[Document]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All sections of the page (卷宗)."""

    case: Case
    definition: Definition | None
    state: shown.ShownState
    process_zh: str
    applicant: str
    office: str
    division: str
    lamp: str
    left: str
    facts: list[tuple[str, str, bool]]
    clocks: list[ClockView]
    events: list[Event]
    papers: list[Paper]
    documents: list[Document]
    tasks: list[tuple[str, str, Task]]
    draws: list[DrawEntry]
    children: list[Case]
    diagram: str

    @property
    def running(self) -> list[ClockView]:
        """The clocks that have not stopped."""
        return [one for one in self.clocks if one.run.stopped_on is None]

    @property
    def is_paused(self) -> bool:
        """Whether the clocks stand still."""
        return bool(self.running) and all(one.reading.paused for one in self.running)


def gather(case: Case) -> CaseFile:
    """Read everything of one case (装卷)."""
    definition, days = shown.definition_of(case), shown.Days(time.today())
    steps = list(case.steps.order_by("seq"))
    papers = list(case.papers.select_related("step").order_by("issued_at", "pk"))
    documents = list(case.documents.select_related("file").order_by("added_at", "pk"))
    return CaseFile(
        case=case,
        definition=definition,
        state=shown.state_of(case, definition),
        process_zh=definition.zh if definition else case.process,
        applicant=listing.subject_zh(case.applicant),
        office=case.office.name,
        division=listing.division_zh(case.division_code),
        lamp=shown.lamp_of(case, days.today),
        left=shown.left_zh(case.due_on, days.today, days.of(definition)) if case.is_open else "",
        facts=shown.facts_zh(definition, case.facts),
        clocks=[_clock(run, definition, days) for run in case.clocks.order_by("started_at", "pk")],
        events=_events(definition, steps, papers, documents),
        papers=papers,
        documents=documents,
        tasks=_tasks(case, definition),
        draws=list(case.draw_entries.select_related("draw").order_by("pk")),
        children=list(case.children.order_by("pk")),
        diagram=diagram.svg(definition, case.state, _visited(steps)) if definition else "",
    )


def _clock(run: ClockRun, definition: Definition | None, days: shown.Days) -> ClockView:
    known = definition.deadlines.get(run.deadline) if definition else None
    # As in the proof: a clock that has stopped is judged by what was known then.
    ledger, calendar = run.ledger, days.of(definition, run.stopped_on)
    today = max(days.today, run.started_on)
    reading = clock.read(ledger, calendar, today)
    return ClockView(
        run=run,
        reading=reading,
        budget=ledger.budget,
        unit=clock.UNITS_ZH[ledger.unit],
        left=_left_zh(run, reading, clock.UNITS_ZH[ledger.unit], days, calendar),
        basis=known.basis if known else "",
        verified=bool(known and known.verified),
        pauses=[_pause(row) for row in run.segments],
        lengthened=ledger.budget - ledger.days,
        days=strip.days_of(ledger, calendar, today, reading.due_on),
    )


def _left_zh(run: ClockRun, reading: clock.Reading, unit: str, days: shown.Days, calendar: Any) -> str:
    if run.stopped_on:
        return "—"
    if reading.paused:
        return f"{reading.left_days} {unit}（中止中）"
    return shown.left_zh(reading.due_on, days.today, calendar, run.unit).removeprefix("剩 ")


def _pause(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": row.get("type", ""),
        "from": row["paused_on"],
        "to": row.get("resumed_on") or "",
        "cap": row.get("cap_on") or "",
        "paper": row.get("paper", ""),
    }


def _tasks(case: Case, definition: Definition | None) -> list[tuple[str, str, Task]]:
    """Each task with its name and state; people assigned by a draw have no work of their own to finish."""
    roles = definition.roles if definition else {}
    return [
        (
            f"{roles[one.role].zh if one.role in roles else one.name} {one.part}",
            "已指派" if one.name == one.role else one.get_state_display(),
            one,
        )
        for one in case.tasks.select_related("assignee").order_by("round", "name", "pk")
    ]


def _events(
    definition: Definition | None, steps: list[Step], papers: list[Paper], documents: list[Document]
) -> list[Event]:
    names = _names(step.acting_for for step in steps)
    return [
        Event(
            step=step,
            zh=shown.action_zh(definition, step.from_state, step.action),
            from_zh=_state_zh(definition, step.from_state),
            to_zh=_state_zh(definition, step.to_state),
            for_zh=names.get(step.acting_for, ""),
            nat_zh=f"{step.nat} {NATIONAL_STATES[step.nat]}" if step.nat in NATIONAL_STATES else "",
            filled=shown.filled_zh(definition, step),
            reason=masks.free_text(step.reason, "officer"),
            papers=[one for one in papers if one.step_id == step.pk],
            documents=[one for one in documents if one.step_id == step.pk],
        )
        for step in reversed(steps)
    ]


def _names(keys: Iterable[str]) -> dict[str, str]:
    """The names behind "subject:34" and "account:12" (代何人)."""
    from zhujianyun.kernel.access.models import Account

    wanted = {key for key in keys if key}
    found: dict[str, str] = {}
    for kind, rows in (("subject", Subject.objects.values_list("pk", "name")), ("account", Account.objects.values_list("pk", "name_zh"))):  # fmt: skip
        ids = [int(key.partition(":")[2]) for key in wanted if key.startswith(f"{kind}:")]
        if ids:
            found |= {f"{kind}:{pk}": name for pk, name in rows.filter(pk__in=ids)}
    return {key: found.get(key, key) for key in wanted}


def _state_zh(definition: Definition | None, state: str) -> str:
    known = definition.states.get(state) if definition else None
    return known.zh if known else state


def _visited(steps: list[Step]) -> set[str]:
    """States and actions the case has been through, as the diagram names them."""
    states = {one.from_state for one in steps if one.from_state} | {one.to_state for one in steps}
    return states | {f"{one.from_state}.{one.action}" for one in steps if one.from_state}


def proof_name(case: Case) -> str:
    """The file name of the clock proof (时限证明文件名)."""
    return f"时限证明-{case.number or case.pk}.json"
