"""What rules find in a snapshot (质量测量): one pass over the columns for all that is about rows.

Nothing is remembered here; a run, a preview and the page of failing rows ask the same questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from zhujianyun.apps.data_gathering.models import Batch
from zhujianyun.apps.data_gathering.rules import coding
from zhujianyun.apps.data_gathering.rules.quality import vectors
from zhujianyun.apps.data_gathering.rules.quality.kinds import Rule
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.resource import lake, queries
from zhujianyun.kernel.resource.models import Dataset, Snapshot

FIRST_KEYS = 20


@dataclass
class Measured:
    """What one rule found (测量结果): ``why`` says what was in the way when nothing was checked."""

    rule: Rule
    passed: int = 0
    checked: int = 0
    keys: list[list[Any]] = field(default_factory=list)
    why: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the share reaches the threshold (是否达标); none when nothing was checked."""
        return self.passed * 100 >= self.rule.threshold * self.checked if self.checked else None


def measure(snapshot: Snapshot, rules: Sequence[Rule], as_of: datetime) -> list[Measured]:
    """What every rule finds in a snapshot (测量), in the order of the rules."""
    found = [Measured(rule) for rule in rules]
    for one in found:
        if not one.rule.is_by_row:
            one.passed, one.checked, one.why = _WHOLE[one.rule.kind](one.rule, snapshot, as_of)
    by_row = [one for one in found if one.rule.is_by_row]
    if by_row:
        with lake.reading() as connection:
            _measure_rows(connection, snapshot, by_row)
    return found


def failing(snapshot: Snapshot, rule: Rule, start: int, limit: int) -> list[dict[str, Any]]:
    """Rows that do not pass, by the key (不合格行); empty for a rule that is about no rows.

    Raises:
        NotFound: when the version is no longer kept.
    """
    with lake.reading() as connection:
        table = lake.table(connection, snapshot.dataset, snapshot.version)
        tests, _ = _tests(connection, table, snapshot, [Measured(rule)])
        if not tests:
            return []
        rows = table.filter(tests[0].fails).order_by(_key(snapshot.dataset, table)).limit(limit, offset=start)
        found: list[dict[str, Any]] = rows.to_pyarrow().to_pylist()
        return found


def wrong_codes(table: Any, rules: Sequence[Rule]) -> dict[tuple[str, str], list[str]]:
    """The values of code columns that are no such code (错误编码); each distinct value is judged once."""
    asked = {(rule.columns[0], rule.options["code"]) for rule in rules if rule.kind == "code"}
    return {(column, code): _wrong(table[column], code) for column, code in sorted(asked)}


def _wrong(column: Any, code: str) -> list[str]:
    found = column.as_table().distinct().to_pyarrow()[column.get_name()].combine_chunks()
    values = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    places = sorted({place for place, _, _ in coding.faults(values.cast(pa.string()), code)})
    return [value for value in values.take(pa.array(places, pa.int64())).to_pylist() if value is not None]


def _measure_rows(connection: Any, snapshot: Snapshot, found: Sequence[Measured]) -> None:
    table = lake.table(connection, snapshot.dataset, snapshot.version)
    tests, asked = _tests(connection, table, snapshot, found)
    if not tests:
        return
    (counted,) = vectors.counts(tests, table).to_pyarrow().to_pylist()
    key = _key(snapshot.dataset, table)
    for place, (test, one) in enumerate(zip(tests, asked, strict=True)):
        one.checked, one.passed = counted[f"checked_{place}"] or 0, counted[f"passed_{place}"] or 0
        if one.passed < one.checked and key:
            rows = table.filter(test.fails).order_by(key).select(*key).limit(FIRST_KEYS)
            one.keys = [list(row.values()) for row in rows.to_pyarrow().to_pylist()]


def _key(dataset: Dataset, table: Any) -> list[str]:
    return [name for name in dataset.key if name in table.columns]


