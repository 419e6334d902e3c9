"""All that notices ever said, and the calendars it gives (历书): one calendar per state of knowledge."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from zhujianyun.base.workdays.calendar import LAYERS, Calendar
from zhujianyun.base.workdays.rows import CalendarDay, shipped_rows


class Almanac:
    """A fixed set of rows that hands out calendars (历书).

    Calendars are kept: two days between which no notice appeared share one object, so asking with
    a new ``known_on`` each day of a year builds only a handful of them.
    """

    def __init__(self, rows: Iterable[CalendarDay]) -> None:
        """Take the rows; later changes need a new almanac."""
        self.rows = tuple(rows)
        turns = {row.issued_on for row in self.rows} | {row.revoked_on for row in self.rows if row.revoked_on}
        self._turns = sorted(turns)
        self._kept: dict[tuple[tuple[str, ...], date | None], Calendar] = {}

    def calendar(self, layers: Sequence[str] = LAYERS, known_on: date | None = None) -> Calendar:
        """The calendar of ``layers`` as known on a day (某日所知的工作日历); ``None``: all that is known."""
        key = (tuple(layers), known_on if known_on is None else self._turn(known_on))
        if key not in self._kept:
            self._kept[key] = Calendar.build(self.rows, *key)
        return self._kept[key]

    def changes_between(self, before: date, until: date) -> bool:
        """Whether a notice appeared or fell in ``before < d <= until`` (期间是否有日历变动)."""
        return self._turn(before) != self._turn(until)

    def _turn(self, day: date) -> date:
        """The last day, up to ``day``, on which anything changed."""
        place = bisect_right(self._turns, day)
        return self._turns[place - 1] if place else date.min


@lru_cache(maxsize=1)
def shipped() -> Almanac:
    """The almanac of the rows that come with the platform (随版历书)."""
    return Almanac(shipped_rows())
