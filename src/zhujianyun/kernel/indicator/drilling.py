"""From a figure to its records (下钻): the same predicate, cut to what the viewer may see.

A viewer with fewer rights sees "你可见 n / 共 N", never a smaller headline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, QuerySet, Sum

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import ALL, Actor
from zhujianyun.kernel.indicator import lake_pins, registry
from zhujianyun.kernel.indicator.lake import Gathered
from zhujianyun.kernel.indicator.lake_rows import GatheredRow, GatheredRows
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.indicator.records import REGION, Records
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.sources import BoundRatio, Listing, Reported, Source
from zhujianyun.kernel.indicator.tally import number

SIDES = ("numerator", "denominator")


@dataclass(frozen=True, slots=True)
class Drill:
    """The records behind a figure, as one viewer may see them (下钻结果)."""

    definition: Definition
    period: Period
    city: str
    side: str  # "" for a plain figure, numerator or denominator for a ratio
    rows: Any  # a queryset, or a list for what lives in memory
    visible: int
    total: int
    parts: tuple[Definition, ...] = field(default=())

    @property
    def text_zh(self) -> str:
        """你可见 12 / 共 97 (可见范围)."""
        if self.visible == self.total:
            return f"共 {self.total:,} 条"
        return f"你可见 {self.visible:,} / 共 {self.total:,} 条"


@dataclass(frozen=True, slots=True)
class Columns:
    """Records as a table (记录表格): header in Chinese, cells as text values."""

    header: list[str]
    rows: list[dict[str, Any]]


def drill(code: str, period: Period, city: str, actor: Actor, *, side: str = "denominator") -> Drill:
    """The records behind a figure (下钻). Of a ratio: its denominator, unless the other side is asked for.

    Raises:
        NotFound: nobody declares the code.
    """
    definition = registry.get(code)
    pins = lake_pins.counted_from(code) if registry.datasets_of(definition) else None
    if pins is None:
        return _drill(definition, period, city, actor, side)
    with lake_pins.holding(pins, capped=pins):  # the versions that the figure was counted from
        return _drill(definition, period, city, actor, side)


def _drill(definition: Definition, period: Period, city: str, actor: Actor, side: str) -> Drill:
    cut = period.cut(clock.today())
    source = definition.source(clock.today())
    if isinstance(source, BoundRatio):
        records, shown = getattr(source, side), side
    else:
        records, shown = source, ""
    rows = rows_of(records, cut, city)
    seen = visible(rows, records, definition, actor)
    parts = tuple(registry.get(part) for part in registry.parts(definition))
    total = len_of(rows)
    return Drill(definition, cut, city, shown, seen, total if seen is rows else len_of(seen), total, parts)


def rows_of(source: Source, period: Period, city: str = REGION) -> Any:
    """The records of a source; none for what has no list (记录)."""
    return source.rows(period, city) if isinstance(source, Records | Gathered | Listing | Reported) else []


def len_of(rows: Any) -> int:
    """How many (条数)."""
    return rows.count() if isinstance(rows, QuerySet) else len(rows)


def measured(records: Records, rows: QuerySet[Any]) -> Decimal:
    """The sum of the measure column over drilled rows (度量合计)."""
    return number(rows.order_by().aggregate(total=Sum("zjy_measure"))["total"]) or Decimal(0)


def visible(rows: Any, source: Source, definition: Definition, actor: Actor) -> Any:
    """Of the rows, those the actor may see (可见记录). Default deny."""
    offices = access.offices_for(actor, reading_permission(definition))
    if offices is ALL:
        return rows
    if isinstance(rows, GatheredRows):
        return rows if rows.dataset.system.owner_id in offices else []
    if not isinstance(rows, QuerySet):
        return rows if offices else []
    if not isinstance(source, Records) or not source.office or not offices:
        return rows.none()
    return rows.filter(**{f"{source.office}__in": offices})


def reading_permission(definition: Definition) -> str:
    """The permission a drill-down needs: the declared one, or the app's only reading permission (下钻权限)."""
    if definition.permission:
        return definition.permission
    reading = [
        p.code for p in access.registry.register.permissions.values() if p.app == definition.app and p.reads
    ]
    return reading[0] if len(reading) == 1 else ""


def columns(code: str, rows: Sequence[Any]) -> Columns:
    """Drilled records as a table, in the declared columns (记录表格)."""
    names = registry.get(code).columns
    found = list(rows)
    if found and isinstance(found[0], GatheredRow):
        return Columns(list(found[0].header), [{"cells": list(row.cells), "url": row.url} for row in found])
    told: dict[str, str] = {path: zh for zh, path in getattr(type(found[0]), "DRILL", ())} if found else {}
    names = names or tuple(told) or (_plain_fields(found[0]) if found else ())
    header = [told.get(name) or _heading(type(found[0]), name) for name in names] if found else list(names)
    return Columns(
        header, [{"cells": [_cell(row, name) for name in names], "url": _url(row)} for row in found]
    )


def _plain_fields(row: Any) -> tuple[str, ...]:
    """Without declared columns: what the record is called and when it counted."""
    if not hasattr(row, "_meta"):
        return ("__str__",)
    kept = [f.name for f in row._meta.fields if not f.is_relation and f.get_internal_type() not in _LONG]
    return tuple(kept[:8])


_LONG = ("JSONField", "TextField", "BinaryField")


def _heading(model: type, name: str) -> str:
    if name == "__str__":
        return "名称"
    words = []
    for part in name.split("__"):
        try:
            found = model._meta.get_field(part)  # type: ignore[attr-defined]
        except (FieldDoesNotExist, AttributeError):
            return name
        words.append(str(found.verbose_name) if isinstance(found, Field) else part)
        model = found.related_model if found.is_relation else model
    return words[-1]


def _cell(row: Any, name: str) -> Any:
    if name == "__str__":
        return str(row)
    for part in name.split("__"):
        told = getattr(row, f"get_{part}_display", None)
        row = told() if told else getattr(row, part, None)
        if row is None:
            return "—"
    return _words(row)


def _words(value: Any) -> Any:
    """Dates absolute, yes and no in Chinese."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _url(row: Any) -> str:
    told = getattr(row, "get_absolute_url", None)
    return told() if told else ""
