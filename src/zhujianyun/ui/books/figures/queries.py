"""The book of indicators (指标册): every definition with what stands beside it, read in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import Grain, Kind, Period, display, queries, registry, wording
from zhujianyun.kernel.indicator.figures import Figure
from zhujianyun.kernel.indicator.freshness import FRESHNESS_ZH
from zhujianyun.kernel.indicator.known import Known
from zhujianyun.kernel.indicator.models import DefinitionVersion, PeriodState, Snapshot, State, Target
from zhujianyun.kernel.indicator.records import REGION
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.snapshots import tally_of
from zhujianyun.kernel.indicator.tally import Aggregate
from zhujianyun.ui.books.figures.drawing import sparkline
from zhujianyun.ui.books.ledger import words
from zhujianyun.ui.workbench.listing import city_zh

KINDS_ZH = {
    Kind.FLOW: "流量", Kind.STOCK: "存量", Kind.RATIO: "比率", Kind.DURATION: "时长", Kind.EXTERNAL: "外部评定",
}  # fmt: skip
DIRECTIONS_ZH = {"up": "越高越好", "down": "越低越好", "band": "在区间内为好"}
# How a number may be rolled up: over cities, over time, how. Source: screens-indicators §1.2.
ADDITIVITY_ZH = {
    Aggregate.COUNT: ("可加", "可加", "直接相加"), Aggregate.SUM: ("可加", "可加", "直接相加"),
    Aggregate.LAST: ("可加（每条记录只属一市）", "不可加", "取期末值"),
    Aggregate.DISTINCT: ("不可加", "不可加", "按各级记录重新去重计数"),
    Aggregate.RATIO: ("不可加", "不可加", "分子合计 ÷ 分母合计"), Aggregate.MEAN: ("不可加", "不可加", "总量合计 ÷ 个数合计"),
    Aggregate.PERCENTILE: ("不可加", "不可加", "按记录重新计算"), Aggregate.NONE: ("不可加", "不可加", "不汇总"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One indicator in the book (指标册行)."""

    definition: Definition
    kind: str
    value: str
    reason: str
    freshness: str
    freshness_zh: str
    target: str
    versions: int
    line: str  # a small drawing of the months

    @property
    def text_zh(self) -> str:
        """The definition as the public reads it (口径)."""
        return self.definition.text_zh


@dataclass(frozen=True, slots=True)
class Filters:
    """What the book is narrowed to (筛选条件)."""

    q: str = ""
    app: str = ""
    kind: str = ""
    steward: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """As they stand in the address (读取筛选条件)."""
        return cls(*(given.get(name, "").strip()[:80] for name in cls.__slots__))


def chosen(wanted: Filters) -> list[Definition]:
    """The definitions that fit, by code (指标筛选): every word is found in code, name, wording or steward."""
    found = sorted(registry.all_(), key=lambda one: one.code)
    return [one for one in found if _fits(one, wanted)]


def _fits(one: Definition, wanted: Filters) -> bool:
    text = " ".join((one.code, one.zh, one.text_zh, one.steward)).lower()
    return (
        wanted.app in ("", one.app)
        and wanted.kind in ("", one.kind.value)
        and wanted.steward in ("", one.steward)
        and all(word in text for word in wanted.q.lower().split())
    )


