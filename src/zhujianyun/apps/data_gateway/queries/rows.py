"""Rows of a snapshot behind recorded calls (调用所及的行): found again in the lake by number or by range of keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from zhujianyun.apps.data_gateway.rules import storing
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.models import Dataset

MARK = "\x1f"  # between the parts of a key in the log
MOST = 20_000  # rows that one look may bring


def key_of(text: str, dataset: Dataset) -> tuple[Any, ...]:
    """A key of the log as values that order as the plane ordered them (主键)."""
    types = {column["name"]: column["type"] for column in dataset.columns}
    parts = text.split(MARK)
    return tuple(
        int(part) if types.get(name) == "integer" and part.lstrip("-").isdigit() else part
        for name, part in zip(dataset.key, parts, strict=False)
    )


def stored(value: Any) -> Any:
    """A value of the lake as the serving file holds it (供数值)."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return storing.decimal_text(value)
    if isinstance(value, datetime):
        return storing.instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def bearing(dataset: Dataset, version: int, numbers: Iterable[str]) -> list[tuple[Any, ...]]:
    """The keys of the rows in which one of the numbers stands (含该号码的行).

    Raises:
        NotFound: when the version is no longer kept.
    """
    wanted = list(numbers)
    with lake.reading() as connection:
        table = lake.table(connection, dataset, version)
        texts = [column["name"] for column in dataset.columns if column["type"] == "text" and column["name"] in table.columns]  # fmt: skip
        if not texts or not wanted:
            return []
        held = table[texts[0]].isin(wanted)
        for name in texts[1:]:
            held = held | table[name].isin(wanted)
        found = table.filter(held).select(*dataset.key).limit(MOST).to_pyarrow().to_pylist()
    return [tuple(stored(row[name]) for name in dataset.key) for row in found]


def between(
    dataset: Dataset, version: int, first: Sequence[Any], last: Sequence[Any], names: Sequence[str]
) -> list[dict[str, Any]]:
    """The rows of a range of keys, both ends included (主键范围内的行).

    Raises:
        NotFound: when the version is no longer kept.
    """
    with lake.reading() as connection:
        table = lake.table(connection, dataset, version)
        wanted = [name for name in dict.fromkeys([*dataset.key, *names]) if name in table.columns]
        head = (
            table[dataset.key[0]].cast("string") if not isinstance(first[0], int) else table[dataset.key[0]]
        )
        found = (
            table.filter((head >= first[0]) & (head <= last[0]))
            .select(*wanted)
            .limit(MOST)
            .to_pyarrow()
            .to_pylist()
        )
    rows = [{name: stored(value) for name, value in row.items()} for row in found]
    low, high = tuple(first), tuple(last)
    return [row for row in rows if low <= tuple(row[name] for name in dataset.key) <= high]
