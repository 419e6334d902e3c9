"""Looking at a snapshot by the rules in force, and remembering what was found (质量检查)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from zhujianyun.apps.data_gathering.actions.quality import measuring
from zhujianyun.apps.data_gathering.actions.quality.measuring import Measured
from zhujianyun.apps.data_gathering.models import QualityRule, QualityRuleVersion, QualityRun, QualityVerdict
from zhujianyun.apps.data_gathering.queries import RUN, VIEW, masking, quality
from zhujianyun.apps.data_gathering.rules.quality import scoring
from zhujianyun.apps.data_gathering.rules.quality.kinds import Rule
from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.resource import columns
from zhujianyun.kernel.resource.models import Dataset, Snapshot

PREVIEWED = 10


@transaction.atomic
def ask(dataset: Dataset, *, by: Actor) -> QualityRun:
    """Queue a look at the newest snapshot (发起质量检查); one that waits already is used.

    Raises:
        NotAllowed: without "data_gathering.run" at the system's owner.
        NotFound: before the first snapshot.
        RuleBroken: when no rule is on.
    """
    access.require(by, RUN, dataset.system.owner)
    snapshot = measuring.newest(dataset)
    if not QualityRule.objects.filter(dataset=dataset, is_on=True).exists():
        raise RuleBroken("这个数据集还没有启用的质量规则，请先添加。", rule="quality.no_rules")
    run = QualityRun(dataset=dataset, snapshot=snapshot, asked_by=by.name_zh[:80])
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        run = QualityRun.objects.get(dataset=dataset, state=QualityRun.State.QUEUED)
        run.snapshot = snapshot
        run.save(update_fields=["snapshot"])
    jobs.enqueue(_job(), run=run.pk)
    return run


def ask_if_ruled(dataset: Dataset) -> None:
    """Queue a look after a landing, where there are rules (落地后检查)."""
    if QualityRule.objects.filter(dataset=dataset, is_on=True).exists():
        ask(dataset, by=SYSTEM)


def ask_for_late() -> int:
    """Look again at what became late since the last look (超期复查); how many were queued.

    Without new data nothing lands, and a score that looks at punctuality would stay as it was.
    """
    asked = 0
    on = QualityRule.objects.filter(is_on=True).values("dataset")
    for dataset in Dataset.objects.filter(pk__in=on).select_related("system__owner"):
        snapshot, run = (
            Snapshot.objects.filter(dataset=dataset).order_by("-version").first(),
            quality.latest_run(dataset),
        )
        if snapshot is None or run is None or run.ended_at is None:
            continue
        age = (clock.now() - snapshot.taken_at).total_seconds() / 60
        if age > dataset.cadence_minutes and clock.local_day(run.ended_at) < clock.today():
            ask(dataset, by=SYSTEM)
            asked += 1
    return asked


def _job():  # type: ignore[no-untyped-def]  # noqa: ANN202 - a task of the queue
    from importlib import import_module

    return import_module("zhujianyun.apps.data_gathering.jobs").check_quality


def carry_out(pk: int) -> str:
    """Carry out a queued look (执行质量检查); a second call finds it done. Its state."""
    run = QualityRun.objects.select_related("dataset__system__owner", "snapshot__dataset").get(pk=pk)
    if run.state != QualityRun.State.QUEUED:
        return str(run.state)
    try:
        look(run, clock.now())
    except NotFound as error:
        _fail(run, error)
    return str(run.state)


def check(snapshot: Snapshot, as_of: datetime, *, by: Actor) -> QualityRun:
    """Look at a snapshot now, without the queue (立即检查); ``as_of`` is the moment at which lateness counts.

    Raises:
        NotAllowed: without "data_gathering.run" at the system's owner.
        NotFound: when the version is no longer kept.
    """
    access.require(by, RUN, snapshot.dataset.system.owner)
    run = QualityRun(dataset=snapshot.dataset, snapshot=snapshot, asked_by=by.name_zh[:80])
    look(run, as_of)
    return run


def look(run: QualityRun, as_of: datetime) -> None:
    """Measure, score, remember (测量、评分、留存): measured before the transaction, kept in one."""
    dataset = run.dataset
    versions = [one for one in quality.versions_now(dataset) if one.is_on]
    known, broken = _typed(versions, dataset)
    found = dict(
        zip(
            [one.pk for one, _ in known],
            measuring.measure(run.snapshot, [r for _, r in known], as_of),
            strict=True,
        )
    )
    day = clock.local_day(as_of)
    verdicts = [
        scoring.Verdict(one.rule.dimension, one.rule.weight, one.passed, one.checked)
        for one in found.values()
    ]
    result = scoring.result(verdicts, quality.shares(day), quality.grades(day))
    run.score, run.grade = result.score, result.grade
    run.dimensions = [one.row() for one in result.dimensions]
    run.rules, run.unmet = len(versions), sum(one.is_met is False for one in found.values())
    _keep(run, versions, found, broken)


def _typed(
    versions: Sequence[QualityRuleVersion], dataset: Dataset
) -> tuple[list[tuple[QualityRuleVersion, Rule]], dict[int, str]]:
    """The rules that still make sense, and why the others do not (可用规则)."""
    known, broken = [], {}
    for version in versions:
        try:
            known.append((version, quality.typed(version, dataset)))
        except RuleBroken as error:
            broken[version.pk] = error.message_zh
    return known, broken


@transaction.atomic
def _keep(
    run: QualityRun,
    versions: Sequence[QualityRuleVersion],
    found: dict[int, Measured],
    broken: dict[int, str],
) -> None:
    run.state, run.ended_at = QualityRun.State.DONE, clock.now()
    run.save()
    personal = columns.known(run.dataset).personal
    hidden = [name in personal for name in run.dataset.key]
    QualityVerdict.objects.bulk_create(
        [
            _verdict(run, version, found.get(version.pk), broken.get(version.pk, ""), hidden)
            for version in versions
        ]
    )
    facts = {
        "dataset": run.dataset.code, "version": run.snapshot.version, "score": str(run.score), "grade": run.grade,
        "rules": run.rules, "unmet": run.unmet,
    }  # fmt: skip
    journal.record(
        "gathering.quality.check", actor=SYSTEM.key, object=("dataset", run.dataset.code), facts=facts
    )


def _verdict(
    run: QualityRun, version: QualityRuleVersion, one: Measured | None, why: str, hidden: Sequence[bool]
) -> QualityVerdict:
    if one is None:
        return QualityVerdict(run=run, version=version, why=why[:300])
    keys = [
        [masking.key(value, is_hidden) for value, is_hidden in zip(key, hidden, strict=False)]
        for key in one.keys
    ]
    return QualityVerdict(
        run=run, version=version, passed=one.passed, checked=one.checked, is_met=one.is_met, keys=keys,
        why=one.why[:300],
    )  # fmt: skip


@transaction.atomic
def _fail(run: QualityRun, error: PlatformError) -> None:
    run.state, run.ended_at, run.why = QualityRun.State.FAILED, clock.now(), error.message_zh[:300]
    run.save()
    journal.record(
        "gathering.quality.fail", actor=SYSTEM.key, object=("dataset", run.dataset.code), reason=run.why
    )


def preview(dataset: Dataset, rule: Rule, *, by: Actor) -> tuple[Snapshot, Measured, list[dict[str, Any]]]:
    """What a rule would find in the newest snapshot, with the first rows that fail (规则试算); nothing is kept.

    Raises:
        NotAllowed: without "data_gathering.view" at the system's owner.
        NotFound: before the first snapshot.
    """
    access.require(by, VIEW, dataset.system.owner)
    snapshot = measuring.newest(dataset)
    (found,) = measuring.measure(snapshot, [rule], clock.now())
    rows = (
        measuring.failing(snapshot, rule, 0, PREVIEWED)
        if found.passed < found.checked and rule.is_by_row
        else []
    )
    return snapshot, found, rows