def _tests(
    connection: Any, table: Any, snapshot: Snapshot, found: Sequence[Measured]
) -> tuple[list[vectors.Test], list[Measured]]:
    """The rules that can be asked of this table as expressions, and which they are (可测规则)."""
    for one in found:
        if gone := sorted(one.rule.uses - set(table.columns)):
            one.why = f"这一版数据没有列 {'、'.join(gone)}。"
    references = {}
    for one in found:
        if one.rule.kind == "reference" and not one.why:
            name, column = one.rule.options["dataset"], one.rule.options["column"]
            known, one.why = _referred(connection, name, column)
            references[name, column] = known
    asked = [one for one in found if not one.why]
    rules = [one.rule for one in asked]
    around = vectors.Around(
        clock.local_day(snapshot.taken_at), references, wrong_codes(table, rules)
    )  # fmt: skip
    return [vectors.test_of(rule, table, around) for rule in rules], asked


def _referred(connection: Any, code: str, column: str) -> tuple[Any, str]:
    """The column of another data set, its newest snapshot (被引用列); a sentence when there is none."""
    dataset = Dataset.objects.filter(code=code).first()
    if dataset is None:
        return None, f"没有被引用的数据集 {code}。"
    try:
        table = lake.table(connection, dataset)
    except NotFound:
        return None, f"被引用的数据集“{dataset.title}”还没有数据。"
    if column not in table.columns:
        return None, f"被引用的数据集“{dataset.title}”没有列 {column}。"
    return table.filter(table[column].notnull())[column], ""


def _fresh(rule: Rule, snapshot: Snapshot, as_of: datetime) -> tuple[int, int, str]:
    """Waits between snapshots, the present one included, that were no longer than promised (及时间隔)."""
    limit = timedelta(minutes=rule.options["minutes"] or snapshot.dataset.cadence_minutes)
    since = as_of - timedelta(days=rule.options["days"])
    rows = Snapshot.objects.filter(dataset=snapshot.dataset, version__lte=snapshot.version)
    taken = [*rows.order_by("version").values_list("taken_at", flat=True), as_of]
    waits = [later - earlier for earlier, later in zip(taken, taken[1:], strict=False) if later >= since]
    # A batch that begins on time reads a little later each day: a tenth of grace.
    return sum(wait <= limit * 1.1 for wait in waits), len(waits), ""


def _count(rule: Rule, snapshot: Snapshot, as_of: datetime) -> tuple[int, int, str]:
    """Whether the number of rows moved within bounds since the snapshot before (行数变化)."""
    rows = Snapshot.objects.filter(dataset=snapshot.dataset, version__lt=snapshot.version)
    before = rows.order_by("-version").values_list("rows", flat=True).first()
    if before is None:
        return 0, 0, "还没有上一快照可以比较。"
    moved = abs(snapshot.rows - before) * 100
    return int(moved <= rule.options["percent"] * before), 1, ""


def _reach(rule: Rule, snapshot: Snapshot, as_of: datetime) -> tuple[int, int, str]:
    """Batches that succeeded among those that ended (成功批次)."""
    since = as_of - timedelta(days=rule.options["days"])
    ended = Batch.objects.filter(dataset=snapshot.dataset, ended_at__gte=since, ended_at__lte=as_of)
    states = list(
        ended.filter(
            state__in=(Batch.State.COMPLETE, Batch.State.FAILED, Batch.State.INCOMPLETE)
        ).values_list("state", flat=True)
    )
    return states.count(Batch.State.COMPLETE), len(states), "" if states else "这段时间没有归集过。"


_WHOLE = {"fresh": _fresh, "count": _count, "reach": _reach}


def newest(dataset: Dataset) -> Snapshot:
    """The snapshot that rules are tried on (最新快照).

    Raises:
        NotFound: before the first one.
    """
    found = queries.latest_snapshot(dataset)
    if found is None:
        raise NotFound("这个数据集还没有归集过，归集完成后才能检查。", rule="quality.no_snapshot")
    return found
