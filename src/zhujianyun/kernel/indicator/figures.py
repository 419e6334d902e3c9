"""A figure as everybody reads it (指标读数): value, text, comparison, target, freshness; from snapshots only.

Many figures are read together: the number of queries does not grow with the number of tiles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import display, freshness, registry, targets
from zhujianyun.kernel.indicator.compare import Against, Comparison, Reading, compare
from zhujianyun.kernel.indicator.display import Formatted
from zhujianyun.kernel.indicator.known import Known, Stand
from zhujianyun.kernel.indicator.models import Refresh, State, Target
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.snapshots import EVERYTHING
from zhujianyun.kernel.indicator.targets import Aim, Verdict
from zhujianyun.kernel.indicator.units import Qualifier, Unit

ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with everything that may stand beside it (指标读数)."""

    definition: Definition
    period: Period
    city: str
    shown: Formatted
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    qualifier: Qualifier
    definition_version: str
    state: State
    reason: str
    as_of: datetime | None  # true when
    loaded_at: datetime | None  # known when: the last change
    confirmed_at: datetime | None  # the last time it was looked at
    freshness: freshness.Freshness
    yoy: Comparison
    mom: Comparison | None  # none for years
    target: Verdict | None
    aim: Aim | None
    frozen_text: str  # what the frozen value printed, when it was revised
    snapshot_id: int

    @property
    def code(self) -> str:
        """Its code (代码)."""
        return self.definition.code

    @property
    def zh(self) -> str:
        """Its name (名称)."""
        return self.definition.zh

    @property
    def unit(self) -> Unit:
        """Its unit (单位)."""
        return self.definition.unit

    @property
    def text(self) -> str:
        """As it is printed: 97.7%, 192万条以上, — (显示文本)."""
        return self.shown.text

    @property
    def is_revised(self) -> bool:
        """Whether a frozen value was revised: pages print 修订 and both values (是否修订)."""
        return self.state == State.RESTATED


def figures(
    codes: Iterable[str], period: Period, city: str = REGION, known_at: datetime | None = None
) -> list[Figure]:
    """Several figures of one period and city (批量取指标).

    With `known_at` what was known at that instant: snapshots loaded later do not exist.

    Raises:
        NotFound: a code that nobody declares.
    """
    return [row[city] for row in table(codes, period, [city], known_at)]


def table(
    codes: Iterable[str], period: Period, cities: Iterable[str], known_at: datetime | None = None
) -> list[dict[str, Figure]]:
    """Figures by city, one row per code (指标分市表)."""
    definitions = [registry.get(code) for code in codes]
    cities = list(cities)
    now = known_at or clock.now()
    bases = {Against.YEAR_EARLIER: period.year_earlier()}
    if period.grain is not Grain.YEAR:
        bases[Against.PREVIOUS] = period.previous()
    known = Known(definitions, [period, *bases.values()], cities, known_at)
    maker = _Maker(
        known, period, bases, now, confirmed(definitions, known_at), _aims(definitions, period, cities)
    )
    return [{city: maker.figure(definition, city) for city in cities} for definition in definitions]


class _Maker:
    """Puts figures together from what was read."""

    def __init__(
        self, known: Known, period: Period, bases: dict[Against, Period], now: datetime,
        confirmed: dict[str, datetime], aims: dict[tuple[str, str], Aim],
    ) -> None:  # fmt: skip
        self.known, self.period, self.bases, self.now = known, period, bases, now
        self.confirmed, self.aims = confirmed, aims

    def figure(self, definition: Definition, city: str) -> Figure:
        """One figure, or the empty one that says why it is empty."""
        stand = self.known.stand(definition, self.period, city)
        confirmed = self.confirmed.get(definition.code)
        aim = self.aims.get((definition.code, city))
        shown = display.show(stand.tally, definition.unit, stand.qualifier, stand.reason)
        value = stand.tally.scaled(definition.unit.scale)
        return Figure(
            definition=definition, period=self.period, city=city, shown=shown, value=value,
            numerator=stand.tally.numerator, denominator=stand.tally.denominator, qualifier=stand.qualifier,
            definition_version=stand.version or definition.version, state=stand.state,
            reason=stand.reason or shown.reason, as_of=self._as_of(stand, confirmed), loaded_at=stand.loaded_at,
            confirmed_at=confirmed, freshness=self._freshness(definition, confirmed),
            yoy=self._against(Against.YEAR_EARLIER, definition, stand, city),
            mom=self._against(Against.PREVIOUS, definition, stand, city) if Against.PREVIOUS in self.bases else None,
            target=targets.judge(value, aim) if aim else None, aim=aim,
            frozen_text=self.known.frozen_text(definition, self.period, city) if stand.state == State.RESTATED else "",
            snapshot_id=stand.snapshot_id,
        )  # fmt: skip

    def _against(self, against: Against, definition: Definition, now: Stand, city: str) -> Comparison:
        base = self.known.stand(definition, self.bases[against], city)
        return compare(
            _reading(now), _reading(base), unit=definition.unit, kind=definition.kind, against=against
        )

    def _freshness(self, definition: Definition, confirmed: datetime | None) -> freshness.Freshness:
        """A period that is over cannot grow old."""
        if self.period.end_at <= self.now and confirmed is not None and confirmed >= self.period.end_at:
            return freshness.Freshness.FRESH
        return freshness.state(confirmed, definition.freshness_minutes, self.now)

    def _as_of(self, stand: Stand, confirmed: datetime | None) -> datetime | None:
        if stand.loaded_at is None:
            return None
        return min(max(confirmed or stand.loaded_at, stand.loaded_at), self.period.end_at - ONE_SECOND)


def _reading(stand: Stand) -> Reading | None:
    return Reading(stand.tally, stand.qualifier, stand.version) if stand.loaded_at else None


def confirmed(definitions: list[Definition], known_at: datetime | None = None) -> dict[str, datetime]:
    """When each was last looked at; the beat speaks for all that follow the journal (最近确认)."""
    rows = {row.indicator: row.confirmed_at for row in Refresh.objects.filter(
        indicator__in=[EVERYTHING, *(d.code for d in definitions)])}  # fmt: skip
    beat = rows.get(EVERYTHING)
    found: dict[str, datetime] = {}
    for definition in definitions:
        times = [rows.get(definition.code), beat if registry.watched(definition) else None]
        seen = [time if known_at is None else min(time, known_at) for time in times if time]
        if seen and rows.get(definition.code):
            found[definition.code] = max(seen)
    return found


def _aims(definitions: list[Definition], period: Period, cities: list[str]) -> dict[tuple[str, str], Aim]:
    rows = Target.objects.filter(
        indicator__in=[d.code for d in definitions], grain=period.grain.value, period_start=period.start,
        city__in=cities,
    )  # fmt: skip
    return {(r.indicator, r.city): Aim(r.value, r.direction, r.tolerance, r.owner) for r in rows}
