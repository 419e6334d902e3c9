"""Which periods are settled (期间状态): frozen values never change silently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import periods
from zhujianyun.kernel.indicator.models import PeriodState, State
from zhujianyun.kernel.indicator.periods import Grain, Period

SETTLED = (State.FROZEN, State.RESTATED)


class Settled:
    """The period states of some indicators, read once (期间状态表)."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._rows: dict[str, list[PeriodState]] = defaultdict(list)
        for row in PeriodState.objects.filter(indicator__in=list(codes)):
            self._rows[row.indicator].append(row)

    def covering(self, code: str, grain: Grain, start: date) -> PeriodState | None:
        """The state of a cell: of its own period, or of a frozen one around it (所属期间状态)."""
        rows = self._rows.get(code)
        if not rows:
            return None
        cell = periods.of(grain, start)
        around = [row for row in rows if row.period_start <= cell.start and cell.end <= row.period_end]
        settled = [row for row in around if row.state in SETTLED]
        own = [row for row in around if row.grain == grain and row.period_start == start]
        return next(iter(settled or own), None)


def set_state(code: str, period: Period, state: State, *, by: str, reason: str) -> PeriodState:
    """Write down the state of a period (记录期间状态)."""
    row, _ = PeriodState.objects.update_or_create(
        indicator=code, grain=period.grain.value, period_start=period.start,
        defaults={
            "period_end": period.end, "state": state, "changed_at": clock.now(), "changed_by": by,
            "reason": reason[:200],
        },
    )  # fmt: skip
    return row


def state_of(code: str, period: Period) -> State:
    """The state of a period; open when nobody said anything (期间状态)."""
    found = Settled([code]).covering(code, period.grain, period.start)
    return State(found.state) if found else State.OPEN