def lines(definitions: list[Definition]) -> list[Line]:
    """The lines of the book for this year (指标册). The queries do not grow with the indicators."""
    year = Period.year(clock.today().year)
    codes = [one.code for one in definitions]
    found = queries.figures_of(codes, year)
    drawn = _months(definitions, year)
    counted = dict(
        DefinitionVersion.objects.filter(indicator__in=codes)
        .values_list("indicator")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return [_line(figure, drawn[figure.code], counted.get(figure.code, 0)) for figure in found]


def _line(figure: Figure, values: list[Decimal | None], versions: int) -> Line:
    one = figure.definition
    return Line(
        one, KINDS_ZH[one.kind], figure.text, figure.shown.reason, str(figure.freshness.value),
        FRESHNESS_ZH[figure.freshness], target_zh(figure), versions, sparkline(values, label=f"{one.zh}逐月"),
    )  # fmt: skip


def target_zh(figure: Figure) -> str:
    """What is aimed at (目标); a dash without one."""
    if figure.aim is None:
        return "—"
    sign = {"up": "≥", "down": "≤", "band": "±"}[figure.aim.direction]
    value = figure.aim.value * figure.unit.scale
    return f"{sign} {value.normalize():f}{figure.unit.zh}"


def _months(definitions: list[Definition], year: Period) -> dict[str, list[Decimal | None]]:
    """The months of the year so far, as they are known (逐月数值). One query."""
    parts = [part for part in year.split(Grain.MONTH) if part.start <= clock.today()]
    known = Known(definitions, parts, [REGION])
    return {
        one.code: [known.stand(one, part, REGION).tally.scaled(one.unit.scale) for part in parts]
        for one in definitions
    }


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything about one indicator (指标档案)."""

    definition: Definition
    figure: Figure
    kind: str
    additivity: tuple[str, str, str]
    lineage: list[tuple[str, str]]
    parts: list[Definition]
    points: list[queries.Point]
    drawing: str
    versions: list[tuple[DefinitionVersion, str]]
    periods: list[PeriodState]
    restated: list[dict[str, Any]]
    targets: list[Target]
    cities: list[tuple[str, Figure]]


def dossier(code: str, year: int) -> Dossier:
    """Everything about one indicator in a year (指标档案).

    Raises:
        NotFound: nobody declares the code.
    """
    one, period = registry.get(code), Period.year(year)
    figure = queries.figure(code, period)
    points = [
        point for point in queries.series(code, Grain.MONTH, period) if point.period.start <= clock.today()
    ]
    return Dossier(
        definition=one, figure=figure, kind=KINDS_ZH[one.kind], additivity=ADDITIVITY_ZH[one.aggregate],
        lineage=[(verb, _verb_zh(verb)) for verb in registry.watched(one)],
        parts=[registry.get(part) for part in registry.parts(one)], points=points,
        drawing=sparkline([point.value for point in points], label=f"{one.zh}逐月", width=420, height=90),
        versions=[(row, wording.chinese(row.text)) for row in queries.definition_history(code)[::-1]],
        periods=list(PeriodState.objects.filter(indicator=code).order_by("-period_start", "grain")[:60]),
        restated=_restated(one), targets=list(Target.objects.filter(indicator=code).order_by("-period_start", "city")[:60]),
        cities=_cities(code, period),
    )  # fmt: skip


def _verb_zh(verb: str) -> str:
    return (
        f"{words.verb_zh(verb.removesuffix('.*') + '.open').partition('·')[0]}的全部动作"
        if verb.endswith(".*")
        else words.verb_zh(verb)
    )


def _cities(code: str, period: Period) -> list[tuple[str, Figure]]:
    return [(city_zh(city) or "未归属", figure) for city, figure in queries.by_city(code, period).items()]


def _restated(one: Definition) -> list[dict[str, Any]]:
    """Values that were revised after they were frozen, with what stood before (修订记录)."""
    rows = Snapshot.objects.filter(indicator=one.code, state=State.RESTATED, city=REGION).order_by("-pk")[:30]
    return [_revision(one, row) for row in rows]


def _revision(one: Definition, row: Snapshot) -> dict[str, Any]:
    before = Snapshot.objects.filter(
        indicator=one.code, grain=row.grain, period_start=row.period_start, city=row.city, pk__lt=row.pk
    )
    earlier = before.order_by("-pk").first()
    return {
        "grain": row.get_grain_display(), "start": row.period_start, "reason": row.reason, "at": row.loaded_at,
        "now": display.show(tally_of(row, one), one.unit).text,
        "before": display.show(tally_of(earlier, one), one.unit).text if earlier else "—",
    }  # fmt: skip


def years() -> list[int]:
    """The years that have a figure (有数据的年份), newest first."""
    rows: Iterable[date] = (
        Snapshot.objects.filter(grain=Grain.YEAR.value).values_list("period_start", flat=True).distinct()
    )
    return sorted({clock.today().year, *(day.year for day in rows)}, reverse=True)


def stewards() -> list[str]:
    """Who answers for indicators (负责处室)."""
    return sorted({one.steward for one in registry.all_() if one.steward})


def apps() -> list[tuple[str, int]]:
    """The apps that declare indicators, with how many (应用)."""
    found: dict[str, int] = defaultdict(int)
    for one in registry.all_():
        found[one.app] += 1
    return sorted(found.items())
