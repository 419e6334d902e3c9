"""What the pages show together (页面查询): each in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from zhujianyun.apps.data_gathering.models import Batch, Drift, QuarantinedRow, Source
from zhujianyun.apps.data_gathering.queries import RULES, VIEW
from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.resource import columns, lake
from zhujianyun.kernel.resource.models import Dataset, Snapshot

LEVELS = {"stopped": "已停止", "failed": "上批未成", "late": "超期", "running": "归集中", "fresh": "正常", "never": "未归集",
          "off": "已停用"}  # fmt: skip
RANK = {level: place for place, level in enumerate(LEVELS)}
SHOWN_ROWS = 50
PAGE = 50
MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One source as the list shows it (列表行)."""

    source: Source
    level: str
    last: Batch | None
    snapshot: Snapshot | None
    drifts: int
    late_by: timedelta | None

    @property
    def level_zh(self) -> str:
        """The state in words (状态)."""
        return LEVELS[self.level]


def visible(by: Actor) -> QuerySet[Source]:
    """The sources that an actor may see (可见数据源)."""
    offices = access.offices_for(by, VIEW)
    rows = Source.objects.select_related("dataset__system__owner")
    return rows if offices is ALL else rows.filter(dataset__system__owner__in=offices)


def source_of(code: str, by: Actor) -> Source:
    """One source (数据源).

    Raises:
        NotFound: when there is none that the actor may see.
    """
    found = visible(by).filter(dataset__code=code).first()
    if found is None:
        raise NotFound("没有这个数据集，或您无权查看。", rule="gathering.source")
    return found


def dataset_of(code: str, by: Actor) -> Dataset:
    """A data set whose versions may be looked at, also one that nobody gathers any more (数据集).

    Raises:
        NotFound: when there is none that the actor may see.
    """
    offices = access.offices_for(by, VIEW)
    rows = Dataset.objects.select_related("system__owner", "source")
    found = (rows if offices is ALL else rows.filter(system__owner__in=offices)).filter(code=code).first()
    if found is None:
        raise NotFound("没有这个数据集，或您无权查看。", rule="gathering.source")
    return found


def without_source(by: Actor) -> list[Dataset]:
    """Registered data sets that nobody gathers yet and an actor may attach a source to (未接入数据集)."""
    offices = access.offices_for(by, RULES)
    rows = Dataset.objects.filter(source=None).select_related("system").order_by("title")
    return list((rows if offices is ALL else rows.filter(system__owner__in=offices))[:MOST_WAITING])


def batch_of(code: str, by: Actor) -> Batch:
    """One batch (批次).

    Raises:
        NotFound: when there is none that the actor may see.
    """
    seen = visible(by).values("dataset")
    rows = Batch.objects.select_related("dataset__system__owner", "dataset__source")
    found = rows.filter(code=code, dataset__in=seen).first()
    if found is None:
        raise NotFound("没有这个批次，或您无权查看。", rule="gathering.batch")
    return found


def listed(by: Actor, wanted: Mapping[str, str]) -> list[Line]:
    """The sources, what needs somebody first (数据源列表); five queries, however many there are."""
    rows = visible(by)
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if q := wanted.get("q", "").strip():
        rows = rows.filter(
            Q(dataset__title__icontains=q)
            | Q(dataset__code__icontains=q)
            | Q(dataset__system__name__icontains=q)
        )
    lines = _lines(list(rows))
    if wanted.get("level") in LEVELS:
        lines = [line for line in lines if line.level == wanted["level"]]
    return sorted(lines, key=lambda line: (RANK[line.level], line.source.dataset.title))


def _lines(sources: list[Source]) -> list[Line]:
    keys = [source.dataset_id for source in sources]
    newest = Batch.objects.filter(dataset=OuterRef("dataset")).order_by("-pk").values("pk")[:1]
    batches = {
        b.dataset_id: b for b in Batch.objects.filter(dataset__in=keys, pk=Subquery(newest)).defer("parts")
    }
    latest = Snapshot.objects.filter(dataset=OuterRef("dataset")).order_by("-version").values("pk")[:1]
    snapshots = {s.dataset_id: s for s in Snapshot.objects.filter(dataset__in=keys, pk=Subquery(latest))}
    open_ = Drift.objects.filter(dataset__in=keys, state=Drift.State.OPEN).values("dataset")
    drifts = {row["dataset"]: row["n"] for row in open_.annotate(n=Count("pk")).order_by()}
    return [_line(s, batches.get(s.dataset_id), snapshots.get(s.dataset_id), drifts) for s in sources]


