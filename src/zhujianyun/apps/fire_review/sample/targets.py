"""How much is played, and where (演示规模): the yearbook's totals, split over 14 cities.

Totals are split by largest remainder, so that the cities add up exactly to the region.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

SMALLEST_SCALE = Fraction(1, 50)

# City code → share of the region's building work, in per mille.
CITIES = {
    "450100": 262, "450200": 118, "450300": 112, "450400": 52, "450500": 49, "450600": 29, "450700": 52,
    "450800": 66, "450900": 83, "451000": 56, "451100": 33, "451200": 37, "451300": 26, "451400": 25,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Targets:
    """The figures that a play of this scale reaches exactly (应达数)."""

    design_accepted: int
    design_concluded: int
    acceptance_accepted: int
    acceptance_concluded: int
    filings: int
    spot_checks: int
    projects: int
    enterprises: int


YEAR_2020 = Targets(4_282, 4_185, 3_242, 3_151, 2_488, 1_272, 8_000, 2_500)


def targets(scale: float | str) -> Targets:
    """The year's figures at a scale, rounded half up (按比例缩放的应达数).

    Raises:
        ValueError: a scale outside 0.02…1; below it no draw could keep the share of checks.
    """
    factor = Fraction(str(scale))
    if not SMALLEST_SCALE <= factor <= 1:
        raise ValueError(f"scale must lie between 0.02 and 1.0, not {scale}")
    return Targets(*(_half_up(getattr(YEAR_2020, name) * factor) for name in Targets.__slots__))


def split(total: int, weights: dict[str, int]) -> dict[str, int]:
    """`total` over the keys by largest remainder; ties go to the smaller key (最大余数法)."""
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    rest = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in rest[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def _half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
