"""Figures cleared for the public (公开数据): only indicators with the release flag, small cells hidden.

The rule for small cells applies to indicators that count persons or households; a share is hidden
when one of its parts is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.indicator import Period, disclosure, queries, registry
from zhujianyun.kernel.indicator.queries import Figure
from zhujianyun.kernel.indicator.registry import Definition

HIDDEN_ZH = "数值较小，不予公开"


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure as the public reads it (公开指标)."""

    code: str
    zh: str
    text: str
    unit: str
    note: str
    as_of: datetime | None
    definition: Definition


@dataclass(frozen=True, slots=True)
class CityCell:
    """The figure of one city (分市值)."""

    city: str
    text: str


def released() -> list[Definition]:
    """The indicators cleared for the public (可公开指标)."""
    return [one for one in registry.all_() if one.release]


def present() -> Period:
    """The period that is shown: this year so far (本年)."""
    return Period.year(clock.today().year)


def tiles(codes: list[str] | None = None) -> list[Tile]:
    """The released figures of this year (公开数据). A fixed number of queries."""
    wanted = codes if codes is not None else [one.code for one in released()]
    return [_tile(one) for one in queries.figures_of(wanted, present())] if wanted else []


def find(code: str) -> Definition:
    """A released indicator (查公开指标).

    Raises:
        NotFound: unknown, or not cleared: the answer is the same.
    """
    found = next((one for one in released() if one.code == code), None)
    if found is None:
        raise NotFound("没有这项公开数据。请从公开数据页面选择。", rule="hall.figure", code=code)
    return found


def by_city(definition: Definition) -> list[CityCell]:
    """A released figure by city, small cells hidden (分市公开值)."""
    found = queries.by_city(definition.code, present())
    names = {one.code: one.name for one in divisions.cities(clock.today())}
    cells = [(names.get(code, "未归属"), figure) for code, figure in found.items()]
    if not definition.persons:
        return [CityCell(city, figure.text) for city, figure in cells]
    if definition.unit.is_rate:
        return [CityCell(city, _share(figure)) for city, figure in cells]
    shown, total = disclosure.suppress_row([int(figure.value or 0) for _, figure in cells])
    if not isinstance(total, int):  # the total stands on the page above: then no cell may
        return [CityCell(city, disclosure.OTHER) for city, _ in cells]
    return [CityCell(city, _cell(figure, one)) for (city, figure), one in zip(cells, shown, strict=True)]


def _cell(figure: Figure, shown: int | str) -> str:
    return figure.text if isinstance(shown, int) else shown


def _share(figure: Figure) -> str:
    numerator, denominator = int(figure.numerator or 0), int(figure.denominator or 0)
    return disclosure.OTHER if disclosure.hides_share(numerator, denominator) else figure.text


def _tile(figure: Figure) -> Tile:
    hidden = _is_small(figure)
    text = "—" if hidden else figure.shown.bare
    note = HIDDEN_ZH if hidden else figure.shown.reason or _halves(figure)
    unit = "" if hidden else figure.shown.unit
    return Tile(figure.code, figure.zh, text, unit, note, figure.as_of, figure.definition)


def _is_small(figure: Figure) -> bool:
    if not figure.definition.persons:
        return False
    if figure.definition.unit.is_rate:
        return disclosure.hides_share(int(figure.numerator or 0), int(figure.denominator or 0))
    return 0 < (figure.value or 0) < disclosure.THRESHOLD


def _halves(figure: Figure) -> str:
    if not figure.definition.unit.is_rate or not figure.denominator:
        return ""
    return f"{figure.numerator:,.0f} / {figure.denominator:,.0f}"
