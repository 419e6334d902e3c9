"""What is known of the indicators (指标查询): the one door for walls, pages, command line and gateway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.indicator import counties, display, drilling, figures, periods, registry, snapshots
from zhujianyun.kernel.indicator.compare import Against, Comparison, Reading, compare
from zhujianyun.kernel.indicator.drilling import Columns, Drill
from zhujianyun.kernel.indicator.figures import Figure
from zhujianyun.kernel.indicator.known import Known, Stand
from zhujianyun.kernel.indicator.lake import Gathered
from zhujianyun.kernel.indicator.models import DefinitionVersion, Refresh, Snapshot
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION, UNPLACED, Records
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.sources import BoundRatio, Reported, Source
from zhujianyun.kernel.indicator.tally import Aggregate, Tally, number, percentile
from zhujianyun.kernel.indicator.units import Qualifier

__all__ = [
    "Columns", "Drill", "Figure", "FigureRow", "Point", "by_city", "by_county", "changes_since", "columns", "definition_history",
    "drill", "figure", "figures_of", "figures_table", "january_and_february", "latest", "newest_snapshot",
    "record_rows", "series", "series_by_city", "state_mark",
]  # fmt: skip

drill = drilling.drill
columns = drilling.columns
figures_of = figures.figures
by_county = counties.by_county


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a series (序列点); a day nobody counted is missing, not zero."""

    period: Period
    value: Decimal | None
    text: str
    numerator: Decimal | None
    denominator: Decimal | None
    qualifier: Qualifier
    version: str
    is_break: bool  # the definition changed since the point before: draw a mark, 口径调整


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure computed from its records, for the command line and the yearbook (指标表行)."""

    code: str
    name: str
    value: str
    qualifier: str
    unit: str
    numerator: Decimal | None
    denominator: Decimal | None
    records: int
    definition: str
    agrees: bool  # figure = drill result
    number: Decimal | None = None  # for programs: rates as printed, all else with every digit that is kept


def latest(code: str, period: Period, city: str = REGION, known_at: datetime | None = None) -> Stand:
    """The last known value of a cell, with nothing around it (最新值)."""
    definition = registry.get(code)
    return Known([definition], [period], [city], known_at).stand(definition, period, city)


def figure(code: str, period: Period, city: str = REGION, known_at: datetime | None = None) -> Figure:
    """One figure (取指标). Several at once: `figures_of`."""
    return figures.figures([code], period, city, known_at)[0]


def by_city(code: str, period: Period, known_at: datetime | None = None) -> dict[str, Figure]:
    """The figure of every city of the region, by code; 未归属 when it has something (分市指标)."""
    definition = registry.get(code)
    if not definition.by_city:
        return {}
    codes = [division.code for division in divisions.cities(period.last_day)]
    row = figures.table([code], period, [*codes, UNPLACED], known_at)[0]
    unplaced = row.pop(UNPLACED)
    return row | ({UNPLACED: unplaced} if unplaced.value else {})


def series(
    code: str, grain: Grain | str, period: Period, city: str = REGION, known_at: datetime | None = None
) -> list[Point]:
    """A figure over the parts of a period (时间序列)."""
    definition = registry.get(code)
    parts = [periods.of(Grain(grain), part.start) for part in period.split(Grain(grain))]
    return _points(definition, Known([definition], parts, [city], known_at), parts, city)


def series_by_city(
    code: str, grain: Grain | str, period: Period, known_at: datetime | None = None
) -> dict[str, list[Point]]:
    """A figure over the parts of a period for every city, in one reading (分市序列)."""
    definition = registry.get(code)
    if not definition.by_city:
        return {}
    parts = [periods.of(Grain(grain), part.start) for part in period.split(Grain(grain))]
    cities = [division.code for division in divisions.cities(period.last_day)]
    known = Known([definition], parts, cities, known_at)
    return {city: _points(definition, known, parts, city) for city in cities}


def january_and_february(code: str, year: int, city: str = REGION) -> Comparison:
    """January and February together against the year before, since the Spring Festival moves (1—2月同比)."""
    definition = registry.get(code)
    now = periods.january_and_february(year)
    base = now.year_earlier()
    known = Known([definition], [], [city])
    readings = []
    for period in (now, base):
        stand = known.stand(definition, period, city)
        readings.append(Reading(stand.tally, stand.qualifier, stand.version) if stand.loaded_at else None)
    return compare(*readings, unit=definition.unit, kind=definition.kind, against=Against.YEAR_EARLIER)


def definition_history(code: str) -> list[DefinitionVersion]:
    """Every wording that was in force, first first (口径沿革)."""
    return list(DefinitionVersion.objects.filter(indicator=code).order_by("pk"))


def newest_snapshot() -> int:
    """The highest snapshot number; cheap enough to ask five times a second (最新快照号)."""
    return Snapshot.objects.aggregate(last=Max("pk"))["last"] or 0


def state_mark() -> tuple[int, datetime | None]:
    """Another one as soon as any figure may read otherwise: newest snapshot, newest confirmation (状态标记)."""
    return newest_snapshot(), Refresh.objects.aggregate(last=Max("confirmed_at"))["last"]


def changes_since(snapshot_id: int) -> list[tuple[int, str]]:
    """Which indicators changed after a snapshot number, with their latest number (变更通知)."""
    rows = Snapshot.objects.filter(pk__gt=snapshot_id).order_by("pk").values_list("indicator", "pk")
    latest_of = dict(rows)  # not grouped by the database: it would read the whole index
    return sorted((number, code) for code, number in latest_of.items())


def figures_table(year: int, app: str | None = None) -> list[FigureRow]:
    """Every figure of a year, computed from the records and held against its drill-down (年度指标表).

    Raises:
        RuleBroken: no app of that name declares an indicator.
    """
    definitions = registry.all_(app)
    if app is not None and not definitions:
        raise RuleBroken(f"没有名为 {app} 的应用登记过指标，请核对应用名。", rule="indicator.app", app=app)
    period = periods.year(year).cut(max(clock.today(), periods.year(year).start))
    return [_row(definition, period) for definition in definitions]


def record_rows(
    code: str, year: int, limit: int | None = None, side: str = "denominator"
) -> tuple[list[str], list[list[Any]], int]:
    """Header, records and their number, for the command line (指标记录表). Of a ratio: one side.

    Raises:
        NotFound: nobody declares the code.
    """
    definition = registry.get(code)
    source = definition.source(clock.today())
    records = getattr(source, side) if isinstance(source, BoundRatio) else source
    rows = drilling.rows_of(records, periods.year(year).cut(clock.today()))
    shown = drilling.columns(code, rows[:limit] if limit is not None else rows)
    return shown.header, [row["cells"] for row in shown.rows], drilling.len_of(rows)


def _points(definition: Definition, known: Known, parts: list[Period], city: str) -> list[Point]:
    points: list[Point] = []
    before = ""
    for part in parts:
        stand = known.stand(definition, part, city)
        points.append(_point(definition, part, stand, before))
        before = stand.version or before
    return points


def _point(definition: Definition, part: Period, stand: Stand, before: str) -> Point:
    return Point(
        period=part, value=stand.tally.scaled(definition.unit.scale),
        text=display.show(stand.tally, definition.unit, stand.qualifier, stand.reason).text,
        numerator=stand.tally.numerator, denominator=stand.tally.denominator, qualifier=stand.qualifier,
        version=stand.version, is_break=bool(before and stand.version and stand.version != before),
    )  # fmt: skip


def _row(definition: Definition, period: Period) -> FigureRow:
    source = definition.source(clock.today())
    tally = source.tally(period)
    shown = display.show(tally, definition.unit, definition.qualifier)
    records, agrees = _checked(source, tally, period)
    is_ratio = tally.paired
    return FigureRow(
        code=definition.code, name=definition.zh, value=shown.number, qualifier=definition.qualifier.value,
        unit=definition.unit.zh, numerator=_trimmed(tally.numerator) if is_ratio else None,
        denominator=_trimmed(tally.denominator) if is_ratio else None, records=records,
        definition=definition.text_zh.replace("\n", " "), agrees=agrees, number=_number(definition, tally, shown),
    )  # fmt: skip


def _number(definition: Definition, tally: Tally, shown: display.Formatted) -> Decimal | None:
    if tally.value is None or definition.unit.is_rate:
        return None if tally.value is None else Decimal(shown.number.replace(",", ""))
    return _trimmed(snapshots.stored(tally.scaled(definition.unit.scale)))


def _checked(source: Source, tally: Tally, period: Period) -> tuple[int, bool]:
    """How many records stand behind a tally, and whether listing them gives the same number."""
    if isinstance(source, BoundRatio):
        top, agrees_above = _checked(source.numerator, source.numerator.tally(period), period)
        bottom, agrees_below = _checked(source.denominator, source.denominator.tally(period), period)
        return bottom, agrees_above and agrees_below and top >= 0
    rows = drilling.rows_of(source, period)
    count = drilling.len_of(rows)
    if isinstance(source, Reported):
        return count, (tally.value is not None) == (count > 0)
    if isinstance(source, Gathered):
        return count, _gathered_agrees(source, tally, rows)
    if not isinstance(source, Records) or _is_headcount(source):
        return count, tally.numerator == count
    if source.percentile:
        values = [
            number(value) or Decimal(0)
            for value in rows.values_list("zjy_measure", flat=True)
            if value is not None
        ]
        return count, tally.value == percentile(values, source.percentile)
    return count, tally.numerator == drilling.measured(source, rows)


def _gathered_agrees(source: Gathered, tally: Tally, rows: Any) -> bool:
    """What was never gathered has neither a number nor rows."""
    if tally.numerator is None:
        return not len(rows)
    return tally.numerator == (rows.total() if source.measure else len(rows))


def _is_headcount(source: Records) -> bool:
    """Whether the number is a number of rows."""
    return source.aggregate in (Aggregate.COUNT, Aggregate.DISTINCT) or (
        source.aggregate is Aggregate.LAST and not source.measure
    )


def _trimmed(value: Decimal | None) -> Decimal | None:
    """Without trailing zeros: 4185, 12.5."""
    if value is None:
        return None
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def rows_agree(rows: Sequence[FigureRow]) -> bool:
    """Whether every figure equals its records (数记一致)."""
    return all(row.agrees for row in rows)
