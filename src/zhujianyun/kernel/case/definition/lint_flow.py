"""Lint of the flow (走向检查): reachability, traps, terminal states, who acts, national codes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from .faults import Fault
from .marked_yaml import Marked
from .model import NATIONAL_STATES, SYSTEM, Action, Definition, State

_PAIRS = {6: 7, 9: 10}  # opened by, closed by
_CLOSERS = {closer: opener for opener, closer in _PAIRS.items()}
_CONCLUDED = (11, 12, 13)


def _closure(start: Iterable[str], edges: dict[str, set[str]]) -> set[str]:
    seen, queue = set(start), deque(start)
    while queue:
        for after in edges.get(queue.popleft(), ()):
            if after not in seen:
                seen.add(after)
                queue.append(after)
    return seen


def reach(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Every state can be reached from the first (可到达)."""
    forward = {s.name: {a.to for a in s.actions.values()} for s in definition.states.values()}
    reached = _closure([definition.initial], forward)
    for state in definition.states.values():
        if state.name not in reached:
            yield Fault(
                state.line, "state.unreachable", f"环节“{state.name}”没有任何动作能够到达，请补上动作或删去。"
            )


def traps(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """From every state a case can still be closed; terminal means terminal (死环节)."""
    backward: dict[str, set[str]] = {}
    for state, action in definition.all_actions():
        backward.setdefault(action.to, set()).add(state.name)
    closable = _closure(
        [n for n in (*definition.settled, *definition.end) if n in definition.states], backward
    )
    for state in definition.states.values():
        if state.name in definition.end:
            for action in state.actions.values():
                reason = f"终止环节“{state.name}”不应再有动作“{action.name}”，请删去动作或改列为 settled。"
                yield Fault(action.line, "end.action", reason)
        elif not state.actions:
            yield Fault(
                state.line,
                "state.trap",
                f"环节“{state.name}”没有动作又不在 end 里，办件会卡住，请补动作或列入 end。",
            )
        elif state.name not in closable:
            yield Fault(
                state.line, "state.trap", f"从环节“{state.name}”走不到任何办结或终止环节，请补上出口。"
            )


def doers(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Every action can be done by somebody (有人可办)."""
    for state, action in definition.all_actions():
        said = _why_nobody(state, action, marked)
        if said:
            yield Fault(action.line, "action.nobody", f"动作“{state.name}.{action.name}”{said}。")


def _why_nobody(state: State, action: Action, marked: Marked) -> str:
    if not action.by:
        return "没有写由谁办理（by），无人可办"
    if action.after and SYSTEM not in action.by:
        return "写了 after（到时自动办理），by 里却没有 system，无人可办"
    written = str(marked.content["states"][state.name]["do"][action.name].get("guard", ""))
    guard = action.guard
    if (
        guard
        and guard.source == written
        and not guard.paths
        and not guard.functions
        and guard.evaluate({}) is False
    ):
        return f"的条件“{written}”永远不成立，无人可办"
    return ""


def national(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Codes 6/7 and 9/10 come in pairs and after 11–13 only 15 follows, on every path (国家状态码次序).

    A case may end while a supplement or a special procedure is open (withdrawn, lapsed); it may not
    be concluded with 11 or 12 before the pair is closed.
    """
    used = {action.nat for _, action in definition.all_actions()}
    for opener, closer in _PAIRS.items():
        if opener in used and closer not in used:
            yield from _unpaired(definition, opener, closer)
    begin: tuple[str, frozenset[int], bool] = (definition.initial, frozenset(), False)
    seen, queue = {begin}, deque([begin])
    while queue:
        name, open_, concluded = queue.popleft()
        state = definition.states.get(name)
        for action in state.actions.values() if state else ():
            said = _out_of_order(action.nat, open_, concluded)
            if said:
                rule = "nat.after_conclusion" if concluded else "nat.unpaired"
                yield Fault(action.line, rule, f"动作“{name}.{action.name}”的{_code(action.nat)}{said}。")
            after = (action.to, _open_after(action, open_), concluded or action.nat in _CONCLUDED)
            if after not in seen:
                seen.add(after)
                queue.append(after)


def _unpaired(definition: Definition, opener: int, closer: int) -> Iterator[Fault]:
    for state, action in definition.all_actions():
        if action.nat == opener:
            reason = (
                f"动作“{state.name}.{action.name}”用了{_code(opener)}，全流程却没有{_code(closer)}与之成对。"
            )
            yield Fault(action.line, "nat.unpaired", reason)


def _out_of_order(code: int | None, open_: frozenset[int], concluded: bool) -> str:
    if code is None:
        return ""
    if concluded:
        return "" if code == 15 else "出现在办结（11、12、13）之后，办结后只能是 15 撤销"
    if code in open_:
        return f"可能连续出现两次，中间没有{_code(_PAIRS[code])}"
    if code in _CLOSERS and _CLOSERS[code] not in open_:
        return f"之前可能没有{_code(_CLOSERS[code])}"
    if code in (11, 12) and open_:
        return f"可能出现在{_code(min(open_))}尚未结束时"
    return ""


def _open_after(action: Action, open_: frozenset[int]) -> frozenset[int]:
    if action.nat in _PAIRS:
        return open_ | {action.nat}
    return open_ - {_CLOSERS[action.nat]} if action.nat in _CLOSERS else open_


def _code(code: int | None) -> str:
    return f"国家状态码 {code} {NATIONAL_STATES[code]}" if code else ""


CHECKS = (reach, traps, doers, national)
