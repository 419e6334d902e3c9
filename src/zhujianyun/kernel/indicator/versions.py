"""Which wording was in force when (口径版本): recorded before a number is computed by it."""

from __future__ import annotations

from collections.abc import Iterable

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import registry, wording
from zhujianyun.kernel.indicator.models import DefinitionVersion
from zhujianyun.kernel.indicator.registry import Definition

FIRST, CHANGED = "首次登记", "口径或谓词代码有变化"


def sync(definitions: Iterable[Definition] | None = None) -> list[DefinitionVersion]:
    """Record definitions whose version is not the last one recorded; the new rows (登记口径版本).

    Called before values are computed, so that no snapshot names an unknown version. A definition
    that returns to an earlier wording is a new row again: what counts is the order.
    """
    wanted = list(registry.all_() if definitions is None else definitions)
    last = {row.indicator: row.version for row in DefinitionVersion.objects.filter(
        indicator__in=[d.code for d in wanted]).order_by("id").only("indicator", "version")}  # fmt: skip
    fresh = [_row(d, is_first=d.code not in last) for d in wanted if last.get(d.code) != d.version]
    return DefinitionVersion.objects.bulk_create(fresh)


def recorded(code: str, version: str) -> DefinitionVersion | None:
    """The wording of a version, as it was recorded (历史口径)."""
    return DefinitionVersion.objects.filter(indicator=code, version=version).order_by("-id").first()


def _row(definition: Definition, *, is_first: bool) -> DefinitionVersion:
    return DefinitionVersion(
        indicator=definition.code,
        version=definition.version,
        zh=definition.zh,
        unit=definition.unit.zh,
        kind=definition.kind.value,
        text=definition.text,
        predicate="\n\n".join(wording.predicate_sources(definition.function)),
        steward=definition.steward,
        valid_from=clock.today(),
        recorded_at=clock.now(),
        reason=(definition.reason or (FIRST if is_first else CHANGED))[:200],
    )
