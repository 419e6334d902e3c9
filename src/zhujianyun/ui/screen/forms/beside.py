"""What stands beside a figure (旁注): its months as a line, its target. One reading for a whole screen."""

from __future__ import annotations

from typing import Any

from zhujianyun.kernel.indicator import Grain, periods
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.indicator.alarms.watch import aim_zh
from zhujianyun.kernel.indicator.figures import Figure
from zhujianyun.kernel.indicator.known import Known
from zhujianyun.kernel.indicator.records import REGION
from zhujianyun.ui.screen.forms.form import Asked, number

LEAST_POINTS = 3  # fewer make no line


def target(figure: Figure) -> dict[str, str] | None:
    """Verdict and words of a figure's target; none without one (目标)."""
    if figure.aim is None or figure.target is None:
        return None
    return {"verdict": figure.target.value, "text": aim_zh(figure)}


def add_trends(widgets: dict[str, dict[str, Any]], asked: Asked) -> None:
    """Give every figure of these widgets its months, where there are enough of them (走势)."""
    drawn = [figure for data in widgets.values() for figure in data.get("figures", ())]
    lines = trends({figure["code"] for figure in drawn}, asked)
    for figure in drawn:
        if figure["code"] in lines:
            figure["trend"] = lines[figure["code"]]


def trends(codes: set[str], asked: Asked) -> dict[str, list[float | None]]:
    """The months of the period up to today, by code; a month nobody counted is missing, not zero (月度走势)."""
    definitions = [indicators.get(code) for code in sorted(codes)]
    upto = asked.period.cut(asked.today)
    months = [periods.of(Grain.MONTH, part.start) for part in upto.split(Grain.MONTH)]
    if not definitions or len(months) < LEAST_POINTS:
        return {}
    known = Known(definitions, months, [REGION], asked.at)
    found = {
        one.code: [number(known.stand(one, month, REGION).tally.scaled(one.unit.scale)) for month in months]
        for one in definitions
    }
    return {
        code: line for code, line in found.items() if sum(value is not None for value in line) >= LEAST_POINTS
    }
