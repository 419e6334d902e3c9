"""Which versions of gathered data a number was counted from (数据版本锁定).

A run of counting reads the newest versions once and keeps to them. With the values it notes the
versions (`Snapshot.sources`, and `Refresh.sources` for what was confirmed unchanged). Whoever asks for
the records behind a figure is given those of the noted versions, also while a newer one has landed and
is not counted yet: figure and records agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhujianyun.base import clock

Pins = dict[str, int]  # data set → version


@dataclass(frozen=True, slots=True)
class Landed:
    """One version of a data set (数据版本)."""

    version: int
    day: date  # on which it landed
    batch: str


@dataclass(slots=True)
class Held:
    """Versions that one run keeps to (锁定版本); ``memo`` holds what it counted already."""

    landed: dict[str, list[Landed]]
    memo: dict[Any, tuple[Any, Any]] = field(default_factory=dict)

    def once(self, owner: object, key: tuple[Any, ...], count: Callable[[], Any]) -> Any:
        """What ``owner`` counted under a key, counted now if it was not yet (只算一次)."""
        known = id(owner), *key
        if known not in self.memo:
            self.memo[known] = owner, count()  # the owner is kept so that its id stays its own
        return self.memo[known][1]

    def newest(self) -> Pins:
        """The newest version of each data set (最新版本)."""
        return {code: rows[-1].version for code, rows in self.landed.items() if rows}

    def on(self, codes: Iterable[str], day: date | None = None) -> tuple[int, ...] | None:
        """The versions in force at the close of a day, newest without one (某日版本); None if one was missing."""
        found = []
        for code in codes:
            rows = [row for row in self.landed.get(code, ()) if day is None or row.day <= day]
            if not rows:
                return None
            found.append(rows[-1].version)
        return tuple(found)

    def batch(self, code: str, version: int) -> str:
        """The batch that brought a version (批次)."""
        return next((row.batch for row in self.landed.get(code, ()) if row.version == version), "")


_held: ContextVar[Held | None] = ContextVar("zjy_lake_held", default=None)
_memo: ContextVar[dict[Any, tuple[Any, Any]] | None] = ContextVar("zjy_lake_memo", default=None)


def held_now(codes: Iterable[str]) -> Held:
    """What the surrounding run holds, else the newest versions of these data sets (当前锁定)."""
    holding = _held.get()
    return holding if holding is not None else Held(_landed(codes))


@contextmanager
def holding(codes: Iterable[str], capped: Mapping[str, int] | None = None) -> Iterator[Held]:
    """Within the block these data sets stay at their versions, none newer than ``capped`` says (锁定版本)."""
    kept = _memo.get()
    held = Held(_landed(codes, capped), {} if kept is None else kept)
    token = _held.set(held)
    try:
        yield held
    finally:
        _held.reset(token)


@contextmanager
def remembering() -> Iterator[None]:
    """What runs within the block count of a version is counted once (留用计数结果): versions never change."""
    token = _memo.set({})
    try:
        yield
    finally:
        _memo.reset(token)


def counted_from(code: str) -> Pins | None:
    """The versions against which an indicator was confirmed last (指标所用版本); None before that."""
    from zhujianyun.kernel.indicator.models import Refresh

    return Refresh.objects.filter(indicator=code).values_list("sources", flat=True).first()


def in_use() -> dict[str, set[int]]:
    """Every version that the figures of today stand on (指标在用版本): retention must not remove them.

    That is what each indicator was confirmed against; earlier days of a stock keep only their values.
    """
    from zhujianyun.kernel.indicator.models import Refresh

    found: dict[str, set[int]] = {}
    for pins in Refresh.objects.exclude(sources=None).values_list("sources", flat=True):
        for code, version in (pins or {}).items():
            found.setdefault(code, set()).add(version)
    return found


def told(pins: Mapping[str, int]) -> str:
    """Versions in one line, as a snapshot keeps them (版本标注)."""
    return " ".join(f"{code}@{version}" for code, version in sorted(pins.items()))


def _landed(codes: Iterable[str], capped: Mapping[str, int] | None = None) -> dict[str, list[Landed]]:
    """What landed of some data sets, oldest first, one query (入库记录)."""
    from zhujianyun.kernel.resource.models import Snapshot

    wanted = set(codes)
    found: dict[str, list[Landed]] = {code: [] for code in wanted}
    rows = Snapshot.objects.filter(dataset__code__in=wanted).order_by("version")
    for code, version, at, batch in rows.values_list("dataset__code", "version", "landed_at", "batch"):
        if capped is None or version <= capped.get(code, -1):
            found[code].append(Landed(version, clock.local_day(at), batch))
    return found
