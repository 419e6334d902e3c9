"""Working days (工作日): three layers of notices, one calendar, deadlines in microseconds.

Later layers win per day: ``cn`` (State Council, each year) → ``cn-GX`` (壮族三月三) → ``emergency``
(a region's cancellation or extension). A calendar is always *as known on a day*: a notice that
had not been issued then does not count, so a deadline can be recomputed as it stood.

Pure: no database, no clock. Source: 全国年节及纪念日放假办法; 广西壮族自治区人民政府令第98号; the
yearly notices named in ``data/calendars``.
"""

from zhujianyun.base.workdays.almanac import Almanac, shipped
from zhujianyun.base.workdays.calendar import LAYERS, Calendar, Due
from zhujianyun.base.workdays.rows import CalendarDay, FixedHoliday, fixed_holidays, read_rows, shipped_rows

__all__ = [
    "LAYERS",
    "Almanac",
    "Calendar",
    "CalendarDay",
    "Due",
    "FixedHoliday",
    "fixed_holidays",
    "read_rows",
    "shipped",
    "shipped_rows",
]
