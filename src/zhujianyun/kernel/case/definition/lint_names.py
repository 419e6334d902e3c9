"""Lint of names (名称检查): targets, roles, marks, pieces that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .faults import Fault
from .marked_yaml import Marked, Path
from .model import SYSTEM, Action, Definition, Parallel, State, signers

NUMBER_PLACES = ("yyyy", "region6")
AUDIENCES = ("public",)  # may be told without being a role


def _at(state: State, action: Action) -> Path:
    return ("states", state.name, "do", action.name)


def _known(names: Iterable[str]) -> str:
    return "、".join(names) or "（无）"


def targets(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Actions lead to states that exist (目标环节)."""
    for state, action in definition.all_actions():
        if action.to in definition.states:
            continue
        line = marked.line(*_at(state, action), "to")
        said = f"去向“{action.to}”不是本流程的环节" if action.to else "没有写去向（to）"
        yield Fault(
            line,
            "target.unknown",
            f"动作“{state.name}.{action.name}”{said}，可用的环节有：{_known(definition.states)}。",
        )


def endings(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """`initial`, `settled`, `end` and `migrate` name states that exist (办结与终止环节)."""
    for key, names in (("settled", definition.settled), ("end", definition.end)):
        for i, name in enumerate(names):
            if name not in definition.states:
                line = marked.line(key, i)
                yield Fault(line, f"{key}.unknown", f"{key} 里的“{name}”不是本流程的环节，请改名或删去。")
    for name in sorted(set(definition.settled) & set(definition.end)):
        reason = f"环节“{name}”同时写在 settled 和 end 里：settled 之后还可办理，end 之后不可，请只留一处。"
        yield Fault(marked.line("end"), "end.settled", reason)
    if definition.initial not in definition.states:
        yield Fault(
            marked.line("initial"), "initial.unknown", f"起始环节“{definition.initial}”不存在，请改名。"
        )
    for version, moves in definition.migrate.items():
        for old, new in moves.items():
            if new not in definition.states:
                line = marked.line("migrate", version, old)
                yield Fault(line, "migrate.unknown", f"迁移目标“{new}”不是本流程的环节，请改名。")


def validity(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """The first day in force is not after the last (有效期)."""
    if definition.valid_to and definition.valid_to < definition.valid_from:
        yield Fault(marked.line("valid"), "valid.order", "有效期的截止日早于起始日，请对调或改正。")


def number(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """The number pattern holds known places and a sequence (编号样式)."""
    places = re.findall(r"\{([^{}]*)\}", definition.number)
    wrong = [p for p in places if p not in NUMBER_PLACES and not re.fullmatch(r"seq:[1-9]", p)]
    if wrong or sum(p.startswith("seq:") for p in places) != 1:
        said = f"不认识“{{{wrong[0]}}}”" if wrong else "应有且只有一个 {seq:位数}"
        yield Fault(
            marked.line("number"),
            "number.pattern",
            f"编号样式{said}，可用 {{yyyy}}、{{region6}}、{{seq:5}}。",
        )


def roles(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Every role named anywhere is declared (角色)."""
    for path, name in _roles_named(definition, marked):
        allowed = (SYSTEM,) if path[-2:-1] == ("by",) else AUDIENCES if path[-2:-1] == ("notify",) else ()
        if name not in definition.roles and name not in allowed:
            where = ".".join(str(step) for step in path if isinstance(step, str))
            reason = f"{where} 里的角色“{name}”没有声明，可用的角色有：{_known(definition.roles)}。"
            yield Fault(marked.line(*path), "role.unknown", reason)


def _roles_named(definition: Definition, marked: Marked) -> Iterator[tuple[Path, str]]:
    for state, action in definition.all_actions():
        for key in ("by", "notify"):
            yield from _each(getattr(action, key), *_at(state, action), key)
        yield from _each([signers(entry)[0] for entry in action.sign], *_at(state, action), "sign")
    for state in definition.states.values():
        yield from _roles_of_state(state, marked)
    for name, deadline in definition.deadlines.items():
        for i, pause in enumerate(deadline.pauses):
            if pause.approver:
                yield ("deadlines", name, "pause", i, "approver"), pause.approver
        if deadline.extend:
            yield from _each(deadline.extend.by, "deadlines", name, "extend", "by")


def _roles_of_state(state: State, marked: Marked) -> Iterator[tuple[Path, str]]:
    at = ("states", state.name)
    if state.parallel:
        yield (*at, "parallel", "by"), state.parallel.by
        yield from _each(state.parallel.distinct_from, *at, "parallel", "distinct_from")
    if state.lottery:
        yield (*at, "lottery", "by"), state.lottery.by
        witnesses = marked.content["states"][state.name]["lottery"].get("witness") or ()
        yield from _each([signers(entry)[0] for entry in witnesses], *at, "lottery", "witness")
        for name, _ in state.lottery.also:
            yield (*at, "lottery", "also", name), name


def _each(names: Iterable[str], *path: str | int) -> Iterator[tuple[Path, str]]:
    for i, name in enumerate(names):
        yield (*path, i), name


def clocks(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Clocks start and stop at marks that some action sets; pauses name states (时限的起止)."""
    marks = definition.marks()
    for name, deadline in definition.deadlines.items():
        if deadline.start_mark and deadline.start_mark not in marks:
            yield _mark_fault(
                definition, marked.line("deadlines", name, "start"), name, deadline.start_mark, "起算"
            )
        for i, mark in enumerate(deadline.stop):
            if mark not in marks:
                yield _mark_fault(definition, marked.line("deadlines", name, "stop", i), name, mark, "停止")
        for i, pause in enumerate(deadline.pauses):
            if pause.state not in definition.states:
                line = marked.line("deadlines", name, "pause", i, "state")
                yield Fault(line, "pause.state", f"时限“{name}”的中止环节“{pause.state}”不存在，请改名。")


def _mark_fault(definition: Definition, line: int, deadline: str, mark: str, role_zh: str) -> Fault:
    rule = "deadline.never_starts" if role_zh == "起算" else "deadline.never_stops"
    if mark in definition.states:
        hint = f"“{mark}”是环节名，不是节点标记，请在到达它的动作上写 mark: [{mark}]"
    else:
        hint = f"请改为已有的标记：{_known(sorted(definition.marks()))}"
    return Fault(line, rule, f"时限“{deadline}”的{role_zh}标记“{mark}”没有任何动作设置，{hint}。")


def pieces(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Each action says its national code; lottery and parallel work are complete (要件齐全)."""
    for state, action in definition.all_actions():
        if "nat" not in marked.content["states"][state.name]["do"][action.name]:
            reason = f"动作“{state.name}.{action.name}”没有写国家接口状态码 nat，没有对应码时写 nat: null。"
            yield Fault(action.line, "nat.missing", reason)
    for state in definition.states.values():
        if state.lottery and not {"hit", "miss"} <= set(state.actions):
            line = marked.line("states", state.name, "lottery")
            yield Fault(
                line,
                "lottery.actions",
                f"环节“{state.name}”要摇号，必须有 hit（抽中）和 miss（未抽中）两个动作。",
            )
        if state.parallel:
            yield from _parallel(state, state.parallel, marked)


def _parallel(state: State, parallel: Parallel, marked: Marked) -> Iterator[Fault]:
    line = marked.line("states", state.name, "parallel")
    if not parallel.over:
        yield Fault(
            line, "parallel.empty", f"环节“{state.name}”的并行任务没有列出内容（over），请写明各专业。"
        )
    if parallel.join == "quorum" and not 0 < parallel.quorum <= len(parallel.over):
        reason = f"环节“{state.name}”按多数汇合，quorum 应在 1 和 {len(parallel.over)} 之间。"
        yield Fault(line, "parallel.quorum", reason)
    if not state.actions:
        yield Fault(line, "parallel.stuck", f"环节“{state.name}”的并行任务完成后没有动作可办，请补上。")


CHECKS = (targets, endings, validity, number, roles, clocks, pieces)
