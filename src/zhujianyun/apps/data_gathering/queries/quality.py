"""What is known of quality (质量查询): configuration, rules in force, the newest runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from zhujianyun.apps.data_gathering.models import QualityRule, QualityRuleVersion, QualityRun, QualityVerdict
from zhujianyun.apps.data_gathering.queries import pages
from zhujianyun.apps.data_gathering.rules.quality import DIMENSIONS
from zhujianyun.apps.data_gathering.rules.quality.kinds import Rule, rule_of
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.resource.models import Dataset

UNMEASURED = "未测"
TREND = 24


def shares(day: date) -> dict[str, int]:
    """The weights of the dimensions on a day (维度权重)."""
    return {row["dimension"]: row.whole("percent") for row in registry.table("quality_dimensions", day)}


def grades(day: date) -> list[tuple[str, int]]:
    """The grades with their least scores on a day, the best first (等级分数线)."""
    rows = [(row["zh"], row.whole("value")) for row in registry.table("quality_grades", day)]
    return sorted(rows, key=lambda row: -row[1])


def versions_now(dataset: Dataset) -> QuerySet[QualityRuleVersion]:
    """What the rules of a data set say now (现行规则), those that are off included."""
    rows = QualityRuleVersion.objects.filter(rule__dataset=dataset, number=F("rule__version"))
    return rows.select_related("rule").order_by("rule__pk")


def typed(version: QualityRuleVersion, dataset: Dataset) -> Rule:
    """A version as a rule (规则).

    Raises:
        RuleBroken: when the columns of the data set no longer allow it.
    """
    return rule_of(told(version), dataset.columns)


def told(version: QualityRuleVersion) -> dict[str, Any]:
    """What a version says (规则内容)."""
    names = ("title", "kind", "dimension", "columns", "options", "condition", "weight", "threshold")
    return {name: getattr(version, name) for name in names}


def rule_by_code(dataset: Dataset, code: str) -> QualityRule:
    """One rule of a data set (规则).

    Raises:
        NotFound: when there is none.
    """
    found = QualityRule.objects.filter(dataset=dataset, code=code).first()
    if found is None:
        raise NotFound("没有这条质量规则。", rule="quality.rule")
    return found


def latest_run(dataset: Dataset) -> QualityRun | None:
    """The newest finished run (最近检查)."""
    return _done(dataset).first()


def runs(dataset: Dataset) -> list[QualityRun]:
    """The newest run of each of the last snapshots, oldest first (质量趋势)."""
    newest = _done(dataset).filter(snapshot=OuterRef("snapshot")).values("pk")[:1]
    rows = _done(dataset).filter(pk=Subquery(newest)).select_related("snapshot")
    return sorted(rows.order_by("-snapshot__version")[:TREND], key=lambda run: run.snapshot.version)


def waiting(dataset: Dataset) -> QualityRun | None:
    """A run that waits (排队的检查)."""
    return QualityRun.objects.filter(dataset=dataset, state=QualityRun.State.QUEUED).first()


def _done(dataset: Dataset) -> QuerySet[QualityRun]:
    return QualityRun.objects.filter(dataset=dataset, state=QualityRun.State.DONE).order_by("-pk")


@dataclass(frozen=True, slots=True)
class Line:
    """A data set as the overview shows it (总览行)."""

    dataset: Dataset
    run: QualityRun | None
    rules: int

    @property
    def grade(self) -> str:
        """Its grade, or that it was not measured (等级)."""
        return (self.run.grade if self.run else "") or UNMEASURED

    @property
    def scores(self) -> list[tuple[str, float | None]]:
        """The scores in the order of the dimensions (各维度得分)."""
        found = {one["dimension"]: one["score"] for one in (self.run.dimensions if self.run else ())}
        return [(zh, float(found[name]) if found.get(name) else None) for name, zh in DIMENSIONS.items()]


def overview(by: Actor, wanted: Mapping[str, str], order: list[str]) -> list[Line]:
    """Every data set with its newest verdict, the worst first (质量总览); three queries."""
    datasets = [source.dataset for source in _sources(by, wanted)]
    newest = QualityRun.objects.filter(dataset=OuterRef("dataset"), state=QualityRun.State.DONE).order_by(
        "-pk"
    )
    done = QualityRun.objects.filter(dataset__in=datasets, pk=Subquery(newest.values("pk")[:1]))
    found = {run.dataset_id: run for run in done.select_related("snapshot")}
    on = (
        QualityRule.objects.filter(dataset__in=datasets, is_on=True).values("dataset").annotate(n=Count("pk"))
    )
    counts = {row["dataset"]: row["n"] for row in on.order_by()}
    lines = [Line(one, found.get(one.pk), counts.get(one.pk, 0)) for one in datasets]
    if wanted.get("grade"):
        lines = [line for line in lines if line.grade == wanted["grade"]]
    rank = {name: place for place, name in enumerate([*order, UNMEASURED])}
    return sorted(
        lines,
        key=lambda line: (-rank.get(line.grade, 0) if line.run else 1, _score(line), line.dataset.title),
    )


def _score(line: Line) -> float:
    return float(line.run.score) if line.run and line.run.score is not None else 101.0


def _sources(by: Actor, wanted: Mapping[str, str]) -> QuerySet[Any]:
    rows = pages.visible(by)
    if q := wanted.get("q", "").strip():
        rows = rows.filter(
            Q(dataset__title__icontains=q)
            | Q(dataset__code__icontains=q)
            | Q(dataset__system__name__icontains=q)
        )
    return rows


def verdicts(run: QualityRun | None) -> dict[int, QualityVerdict]:
    """What a run found, by rule (规则结果)."""
    if run is None:
        return {}
    rows = QualityVerdict.objects.filter(run=run).select_related("version")
    return {row.version.rule_id: row for row in rows}


def history(rule: QualityRule) -> list[QualityRuleVersion]:
    """Every version of a rule with what it found lately, the newest first (规则沿革)."""
    found = QualityVerdict.objects.select_related("run__snapshot").order_by("-pk")
    rows = QualityRuleVersion.objects.filter(rule=rule).order_by("-number")
    return list(rows.prefetch_related(Prefetch("verdicts", queryset=found, to_attr="found")))
