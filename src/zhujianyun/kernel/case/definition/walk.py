"""Tries every path through a definition (穷举走查).

**Semantics.** A path begins in the initial state with every budget full. An action, told apart by
its state (``pool.hit``), may be taken at most `TWICE` times on one path; an action marked ``once``
one time; an action that stays in its state counts like any other. Guards, timers and roles are
not asked: the walk shows what the drawing permits. A path is over when the state it stands in has
no action with budget left, and *paths* counts the sequences of actions that are over in this
sense; *longest* counts actions. So `fire_filing` has 59 paths, the longest of 16 actions, and
`drawing_review` 37 and 13.

How a path is over:

* **end**, **settled** — in a state of that list: the case is closed;
* **cut** — in another state, only because the bound forbids a third round; lift the bound and a
  closed state can still be reached (18 of the 59: a re-check that fails for the second time);
* **stuck** — no closed state can be reached any more, e.g. because the only way out was ``once``
  and is used. No definition may have such a path; the lint cannot see it.

Enumeration would be exponential in the loops. Once a path leaves a group of states that reach each
other it never returns, so only the budgets of the present group matter, and equal situations are
counted once.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from zhujianyun.base.errors import RuleBroken

from .model import Action, Definition

TWICE = 2
MAX_SITUATIONS = 500_000
SHOWN = 10

Steps = tuple[str, ...]  # "state.action" of each step


@dataclass(frozen=True, slots=True)
class WalkReport:
    """What the walk found (走查报告)."""

    process: str
    version: str
    paths: int
    longest: int
    endings: dict[str, int]  # last state → number of paths that are over there
    cut: int  # paths stopped by the bound alone
    left_open: int  # paths that are stuck: must be 0
    stuck: tuple[Steps, ...]  # some of them, at most SHOWN
    states: frozenset[str]
    actions: frozenset[str]
    missed_states: frozenset[str]
    missed_actions: frozenset[str]
    shortest: dict[str, Steps] = field(default_factory=dict)  # closed state → shortest way there

    @property
    def is_sound(self) -> bool:
        """Whether every state and action is met and no path is stuck (是否通过)."""
        return not (self.left_open or self.missed_states or self.missed_actions)

    def told(self) -> str:
        """The report in a few Chinese lines, for the terminal (文字报告)."""
        lines = [
            f"{self.process} {self.version}：{self.paths} 条路径，最长 {self.longest} 步；"
            f"走到 {len(self.states)} 个环节、{len(self.actions)} 个动作；"
            f"{self.cut} 条因循环次数上限截断，{self.left_open} 条无法办结。"
        ]
        lines += [f"  最短到达 {state}：{' → '.join(steps)}" for state, steps in self.shortest.items()]
        lines += [f"  走不到：{'、'.join(sorted(m))}" for m in (self.missed_states, self.missed_actions) if m]
        lines += [f"  无法办结的路径：{' → '.join(steps)}" for steps in self.stuck]
        return "\n".join(lines)


def walk(definition: Definition) -> WalkReport:
    """Walk every path of a definition (走查).

    Raises:
        RuleBroken: the loops of the definition are too many to be walked.
    """
    walker = _Walker(definition)
    whole = walker.ahead(definition.initial, walker.full)
    kinds: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for (kind, state), count in whole.endings.items():
        kinds[kind] += count
        states[state] += count
    every = {f"{state.name}.{action.name}" for state, action in definition.all_actions()}
    return WalkReport(
        process=definition.process,
        version=definition.version,
        paths=sum(states.values()),
        longest=whole.longest,
        endings=dict(states),
        cut=kinds["cut"],
        left_open=kinds["stuck"],
        stuck=whole.stuck,
        states=frozenset(walker.states),
        actions=frozenset(walker.actions),
        missed_states=frozenset(definition.states) - walker.states,
        missed_actions=frozenset(every) - walker.actions,
        shortest=shortest(definition),
    )


def each_path(definition: Definition) -> Iterator[Steps]:
    """Every path, one by one, in the order of the file (逐条路径): for tests that play them."""
    stack: list[tuple[str, dict[str, int], Steps]] = [(definition.initial, {}, ())]
    while stack:
        state, used, steps = stack.pop()
        ahead = []
        for action in definition.states[state].actions.values():
            step = f"{state}.{action.name}"
            if used.get(step, 0) < _budget(action):
                ahead.append((action.to, {**used, step: used.get(step, 0) + 1}, (*steps, step)))
        if not ahead:
            yield steps
        stack.extend(reversed(ahead))


def shortest(definition: Definition) -> dict[str, Steps]:
    """The shortest way to each settled or end state (最短路径)."""
    ways: dict[str, Steps] = {definition.initial: ()}
    queue = deque([definition.initial])
    while queue:
        state = queue.popleft()
        for action in definition.states[state].actions.values():
            if action.to not in ways:
                ways[action.to] = (*ways[state], f"{state}.{action.name}")
                queue.append(action.to)
    closed = (*definition.settled, *definition.end)
    return {state: ways[state] for state in closed if state in ways}


def _budget(action: Action) -> int:
    return 1 if action.once else TWICE


@dataclass(slots=True)
class _Ahead:
    """All that lies ahead of a situation."""

    longest: int
    endings: Counter[tuple[str, str]]
    stuck: tuple[Steps, ...]


class _Walker:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.group = _groups(definition)
        self.full = tuple(_budget(a) for _, a in definition.all_actions())
        self.place = {(s.name, a.name): i for i, (s, a) in enumerate(definition.all_actions())}
        # Only an action that stays inside its group can be taken again.
        self.loops = [
            self.group[s.name] if self.group[s.name] == self.group[a.to] else None
            for s, a in definition.all_actions()
        ]
        self.known: dict[tuple[str, tuple[int, ...]], _Ahead] = {}
        self.states: set[str] = set()
        self.actions: set[str] = set()

    def ahead(self, state: str, budgets: tuple[int, ...]) -> _Ahead:
        here = self.group[state]
        key = (state, tuple(left for left, loop in zip(budgets, self.loops, strict=True) if loop == here))
        if key not in self.known:
            if len(self.known) >= MAX_SITUATIONS:
                raise RuleBroken(
                    f"流程 {self.definition.process} 的循环太多，无法穷举走查，请合并或拆分环节。",
                    rule="walk.bounded",
                )
            self.known[key] = self.look(state, budgets)
        return self.known[key]

    def look(self, state: str, budgets: tuple[int, ...]) -> _Ahead:
        self.states.add(state)
        found = _Ahead(0, Counter(), ())
        for action in self.definition.states[state].actions.values():
            i = self.place[state, action.name]
            if not budgets[i]:
                continue
            step = f"{state}.{action.name}"
            self.actions.add(step)
            beyond = self.ahead(action.to, (*budgets[:i], budgets[i] - 1, *budgets[i + 1 :]))
            found.longest = max(found.longest, beyond.longest + 1)
            found.endings.update(beyond.endings)
            found.stuck = (*found.stuck, *((step, *steps) for steps in beyond.stuck))[:SHOWN]
        if not found.endings:
            kind = self.kind(state, budgets)
            found.endings[kind, state] = 1
            found.stuck = ((),) if kind == "stuck" else ()
        return found

    def kind(self, state: str, budgets: tuple[int, ...]) -> str:
        """How a path that stops here is over."""
        if state in self.definition.end:
            return "end"
        if state in self.definition.settled:
            return "settled"
        return "cut" if any(map(self.definition.is_closed, self.reachable(state, budgets))) else "stuck"

    def reachable(self, start: str, budgets: tuple[int, ...]) -> set[str]:
        """States ahead when only `once` binds."""
        seen, queue = {start}, deque([start])
        while queue:
            state = queue.popleft()
            for action in self.definition.states[state].actions.values():
                used_up = action.once and not budgets[self.place[state, action.name]]
                if not used_up and action.to not in seen:
                    seen.add(action.to)
                    queue.append(action.to)
        return seen


def _groups(definition: Definition) -> dict[str, str]:
    """State → the first state of its group, where a group is states that reach each other."""
    ahead = {name: _all_ahead(definition, name) for name in definition.states}
    return {
        name: next(
            other for other in ahead if other == name or (other in ahead[name] and name in ahead[other])
        )
        for name in ahead
    }


def _all_ahead(definition: Definition, start: str) -> set[str]:
    seen: set[str] = set()
    queue = deque([start])
    while queue:
        for action in definition.states[queue.popleft()].actions.values():
            if action.to not in seen:
                seen.add(action.to)
                queue.append(action.to)
    return seen
