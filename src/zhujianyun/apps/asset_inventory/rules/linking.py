"""When a system counts as linked (互联互通判定)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

SIGN_ON = "sign_on"
Span = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Tie:
    """One link as one of its ends sees it (互联): outward or inward, of a kind, from a day until a day."""

    outward: bool
    kind: str
    since: date
    until: date | None = None

    def is_live(self, day: date) -> bool:
        """Whether something flows on a day (当日是否在用); on ``until`` nothing flows any more."""
        return self.since <= day and (self.until is None or day < self.until)


def is_linked(ties: Iterable[Tie], day: date) -> bool:
    """Whether a system is linked on a day (是否互联互通).

    Data flow in both directions, or single sign-on together with data in one. Single sign-on in both
    directions is not enough: nothing is shared by it.
    """
    live = [tie for tie in ties if tie.is_live(day)]
    data = [tie for tie in live if tie.kind != SIGN_ON]
    both_ways = len({tie.outward for tie in data}) == 2
    return both_ways or (bool(data) and len(data) < len(live))


def linked_spans(ties: Iterable[Tie], last: date | None = None) -> list[Span]:
    """The longest times in which a system is linked, half open (互联互通区间).

    ``last`` is the day on which the system was retired or merged: from it on nothing counts.
    """
    ties = list(ties)
    turns = sorted({day for tie in ties for day in (tie.since, tie.until) if day is not None})
    spans: list[Span] = []
    begun: date | None = None
    for day in turns:
        if last is not None and day >= last:
            break
        linked = is_linked(ties, day)
        if linked and begun is None:
            begun = day
        elif not linked and begun is not None:
            spans.append((begun, day))
            begun = None
    return [*spans, (begun, last)] if begun is not None else spans
