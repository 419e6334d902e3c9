"""The two notices that changed the calendar of 2020 while cases were running (日历通知).

On 2020-01-27 the Spring Festival was prolonged, on 2020-03-05 the region cancelled its feast of
三月三. Each is announced on its day, and the open clocks are reckoned anew.
"""

from __future__ import annotations

from datetime import date

from zhujianyun.base import clock, workdays
from zhujianyun.kernel import access
from zhujianyun.kernel.case import timers

TITLES = {
    date(2020, 1, 27): "国务院办公厅关于延长2020年春节假期的通知",
    date(2020, 3, 5): "广西壮族自治区人民政府办公厅关于调整2020年“壮族三月三”假期安排的通知",
}
DAYS = tuple(TITLES)


def announce(day: date, time: clock.VirtualClock) -> int:
    """Announce what was issued on the day; how many open cases have another due day now (发布日历通知)."""
    if day not in TITLES:
        return 0
    time.move_to(clock.at_local(day, 8, 10))
    rows = [row for row in workdays.shipped_rows() if row.issued_on == day]
    return timers.announce_calendar(rows, access.SYSTEM, title=TITLES[day])
