"""Values put right beside the gathered rows (更正值): written by a correction, ended when the source says the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import correcting, lake, queries
from zhujianyun.kernel.resource.models import Dataset, Override

TYPE_ZH = {
    "integer": "整数", "decimal": "数字", "date": "日期（如 2020-06-30）", "datetime": "时间（如 2020-06-30T09:00）",
    "boolean": "是或否",
}  # fmt: skip


def check_value(dataset: Dataset, column: str, value: str) -> None:
    """Whether a value may stand in a column (核对更正值).

    Raises:
        RuleBroken: the column is part of the key, or the value is none of its type.
    """
    if column in dataset.key:
        raise RuleBroken(
            "主键列的值不能在这里更正：它标识的是哪一行。请通知数源单位在来源系统中改正，再重新归集。",
            rule="override.key",
        )  # fmt: skip
    kind = _kinds(dataset).get(column, "text")
    try:
        correcting.typed(value, kind)
    except ValueError as error:
        raise RuleBroken(
            f"更正后的值应为{TYPE_ZH[kind]}，请按此填写。", rule="override.type", fields={"value": TYPE_ZH[kind]}
        ) from error  # fmt: skip


@transaction.atomic
def put_right(
    dataset: Dataset, row_key: str, column: str, value: str, *, was: str, case_number: str, by: Actor,
    case_id: int | None = None,
) -> Override:  # fmt: skip
    """Write the right value of one item of one row (写入更正值); the former one ends.

    ``resource.row.put_right`` in the journal names the correction, not the row: its key may be personal.
    """
    now = clock.now()
    place = {"dataset": dataset, "row_key": row_key, "column": column}
    Override.objects.filter(**place, ended_at=None).update(ended_at=now, ended_why=Override.Ended.REPLACED)
    made = Override.objects.create(**place, was=was, value=value, case_number=case_number, made_at=now)
    journal.record(
        "resource.row.put_right", actor=by.key, object=("override", str(made.pk)), case_id=case_id,
        facts={"dataset": dataset.code, "column": column, "case": case_number},
    )  # fmt: skip
    return made


@transaction.atomic
def note_told(
    one: Override, offices: Sequence[str], calls: int, *, by: Actor, case_id: int | None = None
) -> bool:
    """Note who had read the row and was told of the right value (登记告知); False when that was done before."""
    held = Override.objects.select_for_update().get(pk=one.pk)
    if held.told_at is not None:
        return False
    held.told, held.told_calls, held.told_at = sorted(offices), calls, clock.now()
    held.save(update_fields=["told", "told_calls", "told_at"])
    facts = {"case": held.case_number, "offices": held.told, "calls": calls}
    journal.record(
        "resource.row.told", actor=by.key, object=("override", str(one.pk)), case_id=case_id, facts=facts
    )
    return True


@transaction.atomic
def settle(dataset: Dataset, *, by: Actor) -> int:
    """End the corrections that the newest snapshot says by itself (数源已改正); how many."""
    held = list(Override.objects.select_for_update().filter(dataset=dataset, ended_at=None))
    snapshot = queries.latest_snapshot(dataset) if held else None
    if snapshot is None:
        return 0
    told = _delivered(dataset, held, snapshot.version)
    for one in told:
        one.ended_at, one.ended_why = clock.now(), Override.Ended.DELIVERED
        one.save(update_fields=["ended_at", "ended_why"])
    if told:
        facts = {"version": snapshot.version, "overrides": [one.pk for one in told]}
        journal.record("resource.row.delivered", actor=by.key, object=("dataset", dataset.code), facts=facts)
    return len(told)


def _delivered(dataset: Dataset, held: Sequence[Override], version: int) -> list[Override]:
    """The corrections that stand in a version as they should."""
    kinds = _kinds(dataset)
    rows = _rows(dataset, held, version)
    found = []
    for one in held:
        parts = correcting.key_parts(one.row_key, dataset.key)
        row = rows.get(parts) if parts else None
        if row and correcting.says(row.get(one.column), one.value, kinds.get(one.column, "text")):
            found.append(one)
    return found


def _rows(
    dataset: Dataset, held: Iterable[Override], version: int
) -> dict[tuple[str, ...], dict[str, object]]:
    """The corrected rows as a version has them, by the parts of their key as text."""
    wanted = {parts for one in held if (parts := correcting.key_parts(one.row_key, dataset.key))}
    with lake.reading() as connection:
        table = lake.table(connection, dataset, version)
        names = [name for name in {*dataset.key, *(one.column for one in held)} if name in table.columns]
        first = table[dataset.key[0]].cast("string")
        rows = (
            table.filter(first.isin([parts[0] for parts in wanted])).select(*names).to_pyarrow().to_pylist()
        )
    return {tuple(str(row[name]) for name in dataset.key): row for row in rows}


def _kinds(dataset: Dataset) -> dict[str, str]:
    return {column["name"]: column["type"] for column in dataset.columns}
