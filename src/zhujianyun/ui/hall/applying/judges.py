"""What the apps' rules make of facts (判定登记): registered at start from the manifests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhujianyun.ui.manifest import Judge

_judges: dict[str, Judge] = {}


def add(process: str, judge: Judge) -> None:
    """Register the judge of a process (登记判定)."""
    _judges[process] = judge


def of(process: str) -> Judge | None:
    """The judge of a process, if it has one (查判定)."""
    return _judges.get(process)


def judged(process: str, facts: Mapping[str, Any], day: date) -> dict[str, Any]:
    """The facts with what is derived from them (判定后的要素).

    Raises:
        RuleBroken: facts that the rules cannot judge.
    """
    judge = _judges.get(process)
    return judge.function(facts, day) if judge else dict(facts)
