"""Which service fits (对照): the app's judge and the definition's own guard, asked before anybody applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.ui.hall.applying import fields, handing_in, judges, services
from zhujianyun.ui.hall.applying.fields import FormField
from zhujianyun.ui.hall.applying.services import Service


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a service fits what was answered (对照结果)."""

    service: Service
    fits: bool
    why: str
    derived: list[tuple[str, str]]


def questions(day: date) -> list[FormField]:
    """What has to be known to choose among the services (对照问题)."""
    found: dict[str, FormField] = {}
    for service in services.offered(day):
        judge = judges.of(service.process)
        for name in judge.asks if judge else ():
            if name in service.definition.facts:
                found.setdefault(name, FormField(service.definition.facts[name]))
    return list(found.values())


def check(values: Mapping[str, str], day: date) -> list[Fit]:
    """Each service that has a judge, with the answer (对照).

    Raises:
        RuleBroken: answers that the rules cannot judge, with ``fields``.
    """
    return [_fit(one, values, day) for one in services.offered(day) if judges.of(one.process)]


def _fit(service: Service, values: Mapping[str, str], day: date) -> Fit:
    definition = service.definition
    given, _ = fields.given(fields.of_definition(definition), values)
    facts = judges.judged(service.process, given, day)
    fits = service.entry.guard is None or _may_hold(service, facts, day)
    return Fit(service, fits, "" if fits else service.entry.guard_zh, handing_in.derived(definition, facts))


def _may_hold(service: Service, facts: Mapping[str, Any], day: date) -> bool:
    """Whether the guard can still hold, whatever is answered later: all yes, or all no."""
    return any(_holds(service, facts, day, yes=yes) for yes in (False, True))


def _holds(service: Service, facts: Mapping[str, Any], day: date, *, yes: bool) -> bool:
    guard, definition = service.entry.guard, service.definition
    assert guard is not None
    read: dict[str, Any] = {}
    for name in guard.variables:
        if name in definition.tables:
            read[name] = registry.values(definition.tables[name], day)
    for name, fact in definition.facts.items():
        value = look(facts, name)
        if value is None:
            value = {"bool": yes, "int": int(yes), "list": []}.get(fact.type, "—" if yes else "")
        fields.put(read, name, value)
    named = {name: registry.rules[name] for name in guard.functions if name in registry.rules}
    try:
        return guard.holds(read, named)
    except PlatformError:
        return False
