"""The sweep of the lamps (时限灯巡检): grouped updates over cached dates, never an expression.

A clock's due day and first yellow day are columns; a new day only compares them. A lamp only ever
gets worse here, so it cannot return to green.
"""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from zhujianyun.base import clock
from zhujianyun.kernel.case.clock import BLACK, GREEN, RANK, RED, YELLOW

_CLOCKS = (
    (BLACK, "due_on < %s", (GREEN, YELLOW, RED, "")),
    (RED, "due_on = %s", (GREEN, YELLOW, "")),
    (YELLOW, "yellow_on <= %s", (GREEN, "")),
)


def sweep(today: date | None = None) -> int:
    """Bring every running clock's lamp, and its case's, up to a day (时限灯巡检); the number of cases changed."""
    day = (today or clock.today()).isoformat()
    with transaction.atomic(), connection.cursor() as cursor:
        changed = 0
        for lamp, condition, better in _CLOCKS:
            overdue = ", overdue = TRUE" if lamp == BLACK else ""
            cursor.execute(
                f"UPDATE case_clockrun SET lamp = %s{overdue} WHERE stopped_on IS NULL AND NOT paused"
                f" AND {condition} AND lamp IN ({_places(better)})",
                [lamp, day, *better],
            )
            changed += cursor.rowcount
        if not changed:
            return 0
        return sum(_cases(cursor, lamp) for lamp in (BLACK, RED, YELLOW))


def _cases(cursor, lamp: str) -> int:  # noqa: ANN001 - a database cursor
    better = [one for one in RANK if 0 < RANK[one] < RANK[lamp]]
    cursor.execute(
        f"UPDATE case_case SET lamp = %s WHERE lamp IN ({_places(better)}) AND id IN"
        " (SELECT case_id FROM case_clockrun WHERE stopped_on IS NULL AND lamp = %s)",
        [lamp, *better, lamp],
    )
    return cursor.rowcount


def _places(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(["%s"] * len(values))
