"""Records of gathered data as the source of a number (归集数据指标): Ibis expressions over data sets.

```python
@indicator("data_gathering.housing_units", zh="保障房存量", unit="套", kind=STOCK, verbs=LANDED)
def housing_units() -> Gathered:
    \"\"\"Homes in the register (保障房存量)。…\"\"\"
    return Gathered("housing-security-045", lambda t: t.filter(t.state == "可用"), city="city_code")
```
Engine DuckDB, or Spark where settings say so. A data set that nobody gathered yet gives no number: the
figure prints "—", never 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.indicator import lake_cells, lake_pins, stock
from zhujianyun.kernel.indicator.lake_pins import Held
from zhujianyun.kernel.indicator.lake_shape import Select, Shape, Table
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION, UNPLACED, Cells
from zhujianyun.kernel.indicator.tally import NO_PAIRS, ZERO, Aggregate, Tally, number

if TYPE_CHECKING:
    from zhujianyun.kernel.indicator.lake_rows import GatheredRows

LANDED = ("resource.dataset.land",)  # the verb that touches them; only of the data sets they name
_EVER, _NEVER = date(1, 1, 1), None
_NOTHING = Decimal(0)
_KNOWN_DAY = ("zjy_since", "zjy_until")


@dataclass(frozen=True, slots=True)
class Gathered:
    """Which gathered rows count, when, where and as what (归集记录口径).

    ``select`` gets one Ibis table per data set and gives the records; they are rows of the first data
    set and keep its key. Flow: ``day`` puts a record into a period. Stock: the version in force at the
    close of a day, cut to rows with ``since`` ≤ day < ``until`` where these columns are named.
    ``city`` names the column with the code of the city, ``division`` one with a code of six digits, from
    which city and county follow. ``distinct`` counts different values; ``measure`` is added up, and with
    ``average`` averaged; ``per`` divides the sum (10 000 for 万元 out of 元).
    """

    datasets: str | tuple[str, ...]
    select: Select | None = None
    day: str = ""
    since: str = ""
    until: str = ""
    city: str = ""
    division: str = ""
    distinct: str = ""
    measure: str = ""
    average: bool = False
    per: int = 1

    def __post_init__(self) -> None:
        if self.distinct and (self.measure or self.since or self.until):
            raise ValueError("a distinct count has neither measure nor span")
        if self.average and (not self.measure or self.since or self.until):
            raise ValueError("an average needs a measure and no span")
        if self.day and (self.since or self.until):
            raise ValueError("a flow has a day, a stock a span")

    @property
    def codes(self) -> tuple[str, ...]:
        """The data sets it is counted from (所用数据集)."""
        return (self.datasets,) if isinstance(self.datasets, str) else tuple(self.datasets)

    @property
    def shape(self) -> Shape:
        """Its columns and predicate (口径列)."""
        return Shape(
            self.select,
            self.day,
            self.since,
            self.until,
            self.city,
            self.division,
            self.distinct,
            self.measure,
        )

    @property
    def is_stock(self) -> bool:
        """Whether it counts a state, not events (是否存量)."""
        return not self.day

    @property
    def aggregate(self) -> Aggregate:
        """How the records become a number (汇总方式)."""
        if self.distinct:
            return Aggregate.DISTINCT
        if self.average:
            return Aggregate.MEAN
        if self.is_stock:
            return Aggregate.LAST
        return Aggregate.SUM if self.measure else Aggregate.COUNT

    @property
    def nothing(self) -> Tally:
        """The tally of a city without records, where the region has been counted (空值)."""
        return NO_PAIRS if self.average else ZERO

    @property
    def missing(self) -> Tally:
        """What is printed as a dash: a data set was not gathered (无数据)."""
        return Tally(None, paired=self.average)

    @property
    def county_path(self) -> str:
        """The column with the division code (县区字段)."""
        return self.division

    def sources(self, period: Period | None = None) -> dict[str, int]:
        """The versions that a cell is counted from (所用版本); empty when a data set is missing."""
        found = self._versions(lake_pins.held_now(self.codes), period)
        return dict(zip(self.codes, found, strict=True)) if found else {}

    # One by one

    def rows(self, period: Period, city: str = REGION, county: str = "") -> GatheredRows:
        """The drill-down: exactly the records that count, paged through the engine (下钻记录)."""
        from zhujianyun.kernel.indicator.lake_rows import GatheredRows

        held = lake_pins.held_now(self.codes)
        return GatheredRows(self, held, self._versions(held, period), period, city, county)

    def tally(self, period: Period, city: str = REGION) -> Tally:
        """The number of one cell (单格计数); a data set that is missing gives none."""
        return self.grouped(period, Grain.SPAN, by_city=bool(city)).get(
            (city, period.start), self._empty(period)
        )

    def by_county(self, period: Period, city: str) -> dict[str, Tally] | None:
        """The number of each division code of a city (分县计数); None where there is no such column."""
        if not self.division:
            return None
        with self._opened(period) as records:
            if records is None:
                return None
            inside = self.shape.inside(records, period, city)
            return {row["zjy_county"]: self._read(row) for row in self._asked(inside, ["zjy_county"])}

    # All at once

    def grouped(self, period: Period, grain: Grain, by_city: bool = True) -> Cells:
        """Every cell of a grain, the region's included (分组计数); none where a data set is missing.

        Cities without a record are absent beside the region's cell.
        """
        by_city = by_city and self.shape.is_placed
        parts = [period] if grain is Grain.SPAN else list(period.split(grain))
        return self._levels(parts, by_city) if self.is_stock else self._flows(period, parts, grain, by_city)

    # Inside

    def _versions(self, held: Held, period: Period | None) -> tuple[int, ...] | None:
        return held.on(self.codes, period.last_day if period and self.is_stock else None)

    def _empty(self, period: Period) -> Tally:
        held = lake_pins.held_now(self.codes)
        return self.missing if self._versions(held, period) is None else self.nothing

    @contextmanager
    def _opened(
        self, period: Period | None, versions: tuple[int, ...] | None = None
    ) -> Iterator[Table | None]:
        versions = versions or self._versions(lake_pins.held_now(self.codes), period)
        if versions is None:
            yield None
            return
        with opened(self, versions) as records:
            yield records

    def _flows(self, period: Period, parts: list[Period], grain: Grain, by_city: bool) -> Cells:
        held = lake_pins.held_now(self.codes)
        versions = self._versions(held, None)
        if versions is None:
            return {}
        if grain is Grain.SPAN:
            counted = self._span_cells(versions, period, by_city)
        else:
            counted = lake_cells.flows(self, held, versions, period, grain, by_city)
        return {(REGION, part.start): self.nothing for part in parts} | counted

    def _span_cells(self, versions: tuple[int, ...], period: Period, by_city: bool) -> Cells:
        with opened(self, versions) as records:
            inside = self.shape.inside(records, period)
            return {
                (row.get("zjy_city", REGION), period.start): self._read(row)
                for names in ([["zjy_city"], []] if by_city else [[]])
                for row in self._asked(inside, names)
            }

    def _levels(self, parts: list[Period], by_city: bool) -> Cells:
        held = lake_pins.held_now(self.codes)
        by_version: dict[tuple[int, ...], list[Period]] = {}
        for part in parts:
            versions = self._versions(held, part)
            if versions is not None:
                by_version.setdefault(versions, []).append(part)
        answer: Cells = {}
        for versions, some in by_version.items():
            try:
                answer |= self._state(held, versions, some, by_city)
            except NotFound as error:
                if error.rule != "lake.version":
                    raise
                # The version is no longer kept: what was counted from it stays as it is.
        return answer

    def _state(self, held: Held, versions: tuple[int, ...], parts: list[Period], by_city: bool) -> Cells:
        """The state as one version tells it, at the close of some days (某版本存量)."""
        rows = held.once(self, ("state", versions, by_city), lambda: self._state_rows(versions, by_city))
        starts = {part.last_day: part.start for part in parts}
        answer: Cells = {(REGION, part.start): self.nothing for part in parts}
        if not (self.since or self.until):
            cells = [(row.get("zjy_city", REGION), self._read(row)) for row in rows]
            return answer | {(city, part.start): tally for city, tally in cells for part in parts}
        known = [row for row in rows if not self.since or row["zjy_since"] is not None]
        spans = [_span(row, self._read(row).numerator or Decimal(0)) for row in known]
        levels = stock.levels(spans, sorted(starts))
        return answer | {(city, starts[day]): Tally(level) for (city, day), level in levels.items()}

    def _state_rows(self, versions: tuple[int, ...], by_city: bool) -> list[dict[str, Any]]:
        """Rows of the region, then of the cities; what adds up is asked once (存量行)."""
        days = [name for name, column in zip(_KNOWN_DAY, (self.since, self.until), strict=True) if column]
        with opened(self, versions) as records:
            if not by_city:
                return self._asked(records, days)
            cities = self._asked(records, [*days, "zjy_city"])
            if self.distinct or self.average:
                return self._asked(records, days) + cities
        return lake_cells.region_of(cities, days) + cities

    def _asked(self, records: Table, names: list[str]) -> list[dict[str, Any]]:
        asked = self.shape.asked(records, self.average)
        found = records.group_by(names).aggregate(**asked) if names else records.aggregate(**asked)
        return found.to_pyarrow().to_pylist()

    def _read(self, row: dict[str, Any]) -> Tally:
        return self.tally_of(number(row["zjy_n"]) or Decimal(0), number(row.get("zjy_sum")) or Decimal(0))

    def tally_of(self, count: Decimal, total: Decimal = _NOTHING) -> Tally:
        """What was asked of a cell as its number (结果折算): ``total`` only where there is an average."""
        if self.average:
            return Tally(total / self.per, count, paired=True)
        return Tally(count / self.per if self.measure else count)


def _span(row: dict[str, Any], amount: Decimal) -> stock.Interval:
    return row.get("zjy_city", REGION), row.get("zjy_since") or _EVER, row.get("zjy_until", _NEVER), amount


@contextmanager
def opened(gathered: Gathered, versions: tuple[int, ...]) -> Iterator[Table]:
    """The records of an expression over some versions, while the connection is open (打开归集记录).

    Raises:
        NotFound: for a data set that is not registered, or a version that is no longer kept.
    """
    from zhujianyun.kernel.resource import lake
    from zhujianyun.kernel.resource.models import Dataset

    known = {dataset.code: dataset for dataset in Dataset.objects.filter(code__in=gathered.codes)}
    if lost := [code for code in gathered.codes if code not in known]:
        raise NotFound(f"数据集 {'、'.join(lost)} 未登记。", rule="indicator.dataset", datasets=lost)
    with lake.reading() as connection:
        tables = [
            lake.table(connection, known[code], version)
            for code, version in zip(gathered.codes, versions, strict=True)
        ]
        yield gathered.shape.records(tables)


__all__ = ["LANDED", "UNPLACED", "Gathered", "opened"]
