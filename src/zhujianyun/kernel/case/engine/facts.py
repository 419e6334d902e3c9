"""Facts of a case and of an act (要素): checked against what the definition declares.

Given flat (``"subject.area_m2"``) or nested, kept nested. What a process does not declare it does
not take, unless it declares nothing at all. A wrong value is refused with one sentence per field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case.definition.model import Action, Definition, Fact

ACTION = "action"
ENGINE_FACTS = frozenset({"new_gap"})  # what the engine itself may ask for in an act
LONGEST_TEXT = 10_000
UNSTORABLE = "含有无法保存的字符，请删去后重新填写"


def split(
    given: Mapping[str, Any] | None, definition: Definition, action: Action | None
) -> tuple[dict, dict]:
    """What was given, as (facts of the case, facts of this act), both nested (拆分要素)."""
    case_facts: dict[str, Any] = {}
    act_facts: dict[str, Any] = {}
    declared = {fact.name.removeprefix("action.") for fact in action.facts} if action else set()
    roots = {name.partition(".")[0] for name in definition.facts}
    for name, value in (given or {}).items():
        if name == ACTION and isinstance(value, Mapping):
            act_facts.update(value)
        elif name.startswith("action."):
            act_facts[name.removeprefix("action.")] = value
        elif action and (
            name in declared or name in ENGINE_FACTS or _is_bare(name, value, roots, definition)
        ):
            act_facts[name] = value
        else:
            _put(case_facts, name, value)
    return case_facts, act_facts


def checked_case_facts(definition: Definition, given: dict[str, Any]) -> dict[str, Any]:
    """The facts of a case with their types right (核对申报要素).

    Raises:
        RuleBroken: ``case.facts``; ``details["fields"]`` holds one sentence for each faulty field.
    """
    if not definition.facts:
        return plain(given)
    faults: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, value in _leaves(given, frozenset(definition.facts)):
        fact = definition.facts.get(name)
        if fact is None:
            faults[name] = f"“{name}”不是《{definition.zh}》的申报要素，请去掉或改正名称"
        else:
            _take(found, fact, value, faults, name)
    _refuse(faults)
    return found


def checked_act_facts(action: Action, given: dict[str, Any]) -> dict[str, Any]:
    """What the officer filled in, with its types right and nothing missing (核对填报内容).

    Raises:
        RuleBroken: as `checked_case_facts`.
    """
    if not action.facts:
        return plain(given)
    declared = {fact.name.removeprefix("action."): fact for fact in action.facts}
    faults: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in ENGINE_FACTS:
            found[name] = value
        elif name not in declared:
            faults[name] = f"“{name}”不是“{action.zh}”的填报内容，请去掉或改正名称"
        else:
            _take(found, declared[name], value, faults, name)
    for name, fact in declared.items():
        if fact.required and name not in faults and _is_empty(found.get(name)):
            faults[name] = f"请填写“{fact.zh}”"
    _refuse(faults)
    return found


def require_complete(definition: Definition, facts: Mapping[str, Any]) -> None:
    """Every required fact is there, before the case leaves its first state (必填要素齐全).

    Raises:
        RuleBroken: ``case.facts`` with one sentence for each missing field.
    """
    missing = {
        name: f"请填写“{fact.zh}”"
        for name, fact in definition.facts.items()
        if fact.required and not name.startswith("action.") and _is_empty(look(facts, name))
    }
    _refuse(missing)


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Nested facts, the new ones winning (合并要素); neither argument is changed."""
    found = dict(old)
    for name, value in new.items():
        before = found.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            value = merged(before, value)
        found[name] = value
    return found


