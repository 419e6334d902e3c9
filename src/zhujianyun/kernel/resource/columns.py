"""What the columns of a data set are called and which are about persons (列的名称与个人信息).

A data set marks its own columns; where it is mounted, the items of the entry say more: their Chinese
names, and which of them are personal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Dataset, Edition, Mount


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the columns of a data set (列说明)."""

    titles: dict[str, str]
    personal: frozenset[str]

    def title(self, name: str) -> str:
        """The Chinese name of a column, else its own (列名)."""
        return self.titles.get(name, name)


def known(dataset: Dataset) -> Known:
    """Names and personal columns of a data set, from itself and from what it hangs on (列说明); two queries."""
    titles = {column["name"]: str(column.get("zh") or column["name"]) for column in dataset.columns}
    personal = {c["name"] for c in dataset.columns if c.get("personal") or c.get("code") == "citizen_id"}
    for column, item in bound_items(dataset):
        if titles.get(column) == column:
            titles[column] = item.zh
        if item.sensitivity == "personal":
            personal.add(column)
    return Known(titles, frozenset(personal))


def bound_items(dataset: Dataset) -> Iterator[tuple[str, Item]]:
    """Columns and the items they feed, over every entry that the table hangs on (列对应的信息项)."""
    mounts = list(
        Mount.objects.filter(dataset=dataset, state=Mount.State.MOUNTED)
        .select_related("resource")
        .order_by("pk")
    )
    editions = {
        (edition.resource_id, edition.number): edition
        for edition in Edition.objects.filter(resource__in=[mount.resource_id for mount in mounts])
    }
    for mount in mounts:
        edition = editions.get((mount.resource_id, mount.resource.edition))
        items = {item.code: item for item in edition.item_list} if edition else {}
        yield from ((column, items[code]) for code, column in mount.binding.items() if code in items)
