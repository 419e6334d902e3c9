"""The facts of a case in groups (申报要素分组), with what was changed since it was handed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from zhujianyun.kernel.case.definition.model import Definition, Fact
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.ui.workbench import shown

GROUPS = ("工程概况", "规模指标", "日期", "核对事项", "联系方式", "平台判定")
NUMBERS, TICKS = ("int", "decimal"), "bool"


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed a fact and when (变更): the former value is not told of what is personal."""

    who: str
    step: Step
    before: str


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact as the page shows it (要素行)."""

    zh: str
    value: str
    help_zh: str
    change: Change | None
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Facts of one kind (要素组): what was left empty is named in one line."""

    name: str
    lines: list[FactLine]
    empty: list[str]

    @property
    def is_ticks(self) -> bool:
        """Whether its facts are sentences answered by yes or no."""
        return self.name == "核对事项"


def grouped(definition: Definition | None, case: Case, steps: Iterable[Step]) -> list[Group]:
    """The declared facts by group (分组要素)."""
    if definition is None:
        return []
    changes = _changes(definition, steps)
    found: dict[str, list[FactLine]] = {name: [] for name in GROUPS}
    empty: dict[str, list[str]] = {name: [] for name in GROUPS}
    for fact in definition.facts.values():
        value = shown.value_zh(fact, look(case.facts, fact.name))
        change = changes.get(fact.name)
        if value == shown.NOTHING and change is None:
            empty[group_of(fact)].append(fact.zh)
            continue
        found[group_of(fact)].append(FactLine(fact.zh, value, fact.help_zh, change, len(value) > 26))
    return [Group(name, found[name], empty[name]) for name in GROUPS if found[name] or empty[name]]


def group_of(fact: Fact) -> str:
    """The group that a fact belongs to, by what kind of thing it is (要素类别)."""
    if fact.derived:
        return "平台判定"
    if fact.personal:
        return "联系方式"
    if fact.type in NUMBERS:
        return "规模指标"
    if fact.type == "date":
        return "日期"
    return "核对事项" if fact.type == TICKS else "工程概况"


def _changes(definition: Definition, steps: Iterable[Step]) -> dict[str, Change]:
    """The latest change of each fact."""
    found = {}
    for step in steps:
        changed: dict[str, Any] = step.facts.get("changed") or {}
        for name, before in changed.items():
            fact = definition.facts.get(name)
            if fact is not None:
                said = "" if before is None else shown.value_zh(fact, before)
                found[name] = Change(step.actor_zh, step, said)
    return found
