"""A sheet of cells (指标表): an indicator over all days, months and years of a period, by city, in a few queries.

What adds up is grouped by day once and rolled up here; what does not is counted afresh per grain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from zhujianyun.kernel.indicator import periods
from zhujianyun.kernel.indicator.lake import Gathered
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION, Cells, Records
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.sources import BoundRatio, Source, over
from zhujianyun.kernel.indicator.tally import Aggregate, Tally, adds_over_time

Place = tuple[Grain, str, date]  # grain, city, first day
Table = dict[Place, Tally]
ZERO = Decimal(0)


class Sheet:
    """Cells of several indicators over one period (指标表). Sides of ratios are counted once."""

    def __init__(self, period: Period, grains: Sequence[Grain], *, cities: bool = True) -> None:
        self.period, self.grains, self.cities = period, tuple(grains), cities
        self._counted: dict[int, tuple[Records, Table]] = {}  # the records are kept so that ids stay theirs

    def table(self, definition: Definition, known_by: date) -> Table:
        """Every cell of an indicator; region cells also where nothing is (取全部单元格)."""
        source = definition.source(known_by)
        table = self._table(source, definition.by_city and self.cities)
        if not _fills(source):
            return table
        for grain in self.grains:
            for part in self.period.split(grain):
                table.setdefault((grain, REGION, part.start), source.nothing)
        return table

    def _table(self, source: Source, by_city: bool) -> Table:
        if isinstance(source, BoundRatio):
            return self._ratio(source, by_city)
        if isinstance(source, Gathered):
            return {
                (grain, city, start): tally
                for grain in self.grains
                for (city, start), tally in source.grouped(self.period, grain, by_city).items()
            }
        if not isinstance(source, Records):
            return {
                (grain, city, start): tally
                for grain in self.grains
                for (city, start), tally in source.grouped(self.period, grain).items()
            }
        if id(source) not in self._counted:
            self._counted[id(source)] = (source, self._records(source, by_city))
        return dict(self._counted[id(source)][1])

    def _ratio(self, ratio: BoundRatio, by_city: bool) -> Table:
        top, bottom = self._table(ratio.numerator, by_city), self._table(ratio.denominator, by_city)
        return {
            place: over(top.get(place, ratio.numerator.nothing), bottom.get(place, ratio.denominator.nothing))
            for place in top.keys() | bottom.keys()
            if _fills(ratio) or all((place[0], REGION, place[2]) in side for side in (top, bottom))
        }

    def _records(self, records: Records, by_city: bool) -> Table:
        if adds_over_time(records.aggregate):
            return rolled_up(records.grouped(self.period, Grain.DAY, by_city), self.grains)
        if records.aggregate is Aggregate.LAST and Grain.DAY in self.grains:
            return self._closing(records.grouped(self.period, Grain.DAY, by_city))
        return afresh(records, self.period, self.grains, by_city)

    def _closing(self, daily: Cells) -> Table:
        """A state: the region is the sum of the cities, a month is its last day."""
        whole = with_region(daily)
        table: Table = {}
        last = {g: {p.last_day: p.start for p in self.period.split(g)} for g in self.grains}
        for (city, day), tally in whole.items():
            for grain in self.grains:
                if day in last[grain]:
                    table[grain, city, last[grain][day]] = tally
        return table


class Slips:
    """Single periods with all their cities (单期表): for the few cells that one act touched.

    What two figures share, such as a flow and the rate above it, is counted once.
    """

    def __init__(self, known_by: date) -> None:
        self.known_by = known_by
        self._counted: dict[tuple[int, date, date, bool], dict[str, Tally]] = {}
        self._kept: list[Source] = []  # so that their ids stay theirs

    def table(self, definition: Definition, wanted: Iterable[Period]) -> Table:
        """The cells of an indicator in these periods (取若干期间)."""
        source = definition.source(self.known_by)
        table: Table = {}
        for period in wanted:
            found = self._found(source, period.cut(self.known_by), definition.by_city)
            if _fills(source):
                found.setdefault(REGION, source.nothing)
            table |= {(period.grain, city, period.start): tally for city, tally in found.items()}
        return table

    def _found(self, source: Source, period: Period, by_city: bool) -> dict[str, Tally]:
        if not isinstance(source, BoundRatio):
            return dict(self._one(source, period, by_city))
        top = self._one(source.numerator, period, by_city)
        bottom = self._one(source.denominator, period, by_city)
        if not _fills(source) and not (REGION in top and REGION in bottom):
            return {}
        return {
            city: over(top.get(city, source.numerator.nothing), bottom.get(city, source.denominator.nothing))
            for city in top.keys() | bottom.keys()
        }

    def _one(self, source: Source, period: Period, by_city: bool) -> dict[str, Tally]:
        is_state = isinstance(source, Records) and source.is_stock
        key = (id(source), period.last_day if is_state else period.start, period.end, by_city)
        if key not in self._counted:
            self._kept.append(source)
            self._counted[key] = _one(source, period, by_city)
        return self._counted[key]


def _fills(source: Source) -> bool:
    """Whether a region without a cell has nothing: gathered data that are missing have no number."""
    if isinstance(source, BoundRatio):
        return isinstance(source.numerator, Records) and isinstance(source.denominator, Records)
    return isinstance(source, Records)


def _one(source: Source, period: Period, by_city: bool) -> dict[str, Tally]:
    cells = source.grouped(period, Grain.SPAN, by_city)
    if isinstance(source, Gathered):  # the region is among them
        return {city: tally for (city, _), tally in cells.items()}
    if by_city and source.aggregate in (Aggregate.DISTINCT, Aggregate.PERCENTILE):
        cells |= source.grouped(period, Grain.SPAN, by_city=False)
    elif by_city:
        cells = with_region(cells)
    return {city: tally for (city, _), tally in cells.items()}


def rolled_up(daily: Cells, grains: Iterable[Grain]) -> Table:
    """Days added up to every grain and to the region (逐级汇总). Only for what adds up."""
    sums: dict[Place, list[Decimal]] = {}
    paired = any(tally.paired for tally in daily.values())
    starts: dict[date, list[tuple[Grain, date]]] = {}
    grains = tuple(grains)
    for (city, day), tally in daily.items():
        if day not in starts:
            starts[day] = [(grain, periods.of(grain, day).start) for grain in grains]
        top, bottom = tally.numerator or ZERO, tally.denominator or ZERO
        for grain, start in starts[day]:
            for place in (city, REGION) if city else (REGION,):
                parts = sums.setdefault((grain, place, start), [ZERO, ZERO])
                parts[0] += top
                parts[1] += bottom
    return {
        place: Tally(top, bottom if paired else None, paired=paired) for place, (top, bottom) in sums.items()
    }


def with_region(cells: Cells) -> Cells:
    """Cells of cities with their sum as the region (补全区合计)."""
    whole = dict(cells)
    for (city, start), tally in cells.items():
        if city != REGION:
            known = whole.get((REGION, start))
            whole[REGION, start] = tally if known is None else known + tally
    return whole


def afresh(records: Records, period: Period, grains: Iterable[Grain], by_city: bool) -> Table:
    """What does not add up, counted per grain and for the region apart (逐级重新计数)."""
    table: Table = {}
    for grain in grains:
        cells = records.grouped(period, grain, by_city=False)
        if by_city:
            cells |= records.grouped(period, grain)
        table |= {(grain, city, start): tally for (city, start), tally in cells.items()}
    return table
