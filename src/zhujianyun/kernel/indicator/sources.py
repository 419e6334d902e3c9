"""Other things a number can come from (其他来源): two indicators, a registry in memory, another body's verdict.

Each answers the same questions as Records: `tally`, `grouped`, and where there is something to
list, `rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol

from django.db.models import F, QuerySet

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.indicator.lake import Gathered
from zhujianyun.kernel.indicator.periods import ONE_DAY, Grain, Period, of
from zhujianyun.kernel.indicator.records import REGION, Cells, Records
from zhujianyun.kernel.indicator.tally import Aggregate, Tally, number

Basis = Literal["same_period", "cohort"]
_LONG_AGO, _FAR_OFF = date(1900, 1, 1), date(9990, 1, 1)
BASIS_ZH = {"same_period": "同期口径", "cohort": "受理批次口径"}


class Source(Protocol):
    """What a number is computed from (数据来源)."""

    @property
    def aggregate(self) -> Aggregate: ...

    @property
    def nothing(self) -> Tally: ...

    def tally(self, period: Period, city: str = REGION) -> Tally: ...

    def grouped(self, period: Period, grain: Grain, by_city: bool = True) -> Cells: ...


@dataclass(frozen=True, slots=True)
class Ratio:
    """One number over another (比率): codes of indicators, or Records that no tile shows alone.

    `same_period` 同期口径: what was concluded in the period over what was accepted in it; may exceed
    one. `cohort` 受理批次口径: of those accepted in the period, how many are concluded by the as-of
    day; never exceeds one. For a cohort the two sides must be records of the same model.
    """

    numerator: str | Records | Gathered
    denominator: str | Records | Gathered
    basis: Basis = "same_period"

    def bound(self, resolve: Callable[[str], Source], known_by: date | None = None) -> BoundRatio:
        """The ratio with its two sides found (绑定).

        Raises:
            RuleBroken: a side is itself not records, or the sides of a cohort do not match.
        """
        top = resolve(self.numerator) if isinstance(self.numerator, str) else self.numerator
        bottom = resolve(self.denominator) if isinstance(self.denominator, str) else self.denominator
        if not isinstance(top, Records | Gathered) or not isinstance(bottom, Records | Gathered):
            raise RuleBroken(
                "比率的分子和分母必须各是一组记录，不能再是比率或外部评定值。", rule="indicator.ratio_parts"
            )
        if isinstance(top, Gathered) or isinstance(bottom, Gathered):
            return BoundRatio(top, bottom, "same_period", reached=top)
        counted = cohort(top, bottom, known_by) if self.basis == "cohort" else top
        return BoundRatio(counted, bottom, self.basis, reached=top)


@dataclass(frozen=True, slots=True)
class BoundRatio:
    """A ratio whose sides are records (已绑定比率)."""

    numerator: Records | Gathered
    denominator: Records | Gathered
    basis: Basis
    reached: Records | Gathered  # the numerator dated by its own day, also in a cohort

    @property
    def aggregate(self) -> Aggregate:
        """Ratios are added by their parts (汇总方式)."""
        return Aggregate.RATIO

    @property
    def nothing(self) -> Tally:
        """Zero over zero, which prints as a dash (空值)."""
        return Tally(Decimal(0), Decimal(0), paired=True)

    def tally(self, period: Period, city: str = REGION) -> Tally:
        """Numerator and denominator of one cell (单格计数)."""
        return over(self.numerator.tally(period, city), self.denominator.tally(period, city))

    def grouped(self, period: Period, grain: Grain, by_city: bool = True) -> Cells:
        """Every cell of a grain, by two queries (分组计数)."""
        tops = self.numerator.grouped(period, grain, by_city)
        bottoms = self.denominator.grouped(period, grain, by_city)
        return {
            key: over(tops.get(key, self.numerator.nothing), bottoms.get(key, self.denominator.nothing))
            for key in tops.keys() | bottoms.keys()
        }

    def earlier_days(self, days: Iterable[date]) -> set[date]:
        """The days of acceptance of what reached the numerator on these days (所属受理日)."""
        found: set[date] = set()
        if not isinstance(self.reached, Records) or not isinstance(self.denominator, Records):
            return found
        for on in days:
            reached = self.reached.rows(of(Grain.DAY, on)).order_by().values("pk")
            cells = replace(self.denominator, queryset=self.denominator.queryset.filter(pk__in=reached))
            found |= {
                start for _, start in cells.grouped(Period(Grain.SPAN, _LONG_AGO, _FAR_OFF), Grain.DAY, False)
            }
        return found


@dataclass(frozen=True, slots=True)
class Listing:
    """Things counted from a registry in memory, such as declared screens (登记清单). No city."""

    read: Callable[[], Sequence[Any]]

    @property
    def aggregate(self) -> Aggregate:
        """A state, read now (汇总方式)."""
        return Aggregate.NONE

    @property
    def nothing(self) -> Tally:
        """Nothing declared (空值)."""
        return Tally(Decimal(0))

    def rows(self, period: Period, city: str = REGION) -> Sequence[Any]:
        """The things themselves (清单)."""
        return [] if city else self.read()

    def tally(self, period: Period, city: str = REGION) -> Tally:
        """How many there are (计数)."""
        return Tally(Decimal(len(self.rows(period, city))))

    def grouped(self, period: Period, grain: Grain, by_city: bool = True) -> Cells:
        """Only the latest cell: a registry keeps no history (分组计数)."""
        parts = [period] if grain is Grain.SPAN else list(period.split(grain))
        return {(REGION, parts[-1].start): self.tally(period)}


@dataclass(frozen=True, slots=True)
class Reported:
    """A score or rank given by another body (外部评定): the last one dated in the period.

    Never added, never averaged; rows without an evidence file are passed over.
    """

    queryset: QuerySet[Any]
    day: str
    value: str
    evidence: str

    @property
    def aggregate(self) -> Aggregate:
        """None: such a number stands alone (汇总方式)."""
        return Aggregate.NONE

    @property
    def nothing(self) -> Tally:
        """Missing, which is not zero (空值)."""
        return Tally(None)

    def rows(self, period: Period, city: str = REGION) -> QuerySet[Any]:
        """The verdicts of the period that carry evidence, last first (评定记录)."""
        if city:
            return self.queryset.none()
        dated = self.queryset.annotate(zjy_day=F(self.day), zjy_proof=F(self.evidence)).exclude(
            zjy_proof=None
        )
        if dated.query.annotations["zjy_proof"].output_field.empty_strings_allowed:
            dated = dated.exclude(zjy_proof="")
        return dated.filter(zjy_day__gte=period.start, zjy_day__lt=period.end).order_by("-zjy_day", "-pk")

    def tally(self, period: Period, city: str = REGION) -> Tally:
        """The last verdict (最近一次评定值)."""
        return Tally(number(self.rows(period, city).values_list(self.value, flat=True).first()))

    def grouped(self, period: Period, grain: Grain, by_city: bool = True) -> Cells:
        """One cell per period in which a verdict was given, by one query (分组)."""
        answer: Cells = {}
        for day, value in self.rows(period).reverse().values_list("zjy_day", self.value):
            start = period.start if grain is Grain.SPAN else max(period.start, of(grain, day).start)
            answer[REGION, start] = Tally(number(value))
        return answer


def over(top: Tally, bottom: Tally) -> Tally:
    """One tally over another; means contribute their values' two parts (相除)."""
    return Tally(_whole(top), _whole(bottom), paired=True)


def cohort(top: Records, bottom: Records, known_by: date | None) -> Records:
    """Those of the denominator that are also in the numerator by a day, dated like the denominator.

    Raises:
        RuleBroken: the two sides are records of different models, so nobody is "the same case".
    """
    if top.queryset.model is not bottom.queryset.model:
        raise RuleBroken(
            "受理批次口径要求分子、分母是同一类记录，请改用同期口径。", rule="indicator.cohort_model",
            numerator=top.queryset.model.__name__, denominator=bottom.queryset.model.__name__,
        )  # fmt: skip
    reached = top.rows(Period(Grain.SPAN, _LONG_AGO, known_by + ONE_DAY if known_by else _FAR_OFF))
    return replace(bottom, queryset=bottom.queryset.filter(pk__in=reached.order_by().values("pk")))


def _whole(tally: Tally) -> Decimal | None:
    return tally.value if tally.paired else tally.numerator
