"""What a count yields before it is printed (计数结果), and what may be added to what (可加性).

Everything is Decimal or whole numbers; no float. A share is kept as its two numbers, the quotient
is derived.

Source: screens-indicators §1.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from zhujianyun.base.errors import RuleBroken

STORED = Decimal(1).scaleb(-8)  # quotients are kept to eight decimals, printed from the two numbers
DAY_SECONDS = Decimal(86400)


class Aggregate(StrEnum):
    """How records become a number (汇总方式)."""

    COUNT = "count"
    DISTINCT = "distinct"
    SUM = "sum"
    LAST = "last"
    RATIO = "ratio"
    MEAN = "mean"
    PERCENTILE = "percentile"
    NONE = "none"


_OVER_CITIES = {Aggregate.COUNT, Aggregate.SUM, Aggregate.LAST, Aggregate.RATIO, Aggregate.MEAN}
_OVER_TIME = {Aggregate.COUNT, Aggregate.SUM, Aggregate.RATIO, Aggregate.MEAN}
_WHY = {
    Aggregate.DISTINCT: "去重计数须从记录重新计算",
    Aggregate.PERCENTILE: "分位数须从记录重新计算",
    Aggregate.NONE: "外部评定值不参与汇总",
    Aggregate.LAST: "存量按时间取期末值，不能相加",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """A number as its parts: one number, or numerator and denominator (计数结果)."""

    numerator: Decimal | None
    denominator: Decimal | None = None
    paired: bool = False  # a quotient, even when the denominator is missing

    @property
    def value(self) -> Decimal | None:
        """The number itself; None when there is nothing to divide by (数值)."""
        if not self.paired:
            return self.numerator
        if self.numerator is None or not self.denominator:
            return None
        return (self.numerator / self.denominator).quantize(STORED, ROUND_HALF_UP)

    def scaled(self, scale: int) -> Decimal | None:
        """The quotient times the unit's scale, to eight decimals (按单位折算)."""
        if scale == 1 or not self.paired:
            return self.value
        if self.numerator is None or not self.denominator:
            return None
        return (self.numerator * scale / self.denominator).quantize(STORED, ROUND_HALF_UP)

    @property
    def is_nothing(self) -> bool:
        """Whether no record stands behind it (是否无记录)."""
        return not self.numerator and not self.denominator

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            _plus(self.numerator, other.numerator),
            _plus(self.denominator, other.denominator),
            self.paired or other.paired,
        )


ZERO = Tally(Decimal(0))
NO_PAIRS = Tally(Decimal(0), Decimal(0), paired=True)


def adds_over_cities(aggregate: Aggregate) -> bool:
    """Whether the region is the sum of its cities (地区可加)."""
    return aggregate in _OVER_CITIES


def adds_over_time(aggregate: Aggregate) -> bool:
    """Whether a year is the sum of its days (时间可加)."""
    return aggregate in _OVER_TIME


def roll_up(tallies: Iterable[Tally], aggregate: Aggregate, *, over: str) -> Tally:
    """Add up cities or periods where that is true of the aggregate (汇总).

    Ratios and means add numerators and denominators. ``over`` is "cities" or "time".

    Raises:
        RuleBroken: where the sum would be a wrong number; it names what to do instead.
    """
    allowed = adds_over_cities(aggregate) if over == "cities" else adds_over_time(aggregate)
    if not allowed:
        raise RuleBroken(
            f"该指标不能按{'地区' if over == 'cities' else '时间'}相加：{_WHY[aggregate]}。",
            rule="indicator.additivity", aggregate=str(aggregate), over=over,
        )  # fmt: skip
    total = NO_PAIRS if aggregate in (Aggregate.RATIO, Aggregate.MEAN) else ZERO
    for tally in tallies:
        total = total + tally
    return total


def number(raw: Any) -> Decimal | None:
    """A database number as Decimal; a span of time as days (转换为十进制数)."""
    if raw is None or isinstance(raw, Decimal):
        return raw
    if isinstance(raw, timedelta):
        return Decimal(raw // timedelta(microseconds=1)) / 1_000_000 / DAY_SECONDS
    return Decimal(str(raw))


def percentile(values: Iterable[Decimal], rank: int) -> Decimal | None:
    """The smallest value that at least `rank` percent do not exceed (分位数，就近取值)."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, -(-len(ordered) * rank // 100) - 1)]


def _plus(a: Decimal | None, b: Decimal | None) -> Decimal | None:
    if a is None:
        return b
    return a if b is None else a + b
