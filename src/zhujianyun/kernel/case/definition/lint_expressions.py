"""Lint of expressions (表达式检查): they read only what exists and call only what is declared."""

from __future__ import annotations

from collections.abc import Iterator

from zhujianyun.base.expressions import Expression

from . import vocabulary
from .faults import Fault
from .marked_yaml import Marked, Path
from .model import Deadline, Definition


def expressions(definition: Definition) -> Iterator[tuple[Path, Expression]]:
    """Every expression of a definition with its place (全部表达式)."""
    for name, deadline in definition.deadlines.items():
        yield from _of_deadline(name, deadline)
    for state in definition.states.values():
        if state.lottery:
            yield ("states", state.name, "lottery", "stratum"), state.lottery.stratum
    for state, action in definition.all_actions():
        at = ("states", state.name, "do", action.name)
        if action.guard:
            yield (*at, "guard"), action.guard
        if action.after:
            yield (*at, "after", "days"), action.after.days


def _of_deadline(name: str, deadline: Deadline) -> Iterator[tuple[Path, Expression]]:
    yield ("deadlines", name, "days"), deadline.days
    for i, pause in enumerate(deadline.pauses):
        yield ("deadlines", name, "pause", i, "cap", "days"), pause.cap_days
    if deadline.extend:
        yield ("deadlines", name, "extend", "days"), deadline.extend.days


def reads(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Variables are known and, where facts are declared, so are their fields (表达式读取)."""
    known = vocabulary.names(definition)
    for at, path in _paths(definition):
        if path[0] not in known:
            reason = f"{_where(at)} 读取了未知的“{path[0]}”，可读的有：{'、'.join(sorted(known))}。"
            yield Fault(marked.line(*at), "cel.unknown_variable", reason)
        elif not vocabulary.is_declared(definition, path):
            reason = f"{_where(at)} 读取的“{'.'.join(path)}”没有在 facts 里声明，请声明或改正拼写。"
            yield Fault(marked.line(*at), "cel.unknown_variable", reason)


def _paths(definition: Definition) -> Iterator[tuple[Path, tuple[str, ...]]]:
    for at, expression in expressions(definition):
        for path in expression.paths:
            yield at, path
    for name, deadline in definition.deadlines.items():
        if deadline.start_date:
            yield ("deadlines", name, "start"), tuple(deadline.start_date.split("."))


def calls(definition: Definition, marked: Marked) -> Iterator[Fault]:
    """Functions are declared under `functions` (表达式调用)."""
    for at, expression in expressions(definition):
        for name in expression.functions:
            if name not in definition.functions:
                reason = f"{_where(at)} 调用了未知的函数“{name}”，请在 functions 里列出并由应用注册。"
                yield Fault(marked.line(*at), "cel.unknown_function", reason)


def _where(path: Path) -> str:
    return ".".join(str(step) for step in path)


CHECKS = (reads, calls)
