"""Which services the hall offers (办事服务): every process whose first act an applicant may take.

All that is told of a service is read from the process definition in force: nothing is written twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.kernel.case.clock import UNITS_ZH
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import APPLICANT, Action, Deadline, Definition

REASON = "理由"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a service (时限): number and unit as the public reads them."""

    zh: str
    said: str
    owner_zh: str
    kind_zh: str
    basis: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the hall (办事服务)."""

    definition: Definition
    entry: Action
    limits: tuple[Limit, ...]

    @property
    def process(self) -> str:
        """The process behind it."""
        return self.definition.process

    @property
    def zh(self) -> str:
        """Its name."""
        return self.definition.zh

    @property
    def who_zh(self) -> str:
        """Who may apply."""
        role = self.definition.roles.get(APPLICANT)
        return role.zh if role else self.definition.subject.get("applicant", "申请人")

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents to hand in."""
        return papers_needed(self.entry)

    @property
    def papers(self) -> tuple[str, ...]:
        """The papers that may be issued, in the order of the process."""
        return tuple(dict.fromkeys(a.doc for _, a in self.definition.all_actions() if a.doc))

    @property
    def main_limit(self) -> Limit | None:
        """The longest limit of the authority: what people ask for first."""
        staff = [one for one in self.limits if one.owner_zh == "办理机关"]
        return staff[1] if len(staff) > 1 else staff[0] if staff else None


def offered(day: date) -> list[Service]:
    """All services on a day (可办服务)."""
    found = [_service(name, day) for name in registry.processes()]
    return [one for one in found if one is not None]


def service(process: str, day: date) -> Service:
    """One service (某项服务).

    Raises:
        NotFound: no such process, none in force, or not one that applicants open.
    """
    found = _service(process, day) if process in registry.processes() else None
    if found is None:
        raise NotFound("没有这项服务，请从服务列表中选择。", rule="hall.service", process=process)
    return found


def entry_of(definition: Definition) -> Action | None:
    """The act by which an applicant hands in (申请动作), if applicants open this process."""
    actions = definition.states[definition.initial].actions.values()
    return next((one for one in actions if APPLICANT in one.by), None)


def papers_needed(action: Action) -> tuple[str, ...]:
    """The documents an act needs (所需材料): needs that are neither the reason nor a fact of the act."""
    asked = {fact.zh for fact in action.facts} | {fact.name.removeprefix("action.") for fact in action.facts}
    return tuple(one for one in action.need if one != REASON and one not in asked)


def _service(process: str, day: date) -> Service | None:
    try:
        definition = registry.in_force(process, day)
    except NotFound:
        return None
    entry = entry_of(definition)
    if entry is None:
        return None
    return Service(definition, entry, tuple(_limits(definition, day)))


def _limits(definition: Definition, day: date) -> Iterable[Limit]:
    tables = {name: registry.values(table, day) for name, table in definition.tables.items() if name in _read(definition)}  # fmt: skip
    for deadline in definition.deadlines.values():
        yield Limit(
            deadline.zh, _said(deadline, tables), "申请人" if deadline.owner == "applicant" else "办理机关",
            _kind_zh(deadline), deadline.basis, deadline.verified,
        )  # fmt: skip


def _read(definition: Definition) -> set[str]:
    return {name for deadline in definition.deadlines.values() for name in deadline.days.variables}


def _said(deadline: Deadline, tables: dict) -> str:
    try:
        days = deadline.days.whole(tables)
    except PlatformError:
        return "按申请内容确定"
    return "当日" if days == 0 else f"{days} {UNITS_ZH[deadline.unit]}"


def _kind_zh(deadline: Deadline) -> str:
    if deadline.kind == "promise":
        return "承诺时限"
    return "法定时限" if deadline.verified else "办理时限"
