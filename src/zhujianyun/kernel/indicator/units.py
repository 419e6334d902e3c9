"""The closed list of units, qualifiers, kinds (计量单位、限定词、指标类型).

A unit says how many decimals are printed, whether 万 and 亿 apply, and by what a quotient is
multiplied. A new unit is added here, with its manner of printing, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zhujianyun.base.errors import RuleBroken


class Kind(StrEnum):
    """What an indicator measures (指标类型)."""

    FLOW = "flow"  # 流量: events in a period
    STOCK = "stock"  # 存量: state at an instant
    RATIO = "ratio"  # 比率: numerator ÷ denominator
    DURATION = "duration"  # 时长: Σ ÷ n, or a percentile
    EXTERNAL = "external"  # 外部评定: score or rank given by another body


class Qualifier(StrEnum):
    """What stands beside a number (限定词): a field of the value, never lost in the integer.

    以上 and 以下 include the number itself, 超 and 不满 do not (民法典第1259条, to be confirmed).
    """

    EXACT = "exact"
    ABOUT = "about"
    OVER = "over"
    AT_LEAST = "at_least"
    UNDER = "under"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and its manner of printing (计量单位)."""

    zh: str
    places: int = 0  # decimals printed; fewer when they are zeros and `fixed` is off
    fixed: bool = False
    scale: int = 1  # a quotient is multiplied by this
    compact: bool = True  # 万 and 亿 from 10,000
    style: str = "number"  # number | yes_no | rank

    @property
    def is_rate(self) -> bool:
        """Whether it is a share of something (是否比率单位)."""
        return self.scale != 1

    def __str__(self) -> str:
        return self.zh


PERCENT = Unit("%", places=1, fixed=True, scale=100, compact=False)
PER_MILLE = Unit("‰", places=1, fixed=True, scale=1000, compact=False)
YES_NO = Unit("是/否", style="yes_no")
RANK = Unit("名", style="rank")
POINTS = Unit("个百分点", places=1, fixed=True, compact=False)

_WHOLE = "个 座 条 项 类 家 人次 人 篇 期 次 部 场 篇次 版 起 种 字 户 套 件 台 份 处 宗 块"
_MEASURED = {"分": 2, "工作日": 1, "天": 1, "小时": 1, "分钟": 1, "秒": 1, "月": 1, "㎡": 2, "元/㎡": 0}
_LARGE = {"万人": 2, "万㎡": 2, "万元": 2, "亿元": 2, "km": 1}

UNITS: dict[str, Unit] = {
    unit.zh: unit
    for unit in (
        PERCENT, PER_MILLE, YES_NO, RANK, POINTS,
        *(Unit(zh) for zh in _WHOLE.split()),
        *(Unit(zh, places=places) for zh, places in _MEASURED.items()),
        *(Unit(zh, places=places, compact=False) for zh, places in _LARGE.items()),
    )
}  # fmt: skip


def unit(zh: str | Unit) -> Unit:
    """The unit of a Chinese name (按名称取单位).

    Raises:
        RuleBroken: when it is not in the closed list.
    """
    name = zh.zh if isinstance(zh, Unit) else zh
    if name not in UNITS:
        raise RuleBroken(
            f"计量单位“{name}”不在封闭目录内，请从目录中选用：{'、'.join(UNITS)}。",
            rule="indicator.unit",
            unit=name,
        )
    return UNITS[name]
