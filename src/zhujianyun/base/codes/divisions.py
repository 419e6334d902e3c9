"""Administrative divisions with their validity (行政区划代码): the key is (code, valid_from).

Codes are used again (450103 was 新城区, then 青秀区) and replaced (450127 横县 → 450181 横州市), so a
code means something only together with a day. Pseudo codes ``45xx01`` 市辖区 are accepted on input
and stand for their city. Data: ``data/divisions.csv``; other provinces' codes by year from
python-stdnum.

Source: GB/T 2260; 民政部县级以上行政区划变更情况.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

from stdnum import numdb

from zhujianyun.base import clock
from zhujianyun.base.codes.checked import Checked, Finding, clean
from zhujianyun.base.errors import NotFound, RuleBroken

FILE = Path(__file__).resolve().parents[2] / "data" / "divisions.csv"
_SPELL = re.compile(r"\[(\d*)-(\d*)\](.+)")


@dataclass(frozen=True, slots=True)
class Division:
    """One name for one code over one span of days, both ends included (行政区划)."""

    code: str
    name: str
    level: str  # province, city, county, pseudo (市辖区) or prefecture (地区, history)
    parent: str
    valid_from: date
    valid_to: date | None
    successor: str
    verified: bool

    def is_valid_on(self, day: date) -> bool:
        """Whether the code bore this name on the day (当日有效)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Years:
    """The years in which a code was in use, as far as known (代码使用年份); ``None`` is open."""

    first: int | None
    last: int | None
    name: str


@cache
def _by_code() -> dict[str, tuple[Division, ...]]:
    grouped: dict[str, list[Division]] = {}
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            grouped.setdefault(line["code"], []).append(_division(line))
    return {code: tuple(sorted(rows, key=lambda row: row.valid_from)) for code, rows in grouped.items()}


def _division(line: dict[str, str]) -> Division:
    return Division(
        code=line["code"],
        name=line["name"],
        level=line["level"],
        parent=line["parent"],
        valid_from=date.fromisoformat(line["valid_from"]),
        valid_to=date.fromisoformat(line["valid_to"]) if line["valid_to"] else None,
        successor=line["successor"],
        verified=line["verified"] == "true",
    )


@cache
def region() -> str:
    """The two digits with which every code of the region begins (本区代码前缀), as the data file says."""
    return next(code[:2] for code, rows in _by_code().items() if rows[0].level == "province")


def every() -> tuple[Division, ...]:
    """All rows ever, by code and start (全部历史行)."""
    return tuple(row for code in sorted(_by_code()) for row in _by_code()[code])


@lru_cache(maxsize=64)
def on(day: date) -> tuple[Division, ...]:
    """The divisions as they stood on a day, by code (某日行政区划)."""
    return tuple(row for row in every() if row.is_valid_on(day))


def find(code: str, day: date) -> Division:
    """The division that a code meant on a day (按日查代码).

    Raises:
        NotFound: no division of the region bore the code on that day.
    """
    for row in _by_code().get(code, ()):
        if row.is_valid_on(day):
            return row
    raise NotFound(
        f"{day} 没有行政区划代码 {code}，请核对代码和日期",
        rule="divisions.unknown",
        division=code,
        day=str(day),
    )


def name(code: str, day: date) -> str:
    """The name that belonged to a code on a day (区划名称).

    Raises:
        NotFound: as :func:`find`.
    """
    return find(code, day).name


def cities(day: date | None = None) -> tuple[Division, ...]:
    """The cities of the region on a day, today when none is given (设区市): fourteen since 2002."""
    return tuple(row for row in on(day or clock.today()) if row.level == "city")


def counties(city: str = "", day: date | None = None) -> tuple[Division, ...]:
    """County-level units of a city, or of the whole region, on a day (县级单位): 111 today."""
    return tuple(
        row for row in on(day or clock.today()) if row.level == "county" and city in ("", row.parent)
    )


def home(code: str) -> str:
    """The code itself, or the city for a pseudo code ``45xx01`` 市辖区 (归并市辖区)."""
    rows = _by_code().get(code, ())
    return rows[0].parent if rows and rows[0].level == "pseudo" else code


def rolled_forward(code: str, recorded_on: date, view_on: date) -> str:
    """The code under which a record of then is counted in a view of later (按后继归并).

    Raises:
        NotFound: the code did not exist then, or was divided among several and has no one successor.
    """
    row = find(home(code), recorded_on)
    while row.valid_to is not None and row.valid_to < view_on:
        if not row.successor:
            raise NotFound(
                f"{row.name}（{row.code}）已撤销且没有唯一的后继区划，请人工指定归属",
                rule="divisions.successor",
                division=row.code,
            )
        row = find(row.successor, row.valid_to + timedelta(days=1))
    return row.code


def check(value: str, day: date | None = None) -> Checked:
    """A division code as a record of ``day`` may carry it (区划代码校验); today when none is given.

    A code that was not in force on the day is accepted with a finding, and its successor proposed.

    Raises:
        RuleBroken: not six digits, or a code of the region that never existed.
    """
    day = day or clock.today()
    code = clean(value)
    if not re.fullmatch(r"[0-9]{6}", code):
        raise RuleBroken("行政区划代码应为 6 位数字，请核对", rule="divisions.form", length=len(code))
    rows = _by_code().get(code, ())
    if code.startswith(region()) and not rows:
        raise RuleBroken(f"行政区划代码 {code} 从未使用过，请核对", rule="divisions.unknown", division=code)
    if rows and not any(row.is_valid_on(day) for row in rows):
        return Checked(code, (_out_of_date(rows, day),))
    if not rows and not years_of(code):
        return Checked(code, (Finding("divisions.elsewhere", f"外省区划代码 {code} 未收录，请核对"),))
    return Checked(home(code))


def _out_of_date(rows: tuple[Division, ...], day: date) -> Finding:
    before = [row for row in rows if row.valid_to is not None and row.valid_to < day]
    if not before:
        text = f"代码 {rows[0].code}（{rows[0].name}）自 {rows[0].valid_from.year} 年起使用，{day} 尚未启用"
        return Finding("divisions.not_yet", text)
    last = before[-1]
    try:
        proposal = rolled_forward(last.code, last.valid_from, day)
    except NotFound:
        proposal = ""
    hint = f"，现为 {proposal} {name(proposal, day)}" if proposal else ""
    return Finding(
        "divisions.ended", f"代码 {last.code}（{last.name}）已于 {last.valid_to:%Y} 年停用{hint}", proposal
    )


@lru_cache(maxsize=4096)
def years_of(code: str) -> tuple[Years, ...]:
    """The years in which a code of any province was in use (代码使用年份); empty: never heard of.

    The region's own codes come from our table, the others from python-stdnum (by year).
    """
    if code.startswith(region()):
        rows = _by_code().get(code, ())
        return tuple(
            Years(row.valid_from.year, row.valid_to.year if row.valid_to else None, row.name) for row in rows
        )
    known: dict[str, str] = {}
    for _, properties in numdb.get("cn/loc").info(code):
        known.update(properties)
    return tuple(_years(spell) for spell in known["county"].split(",")) if "county" in known else ()


def _years(spell: str) -> Years:
    found = _SPELL.fullmatch(spell)
    if not found:
        return Years(None, None, spell)
    first, last, called = found.groups()
    return Years(int(first) if first else None, int(last) if last else None, called)
