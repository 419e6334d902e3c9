"""Which of several statements is believed (取值规则): per attribute, by its owner, not by who came last.

Pure: statements in, one statement out, whatever their order. Owner's value, then higher trust,
then later valid time, then the source's code, so that re-running gives the same result.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source said of one attribute (来源陈述)."""

    value: Any
    source: str
    authority: str
    valid_from: date
    known_at: datetime
    trust: int
    row: int = field(default=0, compare=False)  # the row that holds it, where it came from a table

    @property
    def sign(self) -> str:
        """The value as text, to tell equals and to break ties (值的文本)."""
        return json.dumps(self.value, ensure_ascii=False, sort_keys=True)


def standing(statements: Iterable[Statement], on: date, known: datetime) -> list[Statement]:
    """What each source held true for a day, as known at an instant (各来源现行陈述).

    Of one source the later valid time counts, and of two for the same time the later told.
    """
    latest: dict[str, Statement] = {}
    for said in statements:
        if said.valid_from > on or said.known_at > known:
            continue
        before = latest.get(said.source)
        if before is None or _recency(said) > _recency(before):
            latest[said.source] = said
    return [latest[source] for source in sorted(latest)]


def survivor(statements: Iterable[Statement], owner: str) -> Statement | None:
    """The statement that is believed, or None when nobody knows (采信陈述).

    An owner that knows nothing does not beat a neighbour that does.
    """
    known = [said for said in statements if said.value is not None]
    if not known:
        return None
    return min(
        known,
        key=lambda said: (
            said.authority != owner,
            -said.trust,
            -said.valid_from.toordinal(),
            said.source,
        ),
    )


def dissent(statements: Iterable[Statement], believed: Statement | None) -> list[Statement]:
    """Those who say something else than what is believed (不一致陈述): matter for a check case."""
    if believed is None:
        return []
    return [said for said in statements if said.value is not None and said.sign != believed.sign]


def _recency(said: Statement) -> tuple[date, datetime, str, int]:
    return said.valid_from, said.known_at, said.sign, said.trust
