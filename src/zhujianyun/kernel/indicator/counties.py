"""A city's figure by county (分县指标): counted on demand by the records of the figure itself, never stored.

There is no county in the snapshots: fourteen cities by days are enough rows. The same predicate is asked
again for one city and one period, grouped by the division code of each record; hence Σ counties = city
wherever the aggregate adds up over places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.indicator import display, registry
from zhujianyun.kernel.indicator.display import Formatted
from zhujianyun.kernel.indicator.lake import Gathered
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.indicator.records import UNPLACED, Records
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.sources import BoundRatio, Source, over
from zhujianyun.kernel.indicator.tally import Aggregate, Tally, adds_over_cities

CITY_ITSELF, NOWHERE = "市本级", "未归属县区"


@dataclass(frozen=True, slots=True)
class County:
    """One county of a city (县区)."""

    code: str
    name: str
    tally: Tally
    shown: Formatted
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Counties:
    """A city's figure by county, largest first (分县指标)."""

    definition: Definition
    rows: tuple[County, ...]
    total: Tally  # of the city, by the same records
    adds_up: bool  # whether the counties make up the city


def by_county(code: str, period: Period, city: str, known_by: date | None = None) -> Counties | None:
    """The figure of a city by county (分县); None where the records know no county.

    Raises:
        NotFound: nobody declares the code.
    """
    definition = registry.get(code)
    source = definition.source(known_by or clock.today())
    cut = period.cut(known_by or clock.today())
    found = _tallies(source, cut, city)
    if found is None:
        return None
    tallies = _gathered(found, city, cut.last_day, source)
    rows = [_county(definition, code_, tally, city, cut.last_day) for code_, tally in tallies.items()]
    rows.sort(key=lambda row: (row.value is None, -(row.value or 0), row.code))
    return Counties(definition, tuple(rows), source.tally(cut, city), adds_over_cities(source.aggregate))


def _tallies(source: Source, period: Period, city: str) -> dict[str, Tally] | None:
    if isinstance(source, BoundRatio):
        top, bottom = _tallies(source.numerator, period, city), _tallies(source.denominator, period, city)
        if top is None or bottom is None:
            return None
        return {
            code: over(top.get(code, source.numerator.nothing), bottom.get(code, source.denominator.nothing))
            for code in top.keys() | bottom.keys()
        }
    if isinstance(source, Gathered):
        return source.by_county(period, city)
    if not isinstance(source, Records) or not source.city or not source.county_path:
        return None
    return source.by_county(period, city)


def _gathered(found: dict[str, Tally], city: str, day: date, source: Source) -> dict[str, Tally]:
    """By the counties of the day; codes of earlier days count where they went to."""
    gathered = {row.code: source.nothing for row in divisions.counties(city, day)}
    for code, tally in found.items():
        place = _of_the_day(code, day)
        empty = place not in gathered or gathered[place] == source.nothing
        # What does not add up stays under its own code.
        if not empty and source.aggregate in (Aggregate.DISTINCT, Aggregate.PERCENTILE):
            place = code
            empty = True
        gathered[place] = tally if empty else gathered[place] + tally
    return gathered


def _of_the_day(code: str, day: date) -> str:
    if code == UNPLACED:
        return code
    for row in divisions.every():
        if row.code == code and row.valid_to is not None and row.valid_to < day:
            try:
                return divisions.rolled_forward(code, row.valid_to, day)
            except NotFound:
                return code
    return divisions.home(code)


def _county(definition: Definition, code: str, tally: Tally, city: str, day: date) -> County:
    shown = display.show(tally, definition.unit, definition.qualifier)
    return County(code, _name(code, city, day), tally, shown, tally.scaled(definition.unit.scale))


def _name(code: str, city: str, day: date) -> str:
    if code == UNPLACED:
        return NOWHERE
    if code == city:
        return CITY_ITSELF
    try:
        return divisions.name(code, day)
    except NotFound:
        return next((row.name for row in reversed(divisions.every()) if row.code == code), code)


def of_county(records: Records, county: str) -> Records:
    """The same records, of one county only (限定县区)."""
    path = records.county_path
    value = None if county == UNPLACED else county
    return replace(records, queryset=records.queryset.filter(**{path: value}))
