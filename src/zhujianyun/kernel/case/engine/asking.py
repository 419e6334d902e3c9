"""What is asked of the engine and what it has decided to do (办理请求·办理方案)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition.model import Action
from zhujianyun.kernel.case.engine.clocks import Halt, Start


@dataclass(frozen=True, slots=True)
class Attached:
    """Something handed in (材料): a file, or the statement that the paper original was seen.

    ``part`` names the specialty that a drawing belongs to; ``digest`` is taken from the file.
    """

    kind: str
    name: str = ""
    file: Any = None
    digest: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to act (办理请求)."""

    action: str
    by: Actor
    key: str
    expected_version: int | None
    facts: Mapping[str, Any] | None = None
    documents: Sequence[Attached] = ()
    reason: str = ""
    acting_for: str = ""
    at: datetime | None = None
    approved_by: Actor | None = None
    signatures: Sequence[Actor] = ()


@dataclass(slots=True)
class Plan:
    """All that an act will change, worked out before anything is changed (办理方案)."""

    ask: Ask
    action: Action
    role: str
    acting_for: str
    now: datetime
    at: datetime
    day: date
    facts: Mapping[str, Any]
    filled: dict[str, Any]
    marks: dict[str, date] = field(default_factory=dict)
    starts: list[Start] = field(default_factory=list)
    halts: list[Halt] = field(default_factory=list)
    signed: list[dict[str, str]] = field(default_factory=list)
    state_since: date | None = None
    timer: tuple[date, str] | None = None
    gives_number: bool = False
    extension: tuple[str, int] | None = None  # deadline, days

    @property
    def is_backdated(self) -> bool:
        """Whether the act was done on an earlier day than it is entered."""
        return self.at != self.now


def attached(documents: Sequence[Attached | str | tuple]) -> list[Attached]:
    """Documents as callers give them: `Attached`, a kind, or (kind, StoredFile) (整理材料)."""
    found = []
    for one in documents:
        if isinstance(one, Attached):
            found.append(one)
        elif isinstance(one, str):
            found.append(Attached(one))
        else:
            kind, file = one
            found.append(Attached(kind, getattr(file, "name", ""), file))
    return found
