"""What is known of some indicators in some periods (已知数值), read in one query.

A period that is whole has a snapshot of its own. One that was cut in the past ("to 19 December")
is added up from its days where that is allowed, and counted from the records where it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import display
from zhujianyun.kernel.indicator.models import Snapshot, State
from zhujianyun.kernel.indicator.periods import Grain, Period, of
from zhujianyun.kernel.indicator.records import REGION
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.snapshots import newest, tally_of
from zhujianyun.kernel.indicator.tally import Tally, adds_over_time, roll_up
from zhujianyun.kernel.indicator.units import Kind, Qualifier

Place = tuple[str, Grain, date, str]  # code, grain, first day, city


@dataclass(frozen=True, slots=True)
class Stand:
    """What one cell is known to be (单格已知值); nothing loaded: nobody ever counted it."""

    tally: Tally
    qualifier: Qualifier = Qualifier.EXACT
    version: str = ""
    state: State = State.OPEN
    reason: str = ""
    loaded_at: datetime | None = None
    snapshot_id: int = 0


class Known:
    """The last known snapshots of some cells, and what follows from them (已知数值表)."""

    def __init__(
        self, definitions: Sequence[Definition], wanted: Iterable[Period], cities: Iterable[str],
        known_at: datetime | None = None,
    ) -> None:  # fmt: skip
        self.known_at = known_at
        self._definitions = {d.code: d for d in definitions}
        self._rows: dict[Place, Snapshot] = {}
        places = Q(pk__in=[])
        for period in wanted:
            places |= Q(grain=period.grain.value, period_start=period.start)
        cities = {*cities, REGION}
        self._load(Snapshot.objects.filter(places, indicator__in=list(self._definitions), city__in=cities))

    def stand(self, definition: Definition, period: Period, city: str = REGION) -> Stand:
        """What a cell is known to be (取单格)."""
        if _is_cut_short(period, self.known_at):
            return self._cut(definition, period, city)
        row = self._rows.get((definition.code, period.grain, period.start, city))
        if row is not None:
            return _stand(row, definition)
        region = self._rows.get((definition.code, period.grain, period.start, REGION))
        if region is None or not city or not definition.by_city:
            return Stand(Tally(None), reason="无数据")
        if region.numerator is None:
            return Stand(Tally(None), reason=region.reason or "无数据")
        # Beside a counted region a city without a row has nothing.
        return Stand(
            definition.source().nothing, version=region.version, state=State(region.state),
            loaded_at=region.loaded_at, snapshot_id=region.pk,
        )  # fmt: skip

    def frozen_text(self, definition: Definition, period: Period, city: str) -> str:
        """What was printed before a frozen value was revised (冻结值)."""
        rows = Snapshot.objects.filter(
            indicator=definition.code, grain=period.grain.value, period_start=period.start, city=city,
        ).exclude(state=State.RESTATED)  # fmt: skip
        row = rows.order_by("-pk").first()
        if row is None:
            return display.show(definition.source().nothing, definition.unit).text
        return display.show(tally_of(row, definition), definition.unit, Qualifier(row.qualifier)).text

    def _cut(self, definition: Definition, period: Period, city: str) -> Stand:
        """A period cut in the past: its days added up, or its records counted."""
        daily = Snapshot.objects.filter(
            indicator=definition.code, grain=Grain.DAY.value, period_start__gte=period.start,
            period_start__lt=period.end, city__in={city, REGION},
        )  # fmt: skip
        rows = list(newest(self._until(daily)))
        region = [row for row in rows if row.city == REGION]
        if not region:
            return Stand(Tally(None), reason="无数据")
        last = max(rows, key=lambda row: row.pk)
        if adds_over_time(definition.aggregate) and not _is_cohort(definition):
            tally = roll_up(
                [tally_of(r, definition) for r in rows if r.city == city], definition.aggregate, over="time"
            )
        elif definition.kind is Kind.STOCK:
            return self._closing(definition, rows, period, city)
        else:
            tally = definition.tally(period, city, known_by=period.last_day)
        versions = {row.version for row in region}
        return Stand(
            tally, Qualifier(last.qualifier), versions.pop() if len(versions) == 1 else "mixed",
            State(last.state), loaded_at=last.loaded_at, snapshot_id=last.pk,
        )  # fmt: skip

    def _closing(self, definition: Definition, rows: list[Snapshot], period: Period, city: str) -> Stand:
        on_last = {row.city: row for row in rows if row.period_start == period.last_day}
        if city in on_last:
            return _stand(on_last[city], definition)
        if REGION not in on_last:
            return Stand(Tally(None), reason="无数据")
        region = _stand(on_last[REGION], definition)
        return Stand(definition.source().nothing, region.qualifier, region.version, region.state,
                     loaded_at=region.loaded_at, snapshot_id=region.snapshot_id)  # fmt: skip

    def _load(self, rows: QuerySet[Snapshot]) -> None:
        for row in newest(self._until(rows)):
            self._rows[row.indicator, Grain(row.grain), row.period_start, row.city] = row

    def _until(self, rows: QuerySet[Snapshot]) -> QuerySet[Snapshot]:
        return rows if self.known_at is None else rows.filter(loaded_at__lte=self.known_at)


def _stand(row: Snapshot, definition: Definition) -> Stand:
    return Stand(
        tally_of(row, definition), Qualifier(row.qualifier), row.version, State(row.state), row.reason,
        row.loaded_at, row.pk,
    )  # fmt: skip


def _is_cut_short(period: Period, known_at: datetime | None) -> bool:
    """Whether days that have passed are missing from the period's end."""
    if period.grain is Grain.SPAN:
        return True
    today = clock.local_day(known_at) if known_at else clock.today()
    return period.end < of(period.grain, period.start).end and period.last_day < today


def _is_cohort(definition: Definition) -> bool:
    return getattr(definition.declared, "basis", "") == "cohort"