def look(facts: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, or None (按路径取值)."""
    found: Any = facts
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def search(facts: Mapping[str, Any], name: str) -> Any:
    """The value at a path, or of that name one level below any root (查找要素)."""
    found = look(facts, name)
    if found is not None:
        return found
    return next((v[name] for v in facts.values() if isinstance(v, Mapping) and name in v), None)


def without_personal(definition: Definition, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts without what is declared personal (去除个人信息)."""
    found = dict(facts)
    for name, fact in definition.facts.items():
        root, _, leaf = name.rpartition(".")
        if fact.personal and root and isinstance(found.get(root), Mapping):
            found[root] = {k: v for k, v in found[root].items() if k != leaf}
    return found


def plain(value: Any) -> Any:
    """The value as JSON can hold it: days as ISO text, decimals as text (转为可存储形式).

    Raises:
        RuleBroken: a value that has no such form.
    """
    if isinstance(value, str):
        return storable(value)
    if value is None or isinstance(value, int | bool | float):
        return value
    if isinstance(value, Mapping):
        return {storable(str(name)): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise RuleBroken(f"内容“{value!r}”无法保存，请填写文字、数字或日期。", rule="case.facts")


def storable(text: str) -> str:
    """The text, when every database can hold it (可保存的文字): SQLite takes a NUL, PostgreSQL does not.

    Raises:
        RuleBroken: ``case.text`` for a NUL or half of a surrogate pair, as no keyboard makes them.
    """
    if "\0" in text or not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise RuleBroken(f"内容中{UNSTORABLE}。", rule="case.text")
    return text


def _is_bare(name: str, value: Any, roots: set[str], definition: Definition) -> bool:
    """A plain name given with an act, such as ``findings``, belongs to the act."""
    return "." not in name and not isinstance(value, Mapping) and name not in roots | set(definition.facts)


def _put(into: dict[str, Any], name: str, value: Any) -> None:
    *path, last = name.split(".")
    for step in path:
        into = into.setdefault(step, {})
    into[last] = (
        {**into[last], **value} if isinstance(value, dict) and isinstance(into.get(last), dict) else value
    )


def _leaves(given: Mapping[str, Any], declared: frozenset[str], at: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in given.items():
        path = f"{at}{name}"
        if isinstance(value, Mapping) and path not in declared:
            yield from _leaves(value, declared, f"{path}.")
        else:
            yield path, value


def _take(found: dict[str, Any], fact: Fact, value: Any, faults: dict[str, str], name: str) -> None:
    try:
        _put(
            found, name, None if _is_empty(value) and fact.type != "list" else _TYPES[fact.type](fact, value)
        )
    except (ValueError, TypeError, InvalidOperation) as error:
        said = str(error) if isinstance(error, _Said) else _FORMS[fact.type]
        faults[name] = f"“{fact.zh}”{said}，现为“{str(value)[:40]}”"


class _Said(ValueError):
    """A fault with a sentence of its own."""


def _text(fact: Fact, value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        raise TypeError
    if len(str(value)) > LONGEST_TEXT:
        raise _Said(f"不能超过 {LONGEST_TEXT} 字")
    try:
        return storable(str(value))
    except RuleBroken as error:
        raise _Said(UNSTORABLE) from error


def _whole(fact: Fact, value: Any) -> int:
    if isinstance(value, bool) or isinstance(value, float) and not value.is_integer():
        raise TypeError
    return int(value)


def _decimal(fact: Fact, value: Any) -> str:
    if isinstance(value, bool):
        raise TypeError
    found = Decimal(str(value).strip())
    if not found.is_finite():
        raise ValueError
    return format(found, "f")


def _boolean(fact: Fact, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _day(fact: Fact, value: Any) -> str:
    if isinstance(value, datetime):
        raise TypeError
    return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()


def _choice(fact: Fact, value: Any) -> str:
    known = dict(fact.choices)
    if value not in known:
        raise _Said(f"只能是 {'、'.join(list(known.values())[:12])} 之一")
    return value


def _list(fact: Fact, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError
    try:
        return plain(value)
    except RuleBroken as error:
        raise _Said(error.message_zh.rstrip("。")) from error


_TYPES = {
    "text": _text, "int": _whole, "decimal": _decimal, "bool": _boolean, "date": _day, "choice": _choice,
    "list": _list,
}  # fmt: skip
_FORMS = {
    "text": "应为文字", "int": "应为整数", "decimal": "应为数字", "bool": "应为是或否",
    "date": "应为日期（如 2020-06-01）", "choice": "不在可选范围内", "list": "应为逐项列出的清单",
}  # fmt: skip


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        sentence = "；".join(faults.values())
        raise RuleBroken(f"{sentence}。", rule="case.facts", fields=faults)
