"""Everything the handling page shows of a case (卷宗页): gathered once, in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zhujianyun.base import clock as time
from zhujianyun.kernel.case import clock
from zhujianyun.kernel.case import dossier as dossiers
from zhujianyun.kernel.case.definition import diagram
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.dossier import Dossier
from zhujianyun.kernel.case.models import Case, ClockRun, Document, DrawEntry, Paper, Step, Task
from zhujianyun.ui.workbench import factsheet, history, listing, shown, strip

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
class TaskLine:
    """One task as the page lists it (任务行)."""

    task: Task
    zh: str
    state_zh: str
    is_work: bool  # people drawn by lot have no work of their own to finish

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What was found, in the order it was written (意见)."""
        return list(self.task.result.get("entries") or ())

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.is_work and self.task.state == Task.State.OPEN


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All sections of the page (卷宗)."""

    case: Case
    dossier: Dossier
    definition: Definition | None
    state: shown.ShownState
    process_zh: str
    applicant: str
    office: str
    division: str
    lamp: str
    left: str
    facts: list[factsheet.Group]
    clocks: list[ClockView]
    events: list[history.Event]
    tasks: list[TaskLine]
    draws: list[DrawEntry]
    children: list[Case]
    diagram: str

    @property
    def papers(self) -> list[Paper]:
        """Every paper issued, oldest first."""
        return self.dossier.papers

    @property
    def documents(self) -> list[Document]:
        """Everything handed in, oldest first."""
        return self.dossier.documents

    @property
    def running(self) -> list[ClockView]:
        """The clocks that have not stopped."""
        return [one for one in self.clocks if one.run.stopped_on is None]

    @property
    def is_paused(self) -> bool:
        """Whether the clocks stand still."""
        return bool(self.running) and all(one.reading.paused for one in self.running)

    @property
    def work(self) -> list[TaskLine]:
        """The tasks that are done side by side (并行任务)."""
        return [one for one in self.tasks if one.is_work]

    @property
    def waiting(self) -> list[TaskLine]:
        """Those of them that are not done."""
        return [one for one in self.work if one.is_open]

    @property
    def in_draw(self) -> bool:
        """Whether the case waits for a draw."""
        state = self.definition.states.get(self.case.state) if self.definition else None
        return bool(state and state.lottery)

    @property
    def is_draft(self) -> bool:
        """Whether it has not been handed in (草稿)."""
        return self.case.number is None and self.state.sort == "draft"


def gather(case: Case) -> CaseFile:
    """Read everything of one case (装卷)."""
    definition, days = shown.definition_of(case), shown.Days(time.today())
    dossier = dossiers.read(case)
    return CaseFile(
        case=case,
        dossier=dossier,
        definition=definition,
        state=shown.state_of(case, definition),
        process_zh=definition.zh if definition else case.process,
        applicant=listing.subject_zh(case.applicant),
        office=case.office.name,
        division=listing.division_zh(case.division_code),
        lamp=shown.lamp_of(case, days.today),
        left=shown.left_zh(case.due_on, days.today, days.of(definition)) if case.is_open else "",
        facts=factsheet.grouped(definition, case, dossier.steps),
        # What runs comes first; what has stopped follows in the order it began.
        clocks=[_clock(run, definition, days) for run in sorted(dossier.clocks, key=_has_stopped)],
        events=history.events(definition, dossier),
        tasks=[_task(one, definition) for one in dossier.tasks],
        draws=_draws(case, definition),
        children=_children(case, dossier, definition),
        diagram=diagram.svg(definition, case.state, _visited(dossier.steps)) if definition else "",
    )


def _has_stopped(run: ClockRun) -> bool:
    return run.stopped_on is not None


def _draws(case: Case, definition: Definition | None) -> list[DrawEntry]:
    """Its places in draws; processes without a draw are not asked."""
    if definition is not None and not any(state.lottery for state in definition.states.values()):
        return []
    return list(case.draw_entries.select_related("draw").order_by("pk"))


def _children(case: Case, dossier: Dossier, definition: Definition | None) -> list[Case]:
    """The cases that came of it; asked only when something was done that may start one."""
    done = {(one.from_state, one.action) for one in dossier.steps}
    starts = definition is None or any(
        effect.startswith("case.")
        for state, action in definition.all_actions()
        if (state.name, action.name) in done
        for effect in action.effect
    )
    return list(case.children.order_by("pk")) if starts else []


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


def _task(one: Task, definition: Definition | None) -> TaskLine:
    roles, is_work = definition.roles if definition else {}, one.name != one.role
    zh = one.part if is_work else f"{roles[one.role].zh if one.role in roles else one.name} {one.part}"
    state_zh = one.get_state_display() if is_work else "已指派"
    if is_work and one.state == Task.State.OPEN and one.assignee_id is None:
        state_zh = "待分派"
    return TaskLine(one, zh, state_zh, is_work)


def _visited(steps: list[Step]) -> set[str]:
    """States and actions the case has been through, as the diagram names them."""
    states = {one.from_state for one in steps if one.from_state} | {one.to_state for one in steps}
    return states | {f"{one.from_state}.{one.action}" for one in steps if one.from_state}


def proof_name(case: Case) -> str:
    """The file name of the clock proof (时限证明文件名)."""
    return f"时限证明-{case.number or case.pk}.json"
