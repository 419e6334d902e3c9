"""Form fields from a process definition (申报表单): labels, units, groups, what was typed, what is wrong.

Typed text stays as typed in the draft; `given` turns it into what the engine takes, with full-width
digits, thousands marks and Chinese dates understood. The engine judges the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zhujianyun.kernel.case.definition.model import Definition, Fact
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.ui.hall import keeping

LONGEST = 2000
LONGEST_LIST = 20_000
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_LONG = ("reason", "explanation", "findings", "gaps", "statement", "address", "note")


@dataclass(slots=True)
class FormField:
    """One declared fact on the form (填报项)."""

    fact: Fact
    value: str = ""
    error: str = ""

    @property
    def name(self) -> str:
        """Its name in the form."""
        return f"fact:{self.fact.name}"

    @property
    def id(self) -> str:
        """Its id in the page."""
        return "f-" + re.sub(r"[^\w-]", "-", self.fact.name)

    @property
    def hint(self) -> str:
        """What helps to fill it in."""
        if self.fact.type == "list":
            return (self.fact.help_zh or "逐项填写") + "，每行一项，名称和数量之间空一格，如“网吧 320”。"
        if self.fact.type == "date" and not self.fact.help_zh:
            return "如 2020-06-01。"
        return self.fact.help_zh and self.fact.help_zh.rstrip("。") + "。"

    @property
    def described(self) -> str:
        """What describes it, for those who do not see the page."""
        parts = [f"{self.id}-hint"] if self.hint else []
        return " ".join(parts + ([f"{self.id}-error"] if self.error else []))

    @property
    def widget(self) -> str:
        """How it is asked: text, number, date, radio, select, lines."""
        kinds = {"int": "number", "decimal": "number", "bool": "radio", "list": "lines"}
        if self.fact.type == "choice":
            return "select" if len(self.fact.choices) > 5 else "radio"
        return kinds.get(self.fact.type, self.fact.type)

    @property
    def options(self) -> list[tuple[str, str]]:
        """What may be chosen."""
        return [("true", "是"), ("false", "否")] if self.fact.type == "bool" else list(self.fact.choices)

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole width."""
        long = any(word in self.fact.name for word in _LONG)
        return self.fact.type in ("list", "bool") or long or len(self.fact.zh) > 16


@dataclass(slots=True)
class Group:
    """Fields that belong together (填报分组)."""

    zh: str
    fields: list[FormField] = field(default_factory=list)


def blank(facts: Iterable[Fact]) -> list[FormField]:
    """The fields to ask: what the platform works out by itself is not asked (空白填报项)."""
    return [FormField(fact) for fact in facts if not fact.derived]


def of_definition(definition: Definition) -> list[FormField]:
    """The fields of an application (申报填报项)."""
    return blank(fact for name, fact in definition.facts.items() if not name.startswith("action."))


def grouped(fields: Iterable[FormField]) -> list[Group]:
    """Project, circumstances, contact: in this order, empty groups left out (分组)."""
    works, circumstances, contact = Group("工程和申报信息"), Group("需要说明的情况"), Group("联系人")
    asked_yes_no = False
    for one in fields:
        asked_yes_no = asked_yes_no or one.fact.type == "bool"
        group = contact if one.fact.personal else circumstances if asked_yes_no else works
        group.fields.append(one)
    return [group for group in (works, circumstances, contact) if group.fields]


def filled(fields: Iterable[FormField], values: Mapping[str, str]) -> list[FormField]:
    """The fields with typed text (填回)."""
    found = list(fields)
    for one in found:
        one.value = values.get(one.fact.name, "")
    return found


def typed(data: Mapping[str, Any]) -> dict[str, str]:
    """The typed text of a post, by fact (读取填报): as typed, only cut and without unseen characters."""
    found = {}
    for name in data:
        if name.startswith("fact:"):
            text = keeping.unseen_removed(str(data[name])[:LONGEST_LIST])
            if text:
                found[name.removeprefix("fact:")[:120]] = text
    return found


def from_facts(definition: Definition, facts: Mapping[str, Any]) -> dict[str, str]:
    """Typed text from facts of another case or of a judgement (由要素回填)."""
    found = {}
    for name, fact in definition.facts.items():
        value = look(facts, name)
        if fact.derived or value is None or value == "":
            continue
        found[name] = _text_of(fact, value)
    return found


def given(fields: Iterable[FormField], values: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed, as the engine takes it (nested), and what is wrong with it by fact (换算)."""
    found: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for one in fields:
        text = values.get(one.fact.name, "")
        if not text:
            continue
        value = _value_of(one.fact, text)
        limit = LONGEST_LIST if one.fact.type == "list" else LONGEST
        if len(text) > limit:
            faults[one.fact.name] = f"“{one.fact.zh}”过长（{len(text)} 字），请缩短到 {limit} 字以内。"
        else:
            put(found, one.fact.name, value)
    return found, faults


def required_faults(fields: Iterable[FormField], values: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each required field that is empty (必填未填)."""
    return {
        one.fact.name: f"请{'选择' if one.options else '填写'}“{one.fact.zh}”。"
        for one in fields
        if one.fact.required and not values.get(one.fact.name)
    }


def _value_of(fact: Fact, text: str) -> Any:
    plain = unicodedata.normalize("NFKC", text).strip()
    if fact.type in ("int", "decimal"):
        plain = re.sub(r"[,\s]", "", plain)
        unit = unicodedata.normalize("NFKC", fact.unit)
        return plain.removesuffix(unit) if unit else plain
    if fact.type == "date":
        day = _DAY.fullmatch(plain)
        return f"{int(day[1]):04}-{int(day[2]):02}-{int(day[3]):02}" if day else plain
    if fact.type == "bool":
        return {"true": True, "false": False}.get(text, text)
    if fact.type == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return plain if fact.personal or "code" in fact.name or "phone" in fact.name else text


def _text_of(fact: Fact, value: Any) -> str:
    if fact.type == "bool":
        return "true" if value is True else "false"
    if fact.type == "list":
        return "\n".join(_line_of(one) for one in value)
    return str(value)


def _line_of(one: Any) -> str:
    return " ".join(str(part) for part in one.values()) if isinstance(one, Mapping) else str(one)


def put(into: dict[str, Any], name: str, value: Any) -> None:
    """Lay a value at a dotted path (按路径放值)."""
    *path, last = name.split(".")
    for step in path:
        into = into.setdefault(step, {})
    into[last] = value
