"""Where to read on from (时间戳起点): rows at the last instant may have come since, so the bound is included."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from zhujianyun.apps.data_gathering.rules.casting import ZONE


def lower_bound(last: str, kind: str, overlap: timedelta) -> Any:
    """The bound for a cursor that ended at ``last`` (取数下界): less the overlap, which numbers do not know."""
    if kind == "integer":
        return int(last)
    if kind == "datetime":
        return datetime.fromisoformat(last) - overlap
    if kind == "date":
        return (date.fromisoformat(last) - timedelta(days=-(-overlap // timedelta(days=1)))).isoformat()
    return last


def as_written(instant: datetime, *, with_zone: bool) -> str:
    """An instant as sources without zones write it (来源写法): whole seconds, which only lowers the bound."""
    local = instant.astimezone(ZoneInfo(ZONE)).replace(microsecond=0)
    return local.isoformat(sep=" ") if with_zone else local.replace(tzinfo=None).isoformat(sep=" ")
