"""Rows of the calendar as notices give them (日历行), and the files they are shipped in."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from zhujianyun.base.errors import RuleBroken

Row = TypeVar("Row")
FOLDER = Path(__file__).resolve().parents[2] / "data" / "calendars"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day as one notice orders it (日历行).

    ``issued_on`` is the first day on which the notice was public, ``revoked_on`` the first day on
    which it no longer was in force. ``verified`` is true once a person has compared the row with
    the text of the notice.
    """

    day: date
    layer: str
    is_workday: bool
    notice_no: str
    issued_on: date
    revoked_on: date | None = None
    verified: bool = False

    def is_known_on(self, day: date | None) -> bool:
        """Whether the row is in force for somebody who reckons on ``day``; ``None``: with all we know (当日是否有效)."""
        if day is None:
            return self.revoked_on is None
        return self.issued_on <= day and (self.revoked_on is None or self.revoked_on > day)


@dataclass(frozen=True, slots=True)
class FixedHoliday:
    """A public holiday on the same date each year (固定日期节假日): all we know of unpublished years.

    Source: 全国年节及纪念日放假办法, art. 2.
    """

    month: int
    day: int
    valid_from: date
    valid_to: date | None = None

    def in_year(self, year: int) -> date | None:
        """The day in ``year``, or ``None`` when the law did not know the holiday then (当年日期)."""
        found = date(year, self.month, self.day)
        return (
            found if self.valid_from <= found and (self.valid_to is None or found <= self.valid_to) else None
        )


def read_rows(path: Path) -> list[CalendarDay]:
    """The rows of one calendar file (读取日历文件).

    Raises:
        RuleBroken: a line that cannot be read; details name file, line and reason.
    """
    return _parsed(path, _calendar_day)


@lru_cache(maxsize=1)
def _shipped() -> tuple[CalendarDay, ...]:
    return tuple(row for name in ("cn", "cn-GX", "emergency") for row in read_rows(FOLDER / f"{name}.csv"))


def shipped_rows() -> list[CalendarDay]:
    """The rows that come with the platform, 2017–2026 (随版日历数据): a fresh list of shared rows."""
    return list(_shipped())


@lru_cache(maxsize=1)
def fixed_holidays() -> tuple[FixedHoliday, ...]:
    """The holidays of fixed date, from ``fixed.csv`` (固定日期节假日)."""
    return tuple(_parsed(FOLDER / "fixed.csv", _fixed_holiday))


def _parsed(path: Path, parse: Callable[[dict[str, str]], Row]) -> list[Row]:
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, line in enumerate(csv.DictReader(file), start=2):
            try:
                rows.append(parse(line))
            except (ValueError, KeyError, TypeError) as error:
                raise RuleBroken(
                    f"日历文件 {path.name} 第 {number} 行无法读取，请按表头格式改正后重新导入",
                    rule="workdays.file",
                    file=path.name,
                    line=number,
                    reason=str(error),
                ) from error
    return rows


def _calendar_day(line: dict[str, str]) -> CalendarDay:
    return CalendarDay(
        day=date.fromisoformat(line["day"]),
        layer=line["layer"],
        is_workday=_boolean(line["is_workday"]),
        notice_no=line["notice_no"],
        issued_on=date.fromisoformat(line["issued_on"]),
        revoked_on=_day_or_none(line["revoked_on"]),
        verified=_boolean(line["verified"]),
    )


def _fixed_holiday(line: dict[str, str]) -> FixedHoliday:
    return FixedHoliday(
        month=int(line["month"]),
        day=int(line["day"]),
        valid_from=date.fromisoformat(line["valid_from"]),
        valid_to=_day_or_none(line["valid_to"]),
    )


def _day_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"true or false expected, not {text!r}")
    return text == "true"
