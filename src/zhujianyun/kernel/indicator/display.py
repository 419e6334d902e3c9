"""How a number is printed (数值显示): the same text on walls, pages, paper and in the yearbook.

Round half up in Decimal. A rate prints 100.0 only when numerator and denominator are equal, and
0.0 only when the numerator is zero. From 10,000 on, 万 and 亿 with up to three significant digits;
the full value stands in the card. Missing is "—" with the reason; a real zero prints 0.

Source: screens-indicators §1.3 and §1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.indicator.tally import Tally
from zhujianyun.kernel.indicator.units import POINTS, Qualifier, Unit

DASH = "—"
WAN = Decimal(10_000)
STEPS = (("万", WAN), ("亿", WAN**2), ("万亿", WAN**3))
_BEFORE = {Qualifier.ABOUT: "约", Qualifier.OVER: "超", Qualifier.UNDER: "不满"}
_AFTER = {Qualifier.AT_LEAST: "以上", Qualifier.AT_MOST: "以下"}
# "More than 4.02 million" must stay true after rounding: towards the safe side.
_ROUNDING = {
    Qualifier.OVER: ROUND_FLOOR,
    Qualifier.AT_LEAST: ROUND_FLOOR,
    Qualifier.UNDER: ROUND_CEILING,
    Qualifier.AT_MOST: ROUND_CEILING,
}


@dataclass(frozen=True, slots=True)
class Formatted:
    """A printed number in its parts (显示文本)."""

    number: str  # "192万", "97.7", "—"
    unit: str  # "条", "%"; empty beside a dash or 是/否
    before: str = ""  # 约, 超
    after: str = ""  # 以上
    full: str = ""  # every digit, for the card
    reason: str = ""  # why there is a dash

    @property
    def text(self) -> str:
        """All of it: 192万条以上 (完整文本)."""
        return f"{self.before}{self.number}{self.unit}{self.after}"

    @property
    def bare(self) -> str:
        """Without the unit: 192万以上 (不带单位)."""
        return f"{self.before}{self.number}{self.after}"


def show(tally: Tally, unit: Unit, qualifier: Qualifier = Qualifier.EXACT, reason: str = "") -> Formatted:
    """Print a tally in its unit (显示)."""
    value = tally.scaled(unit.scale)
    if value is None:
        return Formatted(DASH, "", reason=reason or ("分母为零" if tally.paired else "无数据"))
    if not value:
        qualifier = Qualifier.EXACT  # nobody says "0 or more"
    before, after = _BEFORE.get(qualifier, ""), _AFTER.get(qualifier, "")
    if unit.style == "yes_no":
        return Formatted("是" if value else "否", "", full="是" if value else "否")
    if unit.style == "rank":
        return Formatted(plain(value, 0), unit.zh, before="第", full=f"第{plain(value, 0)}{unit.zh}")
    number = _rate(tally, unit, qualifier) if unit.is_rate else _amount(value, unit, qualifier)
    return Formatted(number, unit.zh, before, after, full=f"{before}{_all_digits(value)}{unit.zh}{after}")


def text_zh(
    value: Decimal | int | None, unit: Unit | None = None, qualifier: Qualifier = Qualifier.EXACT
) -> str:
    """A value as printed text, for a number that stands alone (打印文本)."""
    shown = show(Tally(None if value is None else Decimal(value)), unit or Unit(""), qualifier)
    return shown.text


def points(now: Tally, base: Tally, unit: Unit) -> str:
    """The difference of two rates: +0.5 个百分点 (百分点差)."""
    difference = _scaled(now, unit) - _scaled(base, unit)
    name = POINTS.zh if unit.zh == "%" else "个千分点"
    return f"{signed(difference, 1)} {name}"


def percent_change(now: Decimal, base: Decimal) -> str:
    """The relative change: +6.3% (增减幅度)."""
    return f"{signed((now - base) * 100 / abs(base), 1)}%"


def signed(value: Decimal, places: int) -> str:
    """With its sign; what rounds to zero has none (带符号数)."""
    rounded = half_up(value, places)
    return f"{rounded:+,f}" if rounded else f"{abs(rounded):,f}"


def half_up(value: Decimal, places: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Rounded half up, unlike Python's own round (四舍五入)."""
    return value.quantize(Decimal(1).scaleb(-places), rounding)


def plain(value: Decimal, places: int, *, fixed: bool = False, rounding: str = ROUND_HALF_UP) -> str:
    """With commas and up to so many decimals; trailing zeros only when `fixed` (千分位)."""
    text = f"{half_up(value, places, rounding):,f}"
    if not fixed and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def mixed(qualifiers: list[Qualifier]) -> Qualifier:
    """The qualifier of a sum (合计的限定词): over + exact = over; a lower and an upper bound do not add.

    Raises:
        RuleBroken: 超 with 不满, or 约 with a bound: the sum would say nothing.
    """
    kinds = set(qualifiers) - {Qualifier.EXACT}
    if not kinds:
        return Qualifier.EXACT
    if len(kinds) == 1:
        return kinds.pop()
    if kinds == {Qualifier.OVER, Qualifier.AT_LEAST}:
        return Qualifier.OVER
    if kinds == {Qualifier.UNDER, Qualifier.AT_MOST}:
        return Qualifier.UNDER
    raise RuleBroken(
        "限定词方向不同的数值不能相加，请分别列示。",
        rule="indicator.qualifier_mix",
        qualifiers=sorted(map(str, kinds)),
    )


def _scaled(tally: Tally, unit: Unit) -> Decimal:
    value = tally.scaled(unit.scale)
    if value is None:
        raise RuleBroken("没有数值，无法比较。", rule="indicator.no_value")
    return value


def _rate(tally: Tally, unit: Unit, qualifier: Qualifier) -> str:
    """A share, kept off 0 and off the whole unless it is exactly that."""
    value = tally.scaled(unit.scale) or Decimal(0)
    whole, step = Decimal(unit.scale), Decimal(1).scaleb(-unit.places)
    rounded = half_up(value, unit.places, _ROUNDING.get(qualifier, ROUND_HALF_UP))
    if tally.paired and tally.numerator is not None and tally.denominator is not None:
        if rounded == whole and tally.numerator != tally.denominator:
            rounded += step if tally.numerator > tally.denominator else -step
        if rounded == 0 and tally.numerator != 0:
            rounded += step if value >= 0 and tally.numerator > 0 else -step
    return f"{rounded:,f}"


def _amount(value: Decimal, unit: Unit, qualifier: Qualifier) -> str:
    rounding = _ROUNDING.get(qualifier, ROUND_HALF_UP)
    size = abs(half_up(value, unit.places, rounding))
    if not unit.compact or size < WAN:
        return plain(value, unit.places, fixed=unit.fixed, rounding=rounding)
    for name, step in STEPS:
        shortened = _three_digits(value / step, rounding)
        if abs(shortened) < WAN:
            return f"{plain(shortened, 2)}{name}"
    return f"{plain(value / STEPS[-1][1], 0, rounding=rounding)}{STEPS[-1][0]}"


def _three_digits(value: Decimal, rounding: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(value.adjusted() - 2), rounding)


def _all_digits(value: Decimal) -> str:
    return plain(value, 8)
