"""From verdicts to scores and grades (评分与评级), in exact fractions.

A dimension scores Σ weight × passed/checked over Σ weight of its rules. A rule that checked nothing and
a dimension without rules are not measured: they drop out and the others share their weight. Scores
are cut down, never up: 100 means that everything passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from zhujianyun.apps.data_gathering.rules.quality import DIMENSIONS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule found (规则结果)."""

    dimension: str
    weight: int
    passed: int
    checked: int


@dataclass(frozen=True, slots=True)
class Score:
    """A score with what it was made of (维度得分): none when it was not measured."""

    dimension: str
    share: int  # weight among the dimensions, as configured
    rules: int
    passed: int
    checked: int
    exact: Fraction | None

    @property
    def score(self) -> Decimal | None:
        """Out of 100, cut down to two places (得分)."""
        return None if self.exact is None else cut(self.exact)

    def row(self) -> dict[str, Any]:
        """As it is stored (存储)."""
        score = self.score
        return {
            "dimension": self.dimension, "weight": self.share, "rules": self.rules, "passed": self.passed,
            "checked": self.checked, "score": None if score is None else str(score),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that was made of the verdicts (评价结果)."""

    score: Decimal | None
    grade: str
    dimensions: tuple[Score, ...]


def cut(value: Fraction) -> Decimal:
    """Two places, cut down (截尾)."""
    return Decimal(int(value * 100)) / 100


def result(
    verdicts: Sequence[Verdict], shares: Mapping[str, int], grades: Sequence[tuple[str, int]]
) -> Result:
    """Scores, total and grade (评价); ``grades`` are (name, least score)."""
    scores = tuple(_scored(name, [v for v in verdicts if v.dimension == name], shares) for name in DIMENSIONS)
    measured = [one for one in scores if one.exact is not None and one.share]
    whole = sum(one.share for one in measured)
    if not whole:
        return Result(None, "", scores)
    total = sum(((one.exact or Fraction(0)) * one.share for one in measured), Fraction(0)) / whole
    return Result(cut(total), grade_of(total, grades), scores)


def _scored(name: str, verdicts: Sequence[Verdict], shares: Mapping[str, int]) -> Score:
    counted = [one for one in verdicts if one.checked]
    weight = sum(one.weight for one in counted)
    parts = sum((Fraction(one.passed, one.checked) * one.weight for one in counted), Fraction(0))
    return Score(
        name, shares.get(name, 0), len(verdicts), sum(one.passed for one in counted),
        sum(one.checked for one in counted), parts * 100 / weight if weight else None,
    )  # fmt: skip


def grade_of(score: Fraction | Decimal, grades: Sequence[tuple[str, int]]) -> str:
    """The best grade whose least score is reached (等级)."""
    reached = [(least, name) for name, least in grades if score >= least]
    return max(reached)[1] if reached else ""
