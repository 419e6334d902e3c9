"""Lint of a definition (流程检查): everything a schema cannot see, each finding with its line.

Faults refuse the definition; warnings are printed by ``zhujianyun process lint`` and stop nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import lint_expressions, lint_flow, lint_names
from .faults import Fault
from .marked_yaml import Marked
from .model import Definition

_CHECKS = (*lint_names.CHECKS, *lint_flow.CHECKS, *lint_expressions.CHECKS)


def faults(definition: Definition, marked: Marked) -> list[Fault]:
    """Every fault, by line (检查出的错误)."""
    return sorted({fault for check in _CHECKS for fault in check(definition, marked)})


def warnings(definition: Definition) -> list[Fault]:
    """What would be better said, by line (检查出的提示): missing Chinese names, unchecked limits."""
    return sorted({*_unnamed(definition), *_unfounded(definition)})


def _unnamed(definition: Definition) -> Iterator[Fault]:
    for state in definition.states.values():
        if state.zh == state.name:
            yield Fault(state.line, "state.unnamed", f"环节“{state.name}”没有中文名称，请在 labels 里补上。")
    for state, action in definition.all_actions():
        if action.zh == action.name:
            yield Fault(
                action.line,
                "action.unnamed",
                f"动作“{state.name}.{action.name}”没有中文名称，请在 labels 里补上。",
            )


def _unfounded(definition: Definition) -> Iterator[Fault]:
    for deadline in definition.deadlines.values():
        if not deadline.basis:
            yield Fault(
                deadline.line,
                "deadline.unfounded",
                f"时限“{deadline.id}”没有写依据（basis），请补上文号和条款。",
            )
