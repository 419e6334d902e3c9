"""Comparison with another period (同比、环比): the change, or a dash and why there is none.

Source: screens-indicators §1.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zhujianyun.kernel.indicator import display
from zhujianyun.kernel.indicator.tally import Tally
from zhujianyun.kernel.indicator.units import Kind, Qualifier, Unit


class Against(StrEnum):
    """What a number is held against (比较对象)."""

    YEAR_EARLIER = "yoy"  # 同比
    PREVIOUS = "mom"  # 环比


AGAINST_ZH = {Against.YEAR_EARLIER: "同比", Against.PREVIOUS: "环比"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as it was published, with what a comparison must know of it (读数)."""

    tally: Tally
    qualifier: Qualifier = Qualifier.EXACT
    version: str = ""
    cities: frozenset[str] = frozenset()  # who reported; empty: not a matter of reports


@dataclass(frozen=True, slots=True)
class Comparison:
    """A change in words and in numbers (比较结果)."""

    against: Against
    text: str  # "+6.3%", "+0.5 个百分点", "—"
    change: Decimal | None = None  # unrounded: % or percentage points
    base: Decimal | None = None
    why_not: str = ""

    @property
    def text_zh(self) -> str:
        """同比 +6.3% (比较文本)."""
        return f"{AGAINST_ZH[self.against]} {self.text}"


def compare(
    now: Reading | None, base: Reading | None, *, unit: Unit, kind: Kind, against: Against
) -> Comparison:
    """Hold a reading against an earlier one (比较).

    Computed from unrounded values, then rounded. Shares differ in percentage points.
    """
    why = _why_not(now, base, unit, kind)
    if why or now is None or base is None:
        return Comparison(against, display.DASH, why_not=why)
    here, there = now.tally.scaled(unit.scale), base.tally.scaled(unit.scale)
    if here is None or there is None:
        return Comparison(against, display.DASH, why_not="缺数")
    if unit.is_rate:
        return Comparison(against, display.points(now.tally, base.tally, unit), here - there, there)
    return Comparison(against, display.percent_change(here, there), (here - there) * 100 / abs(there), there)


def _why_not(now: Reading | None, base: Reading | None, unit: Unit, kind: Kind) -> str:
    """The first reason against comparing, in words; empty when there is none."""
    if kind is Kind.EXTERNAL or unit.style != "number":
        return "外部评定值不作比较"
    if now is None or now.tally.value is None:
        return "本期缺数"
    if base is None or base.tally.value is None:
        return "基期缺数"
    if now.qualifier is not Qualifier.EXACT or base.qualifier is not Qualifier.EXACT:
        return "含约数，不作比较"
    if now.version != base.version:
        return "口径调整"
    if now.cities != base.cities:
        return "填报地市不一致"
    if base.tally.value == 0 and not unit.is_rate:
        return "基期为零"
    return ""
