"""What expressions read (表达式环境): only the names that an expression asks for are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhujianyun.base.expressions import Expression
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.engine.folder import Folder
from zhujianyun.kernel.case.engine.unit import Unit


@dataclass(slots=True)
class Environment:
    """The facts of one moment, for every expression evaluated in it (表达式环境)."""

    unit: Unit
    folder: Folder
    day: date
    facts: Mapping[str, Any]
    action: str = ""
    filled: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[str, ...] = ()

    def holds(self, expression: Expression) -> bool:
        """Whether the expression is exactly true."""
        return expression.holds(self._values(expression), self._functions(expression))

    def whole(self, expression: Expression) -> int:
        """The expression as a whole number ≥ 0, e.g. of days."""
        return expression.whole(self._values(expression), self._functions(expression))

    def value(self, expression: Expression) -> Any:
        """The expression's value."""
        return expression.evaluate(self._values(expression), self._functions(expression))

    def _values(self, expression: Expression) -> dict[str, Any]:
        return {name: self._value(name) for name in expression.variables}

    def _functions(self, expression: Expression) -> dict[str, Callable[..., Any]] | None:
        if not expression.functions:
            return None
        return {name: registry.rules[name] for name in expression.functions if name in registry.rules}

    def _value(self, name: str) -> Any:
        known = _ENGINE.get(name)
        if known is not None:
            return known(self)
        definition = self.folder.definition
        if name in self.facts:
            return self._with_defaults(name, self.facts[name])
        if name in definition.tables:
            return self._table(definition.tables[name])
        if name == self.action:
            return self.filled
        found = self._results(name)
        return {} if found is None else found

    def _with_defaults(self, root: str, value: Any) -> Any:
        """Declared texts and lists that were left empty read as empty, not as missing."""
        if not isinstance(value, Mapping):
            return value
        absent = _defaults(self.folder).get(root)
        found = {k: v for k, v in value.items() if v is not None}
        return {**absent, **found} if absent else found

    def _table(self, name: str) -> dict[str, Any]:
        # Article by article: a case keeps the limits in force on the day of its acceptance.
        return self.unit.table(name, self.folder.case.accepted_on or self.day)

    def _results(self, name: str) -> list[dict[str, Any]] | None:
        """What the tasks brought, flat: ``opinions`` for the tasks named opinion."""
        tasks = {s.parallel.task for s in self.folder.definition.states.values() if s.parallel}
        if name.removesuffix("s") not in tasks:
            return None
        return results(self.folder, name.removesuffix("s"))


def results(folder: Folder, task: str) -> list[dict[str, Any]]:
    """The entries of all present tasks of a name, each with its part (任务结果)."""
    return [
        {**entry, "part": one.part, "open": bool(entry.get("open", True))}
        for one in folder.present_tasks(task)
        for entry in one.result.get("entries", ())
    ]


def _defaults(folder: Folder) -> dict[str, dict[str, Any]]:
    return _declared_defaults(folder.definition.digest, folder)


_kept: dict[str, dict[str, dict[str, Any]]] = {}


def _declared_defaults(digest: str, folder: Folder) -> dict[str, dict[str, Any]]:
    if digest not in _kept:
        found: dict[str, dict[str, Any]] = {}
        for name, fact in folder.definition.facts.items():
            root, _, leaf = name.partition(".")
            if leaf and "." not in leaf and fact.type in ("text", "list"):
                found.setdefault(root, {})[leaf] = "" if fact.type == "text" else []
        _kept[digest] = found
    return _kept[digest]


def _case(env: Environment) -> dict[str, Any]:
    case = env.folder.case
    return {
        "number": case.number or "",
        "round": case.round,
        "state": case.state,
        "city": case.city_code,
        "division": case.division_code,
        "opened_on": case.opened_on.isoformat(),
        "accepted_on": case.accepted_on.isoformat() if case.accepted_on else "",
    }


def _limits(env: Environment) -> dict[str, Any]:
    name = env.folder.definition.tables.get("limits")
    return env._table(name) if name else dict(env.facts.get("limits") or {})


def _noun(attribute: str) -> Callable[[Environment], dict[str, Any]]:
    def read(env: Environment) -> dict[str, Any]:
        subject = getattr(env.folder.case, attribute)
        if subject is None:
            return {}
        given = env.facts.get(attribute)
        found = {"uid": subject.uid, "name": subject.name, "kind": subject.kind}
        return {**found, **(given if isinstance(given, Mapping) else {})}

    return read


def _documents(env: Environment) -> list[str]:
    return [*(one.kind for one in env.folder.documents), *env.documents]


_ENGINE: dict[str, Callable[[Environment], Any]] = {
    "case": _case,
    "action": lambda env: dict(env.filled),
    "round": lambda env: env.folder.case.round,
    "limits": _limits,
    "documents": _documents,
    "project": _noun("project"),
    "applicant": _noun("applicant"),
}
