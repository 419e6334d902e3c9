"""Versions from which pages with personal data were served (供出过的版本): they stay as long as the calls that name them.

A call keeps the version and the keys of its first and last row, not the rows: who read a record, and what a day
would have given under other terms, can only be told while that version lies in the lake.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from zhujianyun.apps.data_gateway.models import Call
from zhujianyun.base import clock
from zhujianyun.kernel.resource.models import Edition, Mount, Snapshot
from zhujianyun.kernel.resource.pins import Pins

YEARS = 3  # how long calls on personal data are kept at least (待核)


def since() -> datetime:
    """The moment from which calls are kept (调用记录的起点)."""
    return clock.now() - timedelta(days=366 * YEARS)


def pages() -> QuerySet[Call]:
    """Calls that brought rows of a table, within the time that calls are kept (整页读取)."""
    return Call.objects.filter(kind="call", plane="table", succeeded=True, at__gte=since()).exclude(
        first_key=""
    )


def versions(dataset: str = "") -> dict[str, set[int]]:
    """Versions of tables with personal data that such calls name (供出过的版本); three queries, however many there are."""
    codes = _personal(dataset)
    if not codes:
        return {}
    served = pages().filter(dataset=OuterRef("dataset__code"), snapshot=OuterRef("version"))
    rows = Snapshot.objects.filter(Exists(served), dataset__code__in=codes)
    found: dict[str, set[int]] = {}
    for code, version in rows.values_list("dataset__code", "version"):
        found.setdefault(code, set()).add(version)
    return found


def _personal(dataset: str) -> set[str]:
    """Data sets that are about persons, by their own columns or by any edition of what they hung on (含个人信息的数据集)."""
    mounts = Mount.objects.filter(dataset__isnull=False)
    if dataset:
        mounts = mounts.filter(dataset__code=dataset)
    hung = list(mounts.values_list("dataset__code", "dataset__columns", "resource_id"))
    editions = Edition.objects.filter(resource__in={resource for _, _, resource in hung})
    personal = {
        resource for resource, items in editions.values_list("resource_id", "items") if _is_personal(items)
    }
    return {code for code, columns, resource in hung if resource in personal or _is_marked(columns)}


def _is_personal(items: Iterable[dict[str, Any]]) -> bool:
    return any(item.get("sensitivity") == "personal" for item in items)


def _is_marked(columns: Iterable[dict[str, Any]]) -> bool:
    return any(column.get("personal") or column.get("code") == "citizen_id" for column in columns)


PINS = Pins("data_gateway.calls", f"曾供整页读取个人信息，调用记录保留 {YEARS} 年，其间不清理", versions)
