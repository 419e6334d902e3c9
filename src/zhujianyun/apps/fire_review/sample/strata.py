"""Which stratum each filing of the plan belongs to (抽查分层的编排).

A draw takes ceil(n × ratio / 100) of each stratum, so the number of spot checks is fixed once the
numbers of filings in the strata are. The plan chooses them so that all draws of the year together
take exactly the yearbook's number; the draws themselves decide who is hit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from random import Random

USUAL = {"crowded_public": 400, "crowded": 330, "other": 250, "punished": 20}


def assign(
    cells: Sequence[Hashable],
    wanted: int,
    ratios: Mapping[str, int],
    rng: Random,
    usual: Mapping[str, int] = USUAL,
) -> list[str]:
    """A stratum for each filing of the draws `cells`, so that exactly `wanted` are drawn in all (分层).

    Starts from the usual mixture and moves single filings, never away from the target.

    Raises:
        ValueError: no mixture reaches the number.
    """
    names = sorted(usual)
    strata = rng.choices(names, [usual[name] for name in names], k=len(cells))
    counts = Counter(zip(cells, strata, strict=True))
    total = sum(_take(n, ratios[stratum]) for (_, stratum), n in counts.items())
    tries = 0
    while total != wanted:
        tries += 1
        if tries > 400_000:
            raise ValueError(f"no mixture of strata draws {wanted} of {len(cells)}, nearest {total}")
        place = rng.randrange(len(cells))
        old, new = strata[place], rng.choices(names, [usual[name] for name in names])[0]
        moved = _gain(counts, cells[place], old, new, ratios)
        if abs(total + moved - wanted) > abs(total - wanted) or old == new:
            continue
        counts[cells[place], old] -= 1
        counts[cells[place], new] += 1
        strata[place], total = new, total + moved
    return strata


def _gain(counts: Counter, cell: Hashable, old: str, new: str, ratios: Mapping[str, int]) -> int:
    if old == new:
        return 0
    left, right = counts[cell, old], counts[cell, new]
    return (
        _take(left - 1, ratios[old]) - _take(left, ratios[old])
        + _take(right + 1, ratios[new]) - _take(right, ratios[new])
    )  # fmt: skip


def _take(count: int, percent: int) -> int:
    return -(-count * percent // 100)
