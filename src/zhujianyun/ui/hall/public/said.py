"""What of a case the public may read (可公开字段): only what its definition declares under ``public``.

Fields of the case itself have names of their own; any other name is looked up among the facts of
the definition. Persons are masked, also where their name stands inside another field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zhujianyun.base import masks
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.models import Case

Shown = tuple[str, str]  # Chinese name, text


def fields(case: Case) -> list[Shown]:
    """The public fields of a case, in the order of its definition (公开字段). Empty when none is declared."""
    definition = definition_of(case)
    found = [_field(case, definition, name) for name in definition.public]
    return [(zh, text) for zh, text in found if text]


def definition_of(case: Case) -> Definition:
    """The definition on which the case runs (所用流程版本)."""
    return registry.get(case.process, case.definition_version)


def is_public(case: Case, name: str) -> bool:
    """Whether the definition of the case declares a field public (字段是否公开)."""
    return name in definition_of(case).public


def project_name(case: Case) -> str:
    """The name of the project, when it is public, else empty (项目名称)."""
    return _masked(case, _project_name(case)) if is_public(case, "project_name") else ""


def _project_name(case: Case) -> str:
    stated = case.facts.get("subject", {}).get("project_name", "")
    return case.project.name if case.project else str(stated or "")


def _applicant(case: Case) -> str:
    return case.applicant.name if case.applicant else ""


def _result(case: Case, definition: Definition) -> str:
    state = definition.states.get(case.result)
    return state.zh if state else ""


OWN: dict[str, tuple[str, Callable[[Case, Definition], Any]]] = {
    "number": ("办件编号", lambda case, _: case.number),
    "project_name": ("项目名称", lambda case, _: _project_name(case)),
    "applicant": ("申请人", lambda case, _: _applicant(case)),
    "result": ("结果", _result),
    "accepted_on": ("受理日期", lambda case, _: case.accepted_on),
    "concluded_on": ("办结日期", lambda case, _: case.concluded_on),
}


def _field(case: Case, definition: Definition, name: str) -> Shown:
    if name in OWN:
        zh, read = OWN[name]
        value = read(case, definition)
    else:
        fact = definition.facts.get(name) or definition.facts.get(f"subject.{name}")
        if fact is None:
            return name, ""
        zh, value = fact.zh, _looked_up(case, fact.name)
        value = dict(fact.choices).get(value, value) if fact.choices else value
    return zh, _masked(case, "" if value is None else str(value))


def _looked_up(case: Case, path: str) -> Any:
    found: Any = case.facts
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _masked(case: Case, text: str) -> str:
    """A person's name is masked wherever it stands; numbers of persons in any text, too."""
    person = case.applicant if case.applicant and case.applicant.kind == "person" else None
    if person and person.name:
        text = text.replace(person.name, masks.name(person.name))
    return masks.free_text(text)
