"""Which calendar a clock reckons on (适用日历): the shipped rows and the notices announced since."""

from __future__ import annotations

from datetime import date

from zhujianyun.base.workdays import Almanac, Calendar, shipped, shipped_rows
from zhujianyun.base.workdays import CalendarDay as Row
from zhujianyun.kernel.case.models import CalendarDay

_kept: tuple[tuple[int, int, int], Almanac] | None = None


def almanac() -> Almanac:
    """All rows known to this installation (历书); one short query, rebuilt only after a notice."""
    global _kept
    stamp = _stamp()
    if stamp == (0, 0, 0):
        return shipped()
    if _kept is None or _kept[0] != stamp:
        _kept = (stamp, Almanac(_rows()))
    return _kept[1]


def calendar(layers: tuple[str, ...], day: date) -> Calendar:
    """The calendar of some layers as known on a day (某日所知的工作日历)."""
    return almanac().calendar(layers, day)


def _stamp() -> tuple[int, int, int]:
    """Equal stamps, equal rows: rows are only ever added or revoked."""
    from django.db.models import Count, Max

    found = CalendarDay.objects.aggregate(last=Max("id"), rows=Count("id"), revoked=Count("revoked_on"))
    return (found["last"] or 0, found["rows"], found["revoked"])


def _rows() -> list[Row]:
    rows = {(row.layer, row.day, row.notice_no): row for row in shipped_rows()}
    for one in CalendarDay.objects.select_related("notice"):
        row = Row(
            one.day,
            one.notice.layer,
            one.is_workday,
            one.notice.number,
            one.notice.issued_on,
            one.revoked_on,
            one.verified,
        )
        rows[(row.layer, row.day, row.notice_no)] = row
    return list(rows.values())