def _line(source: Source, last: Batch | None, snapshot: Snapshot | None, drifts: dict[int, int]) -> Line:
    late = lateness(source.dataset, snapshot)
    return Line(
        source, _level(source, last, snapshot, late), last, snapshot, drifts.get(source.dataset_id, 0), late
    )


def lateness(dataset: Dataset, snapshot: Snapshot | None, now: datetime | None = None) -> timedelta | None:
    """By how much the last snapshot is older than promised (超期时长); none when it is not."""
    if snapshot is None:
        return None
    over = (now or clock.now()) - snapshot.taken_at - timedelta(minutes=dataset.cadence_minutes)
    return over if over > timedelta(0) else None


def _level(source: Source, last: Batch | None, snapshot: Snapshot | None, late: timedelta | None) -> str:
    if source.dataset.stopped_why:
        return "stopped"
    if last is not None and last.is_active:
        return "running"
    if last is not None and last.state in (Batch.State.FAILED, Batch.State.INCOMPLETE):
        return "failed"
    if snapshot is None:
        return "never"
    if not source.is_on:
        return "off"
    return "late" if late else "fresh"


def page_of(source: Source) -> dict[str, Any]:
    """What the page of a data set shows (数据集页)."""
    dataset = source.dataset
    (line,) = _lines([source])
    return {
        "line": line,
        "batches": list(Batch.objects.filter(dataset=dataset).defer("parts")[:20]),
        "drifts": list(Drift.objects.filter(dataset=dataset, state=Drift.State.OPEN)),
        "decided": list(Drift.objects.filter(dataset=dataset).exclude(state=Drift.State.OPEN)[:10]),
        "snapshots": list(Snapshot.objects.filter(dataset=dataset).order_by("-version")[:30]),
    }


def quarantine(batch: Batch, wanted: Mapping[str, str]) -> tuple[QuerySet[QuarantinedRow], list[Any]]:
    """Rows put aside by a batch, and how many by which rule (隔离行)."""
    rows = QuarantinedRow.objects.filter(batch=batch)
    groups: list[Any] = list(
        rows.values("column", "rule", "reason").annotate(n=Count("pk")).order_by("-n", "rule")[:40]
    )
    if wanted.get("rule"):
        rows = rows.filter(rule=wanted["rule"])
    if wanted.get("column"):
        rows = rows.filter(column=wanted["column"])
    if number := wanted.get("number", "").strip().replace(",", ""):
        rows = rows.filter(number=int(number)) if number.isascii() and number.isdigit() else rows.none()
    return rows, groups


def job_of(batch: Batch | None) -> jobs.JobState | None:
    """How far the job of a batch is, while it is under way (任务进度)."""
    if batch is None or not batch.is_active or not batch.job:
        return None
    try:
        return jobs.state_of(batch.job)
    except NotFound:
        return None


def may_repeat(batch: Batch) -> bool:
    """Whether one would gather again from here: it came to nothing and nothing came after it (可否重新归集)."""
    if batch.state == Batch.State.COMPLETE or batch.is_active or batch.dataset.stopped_why:
        return False
    return not Batch.objects.filter(dataset=batch.dataset, pk__gt=batch.pk).exists()


def rows_at(dataset: Dataset, version: int, wanted: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The first rows of a version, as it was then (时间旅行), or the row of a key; no personal columns.

    Raises:
        NotFound: when the version is no longer there.
    """
    known = columns.known(dataset)
    hidden = known.personal
    with lake.reading() as connection:
        table = lake.table(connection, dataset, version)
        for name, value in (wanted or {}).items():
            if name in dataset.key and name not in hidden:
                table = table.filter(table[name].cast("string") == value)
        names = [name for name in table.columns if name not in hidden]
        key = [name for name in dataset.key if name in table.columns]
        found = table.order_by(key).select(*names).limit(SHOWN_ROWS).to_pyarrow().to_pylist() if names else []
    return {
        "names": [(name, known.title(name)) for name in names],
        "rows": [[_shown(row[n]) for n in names] for row in found],
        "hidden": [known.title(name) for name in sorted(hidden)],
    }


def with_gone(dataset: Dataset, snapshots: list[Snapshot]) -> list[tuple[Snapshot, bool]]:
    """Versions, and which of them were cleared away when their time was over (已清理的版本)."""
    ours = set(Batch.objects.filter(code__in=[s.batch for s in snapshots]).values_list("code", flat=True))
    return [(one, one.batch in ours and not lake.is_kept(dataset, one.batch)) for one in snapshots]


def _shown(value: Any) -> Any:
    """A value as people read it (显示)."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value) if value is not None else None
