"""The days of a clock as a strip (工作日条): which were counted, which were not, and why.

Pure: a ledger and a calendar in, days out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from zhujianyun.base.workdays import Calendar
from zhujianyun.kernel.case.clock import DAY, Ledger

LONGEST = 124  # days shown; of a longer run the last ones
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of a clock (一日): `sort` is start, counted, off or paused."""

    day: date
    sort: str
    below: str  # which counted day it is, or 始 休 停
    said: str
    is_due: bool = False
    is_today: bool = False
    is_ahead: bool = False
    is_late: bool = False

    @property
    def classes(self) -> str:
        """The CSS classes of the cell."""
        flags = {"due": self.is_due, "today": self.is_today, "ahead": self.is_ahead, "late": self.is_late}
        return " ".join([f"wb-day--{self.sort}", *(f"wb-day--{name}" for name, on in flags.items() if on)])

    @property
    def month(self) -> str:
        """The month, where a new one begins."""
        return f"{self.day.month}月" if self.day.day == 1 or self.sort == "start" else ""


def days_of(ledger: Ledger, calendar: Calendar, today: date, due_on: date | None) -> list[StripDay]:
    """Every day from the start to the due day, or to today or the stop when that is later (逐日)."""
    until = ledger.stopped_on or today
    last = max(one for one in (ledger.started_on, until, due_on) if one)
    count, found = 0, [_start(ledger.started_on, due_on, today)]
    for n in range(1, (last - ledger.started_on).days + 1):
        day = ledger.started_on + timedelta(n)
        is_ahead = day > until
        sort, below, why = _judged(ledger, calendar, day)
        if sort == "counted":
            count += 1
            below, why = str(count), f"第 {count} 天"
        found.append(
            StripDay(
                day,
                sort,
                below,
                f"{day.isoformat()} 周{WEEKDAYS[day.weekday()]}，{why}{_notes(day, due_on, today, until)}",
                day == due_on,
                day == today,
                is_ahead,
                sort == "counted" and count > ledger.budget and not is_ahead,
            )
        )
    return found[-LONGEST:]


def _start(day: date, due_on: date | None, today: date) -> StripDay:
    return StripDay(day, "start", "始", f"{day.isoformat()}，起算当日不计", day == due_on, day == today)


def _judged(ledger: Ledger, calendar: Calendar, day: date) -> tuple[str, str, str]:
    for one in ledger.segments:
        if one.paused_on < day and (one.ends_on is None or day <= one.ends_on):
            return "paused", "停", f"中止（{one.type}），不计"
    if ledger.unit == DAY:
        return "counted", "", ""
    if calendar.is_workday(day):
        return "counted", "", ""
    row = calendar.effective.get(day)
    return "off", "休", f"节假日（{row.notice_no}），不计" if row and row.notice_no else "休息日，不计"


def _notes(day: date, due_on: date | None, today: date, until: date) -> str:
    said = "，到期日" if day == due_on else ""
    if day == until and until != today:
        said += "，停止计时"
    return said + ("，今天" if day == today else "")
