"""What processes, rules, effects and tables this installation knows (流程登记).

Filled once at start from the manifests, then `resolve` proves that every name a definition uses is
offered by somebody. Not changed while the platform runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from zhujianyun.base.errors import NotFound, RuleBroken

from . import tables as dated
from .load import load_file
from .model import Definition

BUILT_IN_EFFECTS = ("case.start", "case.offer")  # both name a process after the colon

rules: dict[str, Callable[..., Any]] = {}
effects: dict[str, Callable[..., Any]] = {}
_tables: dict[str, dated.Table] = {}
_definitions: dict[str, dict[str, Definition]] = {}


class Unresolved(RuleBroken):
    """A definition needs what nobody offers (流程所需未提供); `problems` holds one sentence for each."""

    code = "unresolved"

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems), rule="registry.resolved", problems=problems)


def clear() -> None:
    """Forget everything (清空登记): for tests."""
    for kept in (rules, effects, _tables, _definitions):
        kept.clear()


# --- registering ---------------------------------------------------------------------------------


def add_folder(path: str | Path, app: str) -> list[Definition]:
    """Load and register every ``*.yaml`` of a folder (登记文件夹内的流程).

    Raises:
        DefinitionError: with every fault of the first faulty file.
        RuleBroken: as `add`.
    """
    return [add(load_file(file, app)) for file in sorted(Path(path).glob("*.yaml"))]


def add(definition: Definition) -> Definition:
    """Register one definition (登记流程).

    Raises:
        RuleBroken: another version of the process has the same number or is in force on the same day.
    """
    versions_ = _definitions.setdefault(definition.process, {})
    for other in versions_.values():
        if other.version == definition.version or _overlap(other, definition):
            raise RuleBroken(
                f"流程 {definition.process} 的版本 {other.version}（{other.path or other.app}）和"
                f" {definition.version}（{definition.path or definition.app}）版本号相同或有效期重叠，"
                "请调整其中一个的 valid。",
                rule="registry.one_version_in_force",
            )
    versions_[definition.version] = definition
    return definition


def _overlap(a: Definition, b: Definition) -> bool:
    last = date.max
    return a.valid_from <= (b.valid_to or last) and b.valid_from <= (a.valid_to or last)


def add_rule(name: str, rule: Callable[..., Any]) -> None:
    """Offer a pure function that expressions may call by name (登记规则).

    Raises:
        RuleBroken: another function has the name.
    """
    _add(rules, name, rule, "规则")


def add_effect(name: str, handler: Callable[..., Any]) -> None:
    """Offer the carrying out of an effect, e.g. ``licence.issue`` (登记效果).

    Raises:
        RuleBroken: another handler has the name, or the name is built in.
    """
    if name in BUILT_IN_EFFECTS:
        raise RuleBroken(f"效果“{name}”由平台内置，请换一个名称。", rule="registry.unique")
    _add(effects, name, handler, "效果")


def add_table(name: str, path: str | Path, key: tuple[str, ...] = ()) -> None:
    """Offer a dated table from a CSV file (登记数据表).

    Raises:
        RuleBroken: the name is taken by another file, or the file is faulty.
    """
    known = _tables.get(name)
    if known and known.path != str(Path(path)):
        raise RuleBroken(f"数据表“{name}”已由 {known.path} 提供，请换一个名称。", rule="registry.unique")
    _tables[name] = dated.read(name, path, key)


def _add(kept: dict[str, Any], name: str, thing: Any, what_zh: str) -> None:
    if kept.setdefault(name, thing) is not thing:
        raise RuleBroken(f"{what_zh}“{name}”已由另一个应用提供，请换一个名称。", rule="registry.unique")


# --- asking --------------------------------------------------------------------------------------


def get(process: str, version: str) -> Definition:
    """One version of a process (查流程版本).

    Raises:
        NotFound: nobody registered it.
    """
    try:
        return _definitions[process][version]
    except KeyError:
        raise NotFound(f"没有流程 {process} 的版本 {version}。", rule="registry.known") from None


def versions(process: str) -> list[Definition]:
    """Every version of a process, oldest first (查全部版本).

    Raises:
        NotFound: nobody registered the process.
    """
    if process not in _definitions:
        raise NotFound(f"没有流程 {process}。", rule="registry.known")
    return sorted(_definitions[process].values(), key=lambda d: d.valid_from)


def in_force(process: str, day: date) -> Definition:
    """The version on which a case opened on `day` begins (查当日有效版本).

    Raises:
        NotFound: unknown process, or none of its versions is in force on the day.
    """
    for definition in versions(process):
        if definition.in_force(day):
            return definition
    raise NotFound(f"流程 {process} 在 {day} 没有有效版本，请检查各版本的有效期。", rule="registry.in_force")


def processes() -> list[str]:
    """The names of all processes (全部流程名)."""
    return sorted(_definitions)


def all_() -> list[Definition]:
    """Every version of every process (全部流程版本)."""
    return [definition for process in processes() for definition in versions(process)]


all = all_  # noqa: A001 - registry.all() reads well from outside


def table(name: str, day: date) -> list[dated.Row]:
    """The rows of a dated table in force on a day (查数据表).

    Raises:
        NotFound: nobody offers the table.
    """
    if name not in _tables:
        raise NotFound(f"没有数据表“{name}”，请检查应用清单的 tables。", rule="registry.known")
    return _tables[name].on(day)


def values(name: str, day: date) -> dict[str, int | str]:
    """Key → `value` of a dated table on a day, as expressions read it: ``limits.rectify_days`` (查取值).

    Raises:
        NotFound: nobody offers the table.
    """
    rows = table(name, day)
    key = _tables[name].key[0]
    return {
        row[key]: row.whole("value") if row["value"].lstrip("-").isdigit() else row["value"] for row in rows
    }


# --- proving -------------------------------------------------------------------------------------


def resolve() -> None:
    """Prove that every name the definitions use is offered (核对依赖).

    Raises:
        Unresolved: one sentence for each missing name, naming who needs it and what is offered.
    """
    problems = [problem for definition in all_() for problem in _missing(definition)]
    if problems:
        raise Unresolved(problems)


def _missing(definition: Definition) -> Iterator[str]:
    who = f"应用 {definition.app} 的流程 {definition.process} {definition.version}"
    for state, action in definition.all_actions():
        for effect in (*action.effect, *((action.otherwise,) if action.otherwise else ())):
            said = _effect_missing(effect)
            if said:
                yield f"{who} 的动作 {state.name}.{action.name} 需要效果“{effect}”，{said}。"
    for name in definition.functions:
        if name not in rules:
            yield f"{who} 需要规则“{name}”，没有任何应用提供；{_offered(rules)}。"
    for name in _tables_needed(definition):
        if name not in _tables:
            yield f"{who} 需要数据表“{name}”，没有任何应用提供；{_offered(_tables)}。"


def _effect_missing(effect: str) -> str:
    name, _, process = effect.partition(":")
    if name in BUILT_IN_EFFECTS:
        return "" if process in _definitions else f"没有任何应用提供流程“{process}”；{_offered(_definitions)}"
    return "" if name in effects else f"没有任何应用提供；{_offered(effects)}"


def _tables_needed(definition: Definition) -> list[str]:
    needed = dict.fromkeys(definition.tables.values())
    for state in definition.states.values():
        if state.lottery:
            needed[definition.tables.get(state.lottery.table, state.lottery.table)] = None
    return list(needed)


def _offered(kept: dict[str, Any]) -> str:
    return f"已提供的有 {'、'.join(sorted(kept))}" if kept else "目前没有任何应用提供此类内容"
