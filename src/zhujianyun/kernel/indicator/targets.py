"""Targets (目标): whether a value meets what somebody has set himself, and who that is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from zhujianyun.base.errors import RuleBroken


class Verdict(StrEnum):
    """How a value stands to its target (达标状态)."""

    MET = "met"
    NEAR = "near"
    MISSED = "missed"
    UNKNOWN = "unknown"


VERDICT_ZH = {
    Verdict.MET: "达标",
    Verdict.NEAR: "接近",
    Verdict.MISSED: "未达标",
    Verdict.UNKNOWN: "无法判断",
}


@dataclass(frozen=True, slots=True)
class Aim:
    """What is aimed at (目标值): at least, at most, or within `tolerance` of a value."""

    value: Decimal
    direction: str  # up | down | band
    tolerance: Decimal = Decimal(0)  # how far off still counts as near; for a band: its half width
    owner: str = ""

    def __post_init__(self) -> None:
        if self.direction not in ("up", "down", "band") or self.tolerance < 0:
            raise RuleBroken("目标方向应为 up、down 或 band，容差不得为负。", rule="indicator.target")


def judge(value: Decimal | None, aim: Aim) -> Verdict:
    """Hold a value against its aim (判断达标)."""
    if value is None:
        return Verdict.UNKNOWN
    if aim.direction == "band":
        distance = abs(value - aim.value)
        if distance <= aim.tolerance:
            return Verdict.MET
        return Verdict.NEAR if distance <= aim.tolerance * 2 else Verdict.MISSED
    short = aim.value - value if aim.direction == "up" else value - aim.value
    if short <= 0:
        return Verdict.MET
    return Verdict.NEAR if short <= aim.tolerance else Verdict.MISSED
