"""From gathered tables to records that can be counted (归集记录的构成): Ibis expressions, nothing is read here.

The same expression counts, groups and lists, on DuckDB and on Spark, and is what lineage is read from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhujianyun.base.codes import divisions
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION, UNPLACED

Table = Any  # ibis.Table: ibis takes half a second to import, so it is imported where it is needed
Select = Callable[..., Table]
_TRUNC = {Grain.DAY: "D", Grain.MONTH: "M", Grain.QUARTER: "Q", Grain.YEAR: "Y"}
_HOURS_AHEAD = 8  # Asia/Shanghai; instants land in UTC


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns say when, where and how much (口径列); see `lake.Gathered`."""

    select: Select | None
    day: str
    since: str
    until: str
    city: str
    division: str
    distinct: str
    measure: str

    def records(self, tables: list[Table]) -> Table:
        """The records with the columns by which they count (计数记录): ``zjy_city``, ``zjy_day`` and so on."""
        chosen = self.select(*tables) if self.select else tables[0]
        extra = {
            "zjy_day": _day(chosen, self.day),
            "zjy_since": _day(chosen, self.since),
            "zjy_until": _day(chosen, self.until),
            "zjy_measure": chosen[self.measure] if self.measure else None,
            "zjy_value": chosen[self.distinct] if self.distinct else None,
            "zjy_county": chosen[self.division].fill_null(UNPLACED) if self.division else None,
            "zjy_city": self._city(chosen),
        }
        return chosen.mutate(**{name: column for name, column in extra.items() if column is not None})

    def inside(self, records: Table, period: Period, city: str = REGION) -> Table:
        """The records of one cell (单格记录)."""
        import ibis

        if city:
            records = records.filter(records.zjy_city == city) if self.is_placed else records.filter(False)
        if self.day:
            first, after = ibis.date(period.start), ibis.date(period.end)
            return records.filter(records.zjy_day >= first, records.zjy_day < after)
        return self._in_state(records, period.last_day)

    def cells(self, records: Table, grain: Grain) -> Table:
        """With the first day of the cell that each record belongs to (所属期间)."""
        if not self.day or grain is Grain.SPAN:
            return records
        return records.mutate(zjy_cell=records.zjy_day.truncate(_TRUNC[grain]))

    @property
    def is_placed(self) -> bool:
        """Whether a record says where it belongs (是否分市)."""
        return bool(self.city or self.division)

    def asked(self, records: Table, average: bool) -> dict[str, Table]:
        """What is asked of each group (汇总)."""
        if self.distinct:
            return {"zjy_n": records.zjy_value.nunique()}
        if average:
            return {"zjy_sum": records.zjy_measure.sum(), "zjy_n": records.zjy_measure.count()}
        return {"zjy_n": records.zjy_measure.sum() if self.measure else records.count()}

    def _in_state(self, records: Table, day: date) -> Table:
        import ibis

        on = ibis.date(day)
        if self.since:
            records = records.filter(records.zjy_since <= on)
        if self.until:
            records = records.filter(records.zjy_until.isnull() | (records.zjy_until > on))
        return records

    def _city(self, chosen: Table) -> Table | None:
        """The code of the city; what is no city of the region counts as 未归属."""
        import ibis

        if not self.is_placed:
            return None
        code = chosen[self.city] if self.city else chosen[self.division].substr(0, 4).concat("00")
        known = sorted(row.code for row in divisions.cities())
        return ibis.cases((code.isin(known), code), else_=UNPLACED)


def _day(chosen: Table, name: str) -> Table | None:
    import ibis

    if not name:
        return None
    column = chosen[name]
    return (column + ibis.interval(hours=_HOURS_AHEAD)).date() if column.type().is_timestamp() else column
