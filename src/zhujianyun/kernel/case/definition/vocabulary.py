"""What expressions of a definition may read (表达式可读的名称): the contract between lint and run time."""

from __future__ import annotations

from .model import Definition

# Names the engine always offers (always present, though perhaps empty).
ENGINE_NAMES = {
    "subject": "申报要素（工程、建筑等）",
    "project": "项目主体的属性",
    "applicant": "申请主体的属性",
    "case": "办件本身：number、round、city、opened_on、accepted_on",
    "action": "本次办理时填写的要素",
    "documents": "已提交材料的名称",
    "limits": "受理之日有效的期限表",
    "promise": "承诺时限",
    "round": "当前轮次",
}


def names(definition: Definition) -> frozenset[str]:
    """Every root name an expression of this definition may read (可读名称).

    Besides the engine's: the roots of declared facts; roles (``firm.grade``); actions, for the facts
    filled in with them (``change.major``); tables; task results in the plural (``opinions``).
    """
    facts = {name.partition(".")[0] for name in definition.facts}
    tasks = {f"{s.parallel.task}s" for s in definition.states.values() if s.parallel}
    actions = {action.name for _, action in definition.all_actions()}
    return frozenset(ENGINE_NAMES) | facts | set(definition.roles) | actions | set(definition.tables) | tasks


def is_declared(definition: Definition, path: tuple[str, ...]) -> bool:
    """Whether a path is a declared fact, a part of one, or lies under a root without declarations (是否已声明)."""
    below = [name for name in definition.facts if name.startswith(path[0] + ".")]
    if not below or len(path) == 1:
        return True
    dotted = ".".join(path)
    return any(f"{dotted}.".startswith(f"{name}.") or name.startswith(f"{dotted}.") for name in below)
