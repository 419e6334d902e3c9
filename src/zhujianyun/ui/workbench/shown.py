"""What of a case is shown in words (办件的显示): states, lamps, days left, facts and acts in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from zhujianyun.base import clock, masks
from zhujianyun.base.errors import NotFound
from zhujianyun.base.workdays import LAYERS, Almanac, Calendar
from zhujianyun.kernel.case.calendars import almanac
from zhujianyun.kernel.case.clock import BLACK, NONE, RED, worst
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import APPLICANT, SYSTEM, Definition, Fact, State
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.kernel.case.queries import BUILT_IN_ZH

NOTHING = "—"
MARKS = {"draft": "○", "waiting": "◔", "working": "▶", "settled": "✓", "ended": "×"}


@dataclass(frozen=True, slots=True)
class ShownState:
    """A state as a badge (环节显示): `sort` is draft, waiting, working, settled or ended."""

    zh: str
    sort: str

    @property
    def mark(self) -> str:
        """A sign that goes with the colour."""
        return MARKS[self.sort]


def definition_of(case: Case) -> Definition | None:
    """The definition a case runs on; None when its app is gone (流程定义)."""
    try:
        return registry.get(case.process, case.definition_version)
    except NotFound:
        return None


def process_zh(process: str) -> str:
    """The Chinese name of a process, by its newest version (流程名称)."""
    try:
        return registry.versions(process)[-1].zh
    except NotFound:
        return process


def state_of(case: Case, definition: Definition | None) -> ShownState:
    """The present state of a case (当前环节)."""
    known = definition.states.get(case.state) if definition else None
    if known is None or definition is None:
        return ShownState(case.state, "ended" if case.ended else "settled" if case.settled else "working")
    return ShownState(known.zh, sort_of(definition, known))


def sort_of(definition: Definition, state: State) -> str:
    """Whose turn it is in a state: nobody's, the applicant's, the office's (环节类别)."""
    if state.name in definition.end:
        return "ended"
    if state.name in definition.settled:
        return "settled"
    if state.name == definition.initial:
        return "draft"
    doers = {role for action in state.actions.values() for role in action.by}
    return "waiting" if doers <= {APPLICANT, SYSTEM} else "working"


def lamp_of(case: Case, today: date) -> str:
    """The lamp as it must stand today, also before the sweep of a new day has run (今日时限灯)."""
    if not case.is_open or case.due_on is None:
        return case.lamp
    by_day = BLACK if case.due_on < today else RED if case.due_on == today else NONE
    return worst((case.lamp, by_day))


def left_zh(due_on: date | None, today: date, days: Calendar, unit: str = "workday") -> str:
    """剩 5 个工作日 / 今日到期 / 超 3 天; nothing without a due day (剩余时间)."""
    if due_on is None:
        return ""
    if due_on < today:
        return f"超 {(today - due_on).days} 天"
    if due_on == today:
        return "今日到期"
    if unit == "day":
        return f"剩 {(due_on - today).days} 天"
    return f"剩 {days.between(today, due_on)} 个工作日"


class Days:
    """The calendars of one page, each looked up once (本页所用日历)."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._almanac: Almanac | None = None

    def of(self, definition: Definition | None, known_on: date | None = None) -> Calendar:
        """The calendar that a definition reckons on, as known today or on an earlier day."""
        if self._almanac is None:
            self._almanac = almanac()
        layers = definition.layers if definition else LAYERS
        return self._almanac.calendar(layers, known_on or self.today)


def value_zh(fact: Fact, value: Any, *, masked: bool = True) -> str:
    """A fact's value as people read it: choices in words, units behind, personal ones masked (要素值)."""
    if value is None or value == "" or value == []:
        return NOTHING
    if fact.personal and masked:
        return _masked(fact.name, str(value))
    if fact.type == "bool":
        return "是" if value is True else "否"
    if fact.type == "choice":
        return dict(fact.choices).get(value, str(value))
    if fact.type == "list":
        return "；".join(_entry_zh(one) for one in value)
    said = _number_zh(value) if fact.type in ("int", "decimal") else str(value)
    return f"{said} {fact.unit}" if fact.unit else said


def filled_zh(definition: Definition | None, step: Step) -> list[tuple[str, str]]:
    """What was filled in with an act: label and value (填报内容)."""
    action = (
        definition.action(step.from_state, step.action)
        if definition and step.from_state in definition.states
        else None
    )
    declared = {fact.name.removeprefix("action."): fact for fact in action.facts} if action else {}
    found = []
    for name, value in (step.facts.get("action") or step.facts).items():
        if name in declared:
            found.append((declared[name].zh, value_zh(declared[name], value)))
    return found


def action_zh(definition: Definition | None, state: str, action: str) -> str:
    """The Chinese name of an act, built-in ones included (动作名称)."""
    if action in BUILT_IN_ZH and action != "extend":
        return BUILT_IN_ZH[action]
    name, _, deadline = action.partition(":")
    if name == "extend" and definition and deadline in definition.deadlines:
        return f"{definition.deadlines[deadline].zh}延期"
    if definition is None:
        return action
    known = definition.states[state].actions.get(action) if state in definition.states else None
    known = known or next((one for _, one in definition.all_actions() if one.name == action), None)
    return known.zh if known else action


def moment_zh(at: datetime) -> str:
    """An instant in Peking time (时刻)."""
    return f"{clock.local(at):%Y-%m-%d %H:%M}"


def _entry_zh(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    return " ".join(_number_zh(value) for value in entry.values())


def _number_zh(value: Any) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    whole, dot, part = format(number, "f").partition(".")
    return f"{int(whole):,}" + (f".{part}" if dot and part.strip("0") else "")


def _masked(name: str, value: str) -> str:
    leaf = name.rpartition(".")[2]
    for sign, mask in (
        ("phone", masks.phone), ("id_card", masks.id_card), ("id_number", masks.id_card), ("card", masks.bank_card),
        ("name", masks.name), ("address", masks.address),
    ):  # fmt: skip
        if sign in leaf:
            return mask(value, "officer")
    return masks.HIDDEN
