"""A case as a line of a list (列表行)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.urls import reverse

from zhujianyun.base import clock, masks
from zhujianyun.base.codes import divisions
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.workbench import queries, shown
from zhujianyun.ui.workbench.filters import Filters


@dataclass(frozen=True, slots=True)
class Line:
    """What one line shows (列表行)."""

    case: Case
    url: str
    process: str
    title: str
    applicant: str
    city: str
    state: shown.ShownState
    lamp: str
    left: str
    paused: bool

    @property
    def due_on(self) -> date | None:
        """The due day of an open case (到期日)."""
        return self.case.due_on if self.case.is_open else None

    @property
    def time_zh(self) -> str:
        """How the clock stands, in words (时限)."""
        return "中止计时" if self.paused else self.left


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a long list (一页)."""

    lines: list[Line]
    total: int
    number: int
    pages: int
    per: int

    @property
    def first(self) -> int:
        """The place of its first line, from one."""
        return (self.number - 1) * self.per + 1

    @property
    def last(self) -> int:
        """The place of its last line."""
        return self.first + len(self.lines) - 1


def page_of(actor: Actor, wanted: Filters, number: str, per: int) -> Page:
    """One page of what an officer may see (取一页). Three queries, whatever its size.

    The database orders numbers only and reads the lines of one page afterwards: ordering whole rows of a
    hundred thousand cases would carry all their facts along.
    """
    found = queries.listed(actor, wanted)
    total = found.count()
    pages = max(1, -(-total // per))
    at = min(max(1, int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1), pages)
    ids = list(found.values_list("pk", flat=True)[(at - 1) * per : at * per]) if total else []
    return Page(lines_of(ids, shown.Days(clock.today())), total, at, pages, per)


def lines_of(ids: Sequence[int], days: shown.Days) -> list[Line]:
    """The lines of these cases in this order (按序取行). One query."""
    known = {case.pk: case for case in queries.rows(Case.objects.filter(pk__in=ids))} if ids else {}
    return lines([known[pk] for pk in ids if pk in known], days)


def lines(found: Iterable[Case], days: shown.Days) -> list[Line]:
    """The lines for some cases (列表行); no query beyond the cases themselves."""
    return [_line(case, days) for case in found]


def _line(case: Case, days: shown.Days) -> Line:
    definition = shown.definition_of(case)
    return Line(
        case=case,
        url=case_url(case),
        process=shown.process_zh(case.process),
        title=case.title or (case.project.name if case.project else "（无标题）"),
        applicant=subject_zh(case.applicant),
        city=city_zh(case.city_code),
        state=shown.state_of(case, definition),
        lamp=shown.lamp_of(case, days.today),
        left=shown.left_zh(case.due_on, days.today, days.of(definition)) if case.is_open else "",
        paused=case.is_open and case.due_on is None and bool(case.lamp),
    )


def case_url(case: Case) -> str:
    """Where a case is handled (办理页地址); drafts have no number yet."""
    if case.number:
        return reverse("workbench:case", args=[case.number])
    return reverse("workbench:draft", args=[case.pk])


def subject_zh(subject: Any) -> str:
    """An applicant's name; a person's is masked (申请人)."""
    if subject is None:
        return shown.NOTHING
    return masks.name(subject.name, "officer") if subject.kind == "person" else subject.name


@cache
def _cities() -> dict[str, str]:
    return {row.code: row.name.removesuffix("市") for row in divisions.cities(clock.today())}


def city_zh(code: str) -> str:
    """A city's short name (设区市)."""
    return _cities().get(code, code)


def division_zh(code: str) -> str:
    """A county-level unit's name (行政区划)."""
    try:
        return divisions.name(code, clock.today())
    except NotFound:
        return code
