"""The parsed, immutable form of a process definition (流程定义的内存形式).

Loaded and linted by `load`, read by the engine, the walk, the diagram and the pages. Names follow
the YAML keys. Expressions are compiled once, at load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from zhujianyun.base.expressions import Expression

# The codes of the national exchange (SPGL, BLZT 1–15).
NATIONAL_STATES = {
    1: "已接件", 2: "已撤件", 3: "已受理", 4: "不受理", 5: "不予受理", 6: "补正开始", 7: "补正结束",
    8: "部门开始办理", 9: "特别程序开始", 10: "特别程序结束", 11: "办结通过", 12: "办结容缺通过",
    13: "办结不通过", 14: "撤回", 15: "撤销",
}  # fmt: skip

APPLICANT = "owner"
SYSTEM = "system"
ELSEWHERE = "office"  # `head@office`: a role held at the offices that the case names, not at its own


def signers(entry: str) -> tuple[str, int]:
    """Role and number of a signature line (签名人数): ``insp*2`` → 2, ``chief`` → 1, ``rev*`` → 0 = all."""
    role, star, number = entry.partition("*")
    return role, (int(number) if number else 0) if star else 1


@dataclass(frozen=True, slots=True)
class Fact:
    """A declared fact of a case (申报要素): what the form asks and guards may read."""

    name: str  # "subject.area_m2" or "action.reason"
    zh: str
    type: str  # text | int | decimal | bool | date | choice | list
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    personal: bool = False
    help_zh: str = ""
    derived: bool = False  # worked out by the app's rules, not asked on the form


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a process (角色): its Chinese name and, for `rev@specialty`, the task's dimension.

    `head@office` is held at the offices that the case names among its parties, not at its own.
    """

    name: str
    zh: str
    per: str | None = None  # "specialty" for 审查人员@specialty
    many: bool = False

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is held at another office than the case's own (外单位角色)."""
        return self.per == ELSEWHERE


@dataclass(frozen=True, slots=True)
class Pause:
    """A permitted pause of a clock (中止): while the case is in `state`, with paper, approver and cap."""

    state: str
    type: str  # 补正/听证/检测/专家评审/修改/不可抗力
    doc: str
    approver: str
    cap_days: Expression
    cap_unit: str = "workday"  # workday | day


@dataclass(frozen=True, slots=True)
class Extension:
    """A permitted extension of a clock (延期): at most `times`, by `days`, by `by`, with reason."""

    days: Expression
    by: tuple[str, ...]
    times: int = 1
    doc: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock of a process (时限)."""

    id: str
    zh: str
    stop: tuple[str, ...]
    days: Expression
    start_mark: str | None = None
    start_date: str | None = None  # a fact's path, e.g. "subject.completion_accepted_on"
    unit: str = "workday"
    kind: str = "statutory"  # statutory | promise
    owner: str = "staff"  # staff | applicant
    yellow: str = "0.7"  # share of the budget, as a decimal string
    per_round: bool = False
    late: str | None = None  # "flag": a late act is accepted and flagged
    pauses: tuple[Pause, ...] = ()
    extend: Extension | None = None
    basis: str = ""
    verified: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class After:
    """A timer of an action (到时自动办理): so long after entering the state."""

    days: Expression
    unit: str = "workday"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that may be done in a state (办理动作)."""

    name: str
    zh: str
    by: tuple[str, ...]
    to: str
    guard: Expression | None = None
    guard_zh: str = ""  # the sentence shown when the guard refuses
    otherwise: str | None = None  # `else: "case.offer:fire_acceptance"`
    need: tuple[str, ...] = ()
    doc: str | None = None
    sign: tuple[str, ...] = ()
    mark: tuple[str, ...] = ()
    nat: int | None = None
    once: bool = False
    round_next: bool = False
    reopen: str | None = None
    effect: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    after: After | None = None
    facts: tuple[Fact, ...] = ()  # what the officer fills in for this action
    basis: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Parallel:
    """Tasks done side by side (并行任务), e.g. eight specialties."""

    over: tuple[str, ...]
    task: str
    by: str
    distinct_from: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    join: str = "all"  # all | any | quorum
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class Lottery:
    """A draw over the cases of a state (摇号抽查)."""

    by: str
    witness: int
    table: str  # name of a dated table of ratios
    stratum: Expression
    round: str = "up"
    seed: str = "commit_reveal"
    hash: str = "sm3"
    also: tuple[tuple[str, int], ...] = ()  # e.g. (("insp", 2),)


@dataclass(frozen=True, slots=True)
class State:
    """A state of a case (环节)."""

    name: str
    zh: str
    actions: dict[str, Action] = field(default_factory=dict)
    parallel: Parallel | None = None
    lottery: Lottery | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Definition:
    """A version of a process (流程定义版本)."""

    process: str
    version: str
    zh: str
    app: str
    valid_from: date
    valid_to: date | None
    basis: tuple[str, ...]
    subject: dict[str, str]  # noun → fact or Chinese name
    number: str
    unique: tuple[str, ...]
    layers: tuple[str, ...]
    roles: dict[str, Role]
    facts: dict[str, Fact]
    deadlines: dict[str, Deadline]
    states: dict[str, State]
    initial: str
    settled: tuple[str, ...]
    end: tuple[str, ...]
    stats: tuple[str, ...] = ()
    migrate: dict[str, dict[str, str]] = field(default_factory=dict)  # from version → {old state: new state}
    public: tuple[str, ...] = ()
    tables: dict[str, str] = field(default_factory=dict)  # name used here → dated table of the registry
    functions: tuple[str, ...] = ()  # rules that expressions may call, by their registered name
    digest: str = ""
    source: str = ""  # the YAML text
    path: str = ""

    def action(self, state: str, name: str) -> Action | None:
        """The action of that name in that state, or None (查找动作)."""
        return self.states[state].actions.get(name)

    def in_force(self, day: date) -> bool:
        """Whether a case opened on `day` begins on this version (是否在有效期内)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def all_actions(self) -> Iterator[tuple[State, Action]]:
        """Every action with the state it starts from (全部动作)."""
        for state in self.states.values():
            for action in state.actions.values():
                yield state, action

    def marks(self) -> frozenset[str]:
        """Every mark that some action sets (全部节点标记)."""
        return frozenset(mark for _, action in self.all_actions() for mark in action.mark)

    def at_home(self, roles: Iterable[str]) -> set[str]:
        """Of these roles those that are held at the case's own office (本单位角色)."""
        return {one for one in roles if one not in self.roles or not self.roles[one].is_elsewhere}

    def is_closed(self, state: str) -> bool:
        """Whether a case in that state counts as done, later actions or not (是否办结)."""
        return state in self.settled or state in self.end
