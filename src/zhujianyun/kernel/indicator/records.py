"""The records behind a number (指标记录): one object that counts, groups and lists.

The figure, the table by city and month, and the drill-down come from the same queryset, the same
day and the same city. Hence: figure = drill result; Σ cities = region; grouped = one by one.

A day path may cross a to-many relation (``Case`` filtered by ``marks__name`` and counted on
``marks__day``): day and city are annotated, which re-uses the join of the filter. A plain second
``.filter`` would join the marks again and count other marks' days.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, DateField, DateTimeField, F, Min, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate, TruncMonth, TruncQuarter, TruncYear

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import periods, stock
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.tally import NO_PAIRS, ZERO, Aggregate, Tally, number, percentile

REGION = ""  # the whole province
UNPLACED = "-"  # 未归属地市: counts in the region and in this cell, so that sums still hold
Cells = dict[tuple[str, date], Tally]  # (city, first day of the cell) → tally
Path = str | Combinable

_TRUNC = {Grain.MONTH: TruncMonth, Grain.QUARTER: TruncQuarter, Grain.YEAR: TruncYear}


@dataclass(frozen=True, slots=True)
class Records:
    """Which records count, when, where and as what (记录口径).

    Flow: `day` puts a record into a period. Stock: `from_field` and `to_field` say from which day
    on and until which day (not included) it is in the state; `to_field` empty: for ever.
    `distinct` counts different values, `measure` adds a column up, with `average` or `percentile`
    it is averaged or ranked (days, prices). `office` lets a drill-down be cut to what the viewer
    may see. Empty `city`: the indicator has no city dimension.
    """

    queryset: QuerySet[Any]
    day: Path = "day"
    city: Path = "city_code"
    distinct: str | None = None
    measure: Path | None = None
    average: bool = False
    percentile: int | None = None
    from_field: Path = ""
    to_field: Path = ""
    office: str = "office_id"
    county: str = ""  # of the division code; by default what stands beside `city_code`

    def __post_init__(self) -> None:
        if self.distinct and self.measure:
            raise ValueError("a distinct count has no measure")
        if (self.average or self.percentile) and not self.measure:
            raise ValueError("an average needs a measure")
        if self.queryset.query.is_sliced or self.queryset.query.group_by is not None:
            raise ValueError("records are a plain queryset: neither sliced nor grouped")

    @property
    def is_stock(self) -> bool:
        """Whether it counts a state, not events (是否存量)."""
        return bool(self.from_field)

    @property
    def aggregate(self) -> Aggregate:
        """How the records become a number (汇总方式)."""
        if self.distinct:
            return Aggregate.DISTINCT
        if self.percentile:
            return Aggregate.PERCENTILE
        if self.average:
            return Aggregate.MEAN
        if self.is_stock:
            return Aggregate.LAST
        return Aggregate.SUM if self.measure else Aggregate.COUNT

    @property
    def nothing(self) -> Tally:
        """The tally where no record is (空值)."""
        if self.percentile:
            return Tally(None)
        return NO_PAIRS if self.average else ZERO

    # One by one

    def rows(self, period: Period, city: str = REGION) -> QuerySet[Any]:
        """The drill-down: exactly the records that count (下钻记录).

        A distinct count lists the first record of each value.
        """
        inside = self._inside(period, city)
        if not self.distinct:
            return inside
        first = inside.exclude(**{self.distinct: None}).order_by().values(self.distinct)
        return self.queryset.model._default_manager.filter(
            pk__in=first.annotate(zjy_first=Min("pk")).values("zjy_first")
        )

    def tally(self, period: Period, city: str = REGION) -> Tally:
        """The number of one cell, by its own query (单格计数)."""
        inside = self._inside(period, city).order_by()
        if self.percentile:
            ranked = inside.exclude(zjy_measure=None).values_list("zjy_measure", flat=True)
            return Tally(percentile([number(v) or Decimal(0) for v in ranked], self.percentile))
        return self._read(inside.aggregate(**self._asked()))

    def value(self, period: Period, city: str = REGION) -> Decimal | None:
        """The value of one cell (单格数值)."""
        return self.tally(period, city).value

    @property
    def county_path(self) -> str:
        """Where the division code of a record stands; empty when it has none (县区字段)."""
        if self.county or not isinstance(self.city, str) or not self.city.endswith("city_code"):
            return self.county
        path = self.city.removesuffix("city_code") + "division_code"
        return path if _reaches(self.queryset.model, path) else ""

    def by_county(self, period: Period, city: str) -> dict[str, Tally]:
        """The number of each division code of a city, by the same predicate, in one query (分县计数)."""
        path = self.county_path
        rows = self._inside(period, city).order_by().annotate(zjy_county=F(path))
        if self.percentile:
            values: dict[str, list[Decimal]] = defaultdict(list)
            for row in rows.exclude(zjy_measure=None).values("zjy_county", "zjy_measure"):
                values[row["zjy_county"] or UNPLACED].append(number(row["zjy_measure"]) or Decimal(0))
            return {code: Tally(percentile(found, self.percentile)) for code, found in values.items()}
        asked = rows.values("zjy_county").annotate(**self._asked())
        return {row["zjy_county"] or UNPLACED: self._read(row) for row in asked}

    # All at once

    def grouped(self, period: Period, grain: Grain, by_city: bool = True) -> Cells:
        """Every cell of a grain inside the period, by one query (分组计数).

        Cells without a record are absent. Without `by_city` the region is counted afresh, which is
        what distinct counts and percentiles need.
        """
        if self.is_stock:
            return self._levels(period, grain, by_city)
        keys = {"zjy_cell": self._cell(grain)} if grain is not Grain.SPAN else {}
        rows = self._inside(period, REGION).order_by().annotate(**keys)
        names = [*keys, *(["zjy_city"] if by_city and self.city else [])]
        if self.percentile:
            return self._ranked(rows, names, period)
        answer: Cells = {}
        for row in (
            rows.values(*names).annotate(**self._asked()) if names else [rows.aggregate(**self._asked())]
        ):
            tally = self._read(row)
            if not tally.is_nothing:
                answer[_key(row, period)] = tally
        return answer

    # Inside

    def _placed(self) -> QuerySet[Any]:
        extra: dict[str, Combinable] = {}
        if self.city:
            extra["zjy_city"] = _expression(self.city)
        if self.is_stock:
            extra["zjy_from"] = _expression(self.from_field)
            if self.to_field:
                extra["zjy_to"] = _expression(self.to_field)
        else:
            extra["zjy_day"] = _expression(self.day)
        if self.measure:
            extra["zjy_measure"] = _expression(self.measure)
        return self.queryset.annotate(**extra)

    def _inside(self, period: Period, city: str) -> QuerySet[Any]:
        placed = self._placed()
        if city == UNPLACED:
            placed = placed.filter(Q(zjy_city=None) | Q(zjy_city=""))
        elif city:
            placed = placed.filter(zjy_city=city)
        if self.is_stock:
            return self._in_state(placed, period.last_day, period.last_day)
        start, end = _bounds(placed, "zjy_day", period)
        return placed.filter(zjy_day__gte=start, zjy_day__lt=end).order_by("zjy_day", "pk")

    def _in_state(self, placed: QuerySet[Any], first: date, last: date) -> QuerySet[Any]:
        """Records in the state at the close of some day of first…last."""
        _, until = _bounds(placed, "zjy_from", periods.day(last))
        placed = placed.filter(zjy_from__lt=until)
        if self.to_field:
            _, over = _bounds(placed, "zjy_to", periods.day(first))
            placed = placed.filter(Q(zjy_to=None) | Q(zjy_to__gte=over))
        return placed.order_by("zjy_from", "pk")

    def _asked(self) -> dict[str, Any]:
        if self.distinct:
            return {"zjy_n": Count(self.distinct, distinct=True)}
        if self.average:
            return {"zjy_sum": Sum("zjy_measure"), "zjy_n": Count("zjy_measure")}
        return {"zjy_n": Sum("zjy_measure")} if self.measure else {"zjy_n": Count("*")}

    def _read(self, row: dict[str, Any]) -> Tally:
        count = number(row["zjy_n"]) or Decimal(0)
        if self.average:
            return Tally(number(row["zjy_sum"]) or Decimal(0), count, paired=True)
        return Tally(count)

    def _cell(self, grain: Grain) -> Combinable:
        is_instant = _is_instant(self._placed(), "zjy_day")
        if grain is Grain.DAY:
            return TruncDate("zjy_day", tzinfo=clock.SHANGHAI) if is_instant else F("zjy_day")
        zone = {"tzinfo": clock.SHANGHAI} if is_instant else {}
        return _TRUNC[grain]("zjy_day", output_field=DateField(), **zone)

    def _ranked(self, rows: QuerySet[Any], names: list[str], period: Period) -> Cells:
        values: dict[tuple[str, date], list[Decimal]] = defaultdict(list)
        for row in rows.exclude(zjy_measure=None).values(*names, "zjy_measure"):
            values[_key(row, period)].append(number(row["zjy_measure"]) or Decimal(0))
        return {key: Tally(percentile(found, self.percentile or 50)) for key, found in values.items()}

    def _levels(self, period: Period, grain: Grain, by_city: bool) -> Cells:
        parts = [period] if grain is Grain.SPAN else list(period.split(grain))
        starts = {part.last_day: part.start for part in parts}
        instants = sorted(starts)
        rows = self._in_state(self._placed(), instants[0], instants[-1]).order_by()
        begin, end = _as_day(rows, "zjy_from"), _as_day(rows, "zjy_to") if self.to_field else None
        rows = rows.annotate(zjy_begin=begin, **({"zjy_end": end} if end else {}))
        names = ["zjy_begin", *(["zjy_end"] if end else []), *(["zjy_city"] if by_city and self.city else [])]
        found = self._sweep(rows, names, instants)
        return {(city, starts[instant]): Tally(level) for (city, instant), level in found.items()}

    def _sweep(
        self, rows: QuerySet[Any], names: list[str], instants: list[date]
    ) -> dict[tuple[str, date], Decimal]:
        if self.distinct:
            kept = rows.exclude(**{self.distinct: None}).values(*names, self.distinct).distinct()
            return stock.distinct_levels(
                ((_city(row), row[self.distinct], row["zjy_begin"], row.get("zjy_end")) for row in kept),
                instants,
            )
        grouped = rows.values(*names).annotate(**self._asked())
        return stock.levels(
            (
                (_city(row), row["zjy_begin"], row.get("zjy_end"), number(row["zjy_n"]) or Decimal(0))
                for row in grouped
            ),
            instants,
        )


def _reaches(model: Any, path: str) -> bool:
    """Whether a path of fields exists from a model."""
    for part in path.split("__"):
        try:
            found = model._meta.get_field(part)
        except FieldDoesNotExist:
            return False
        model = found.related_model
    return True


def _expression(path: Path) -> Combinable:
    return F(path) if isinstance(path, str) else path


def _is_instant(rows: QuerySet[Any], alias: str) -> bool:
    return isinstance(rows.query.annotations[alias].output_field, DateTimeField)


def _bounds(rows: QuerySet[Any], alias: str, period: Period) -> tuple[Any, Any]:
    """The ends of a period in the type of the column, so that its index serves."""
    if _is_instant(rows, alias):
        return period.start_at, period.end_at
    return period.start, period.end


def _as_day(rows: QuerySet[Any], alias: str) -> Combinable:
    return TruncDate(alias, tzinfo=clock.SHANGHAI) if _is_instant(rows, alias) else F(alias)


def _city(row: dict[str, Any]) -> str:
    return (row["zjy_city"] or UNPLACED) if "zjy_city" in row else REGION


def _key(row: dict[str, Any], period: Period) -> tuple[str, date]:
    return _city(row), max(row.get("zjy_cell", period.start), period.start)
