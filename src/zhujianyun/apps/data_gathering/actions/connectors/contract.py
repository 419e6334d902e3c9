"""What every connector promises (接入约定)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import pyarrow as pa

from zhujianyun.apps.data_gathering.rules.drift import Found
from zhujianyun.base.errors import OutsideFailed, RuleBroken

Place = dict[str, Any]
BATCH_ROWS = 20_000


@runtime_checkable
class Connector(Protocol):
    """A source that rows are read from (接入). Errors are `OutsideFailed` or `RuleBroken`, in Chinese.

    ``position`` is where the reader stands after the last batch, as plain JSON; given to ``batches``
    as ``after`` it goes on there. ``same(position, read)`` says whether the rows read so far still are
    what they were, as far as the source can tell: if not, a resumed batch begins anew.
    """

    position: Any
    note: str  # what people should know of the source: encoding found, sheet taken …

    def open(self) -> None:
        """Connect, read-only (打开)."""

    def columns(self) -> list[Found]:
        """What the source offers now (列)."""

    def count(self) -> int | None:
        """How many rows it has; none when it cannot tell before they are read (行数)."""

    def batches(
        self, columns: Sequence[str], after: Any = None, since: tuple[str, Any] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows, columns in the order asked (取数); ``since`` is a cursor column and its lower bound."""

    def same(self, position: Any, read: int) -> bool:
        """Whether one may go on behind a place (可否续传)."""

    def close(self) -> None:
        """Let go of everything (关闭); harmless twice."""


def paced(
    batches: Iterator[pa.RecordBatch],
    rows_per_second: int,
    *,
    sleep: Callable[[float], None] = time.sleep,
    tick: Callable[[], float] = time.monotonic,
) -> Iterator[pa.RecordBatch]:
    """The batches, no faster than so many rows a second (限速); 0 is unlimited."""
    began, passed = tick(), 0
    for batch in batches:
        yield batch
        passed += batch.num_rows
        if rows_per_second and (ahead := began + passed / rows_per_second - tick()) > 0:
            sleep(ahead)


def failed(peer: str, what_zh: str, *, rule: str, retriable: bool = True) -> OutsideFailed:
    """A source that could not be read (取数失败)."""
    return OutsideFailed(
        f"读取 {peer} 失败：{what_zh}。", peer=peer, retriable=retriable, rule=f"gathering.{rule}"
    )


def setting(place: Place, name: str, zh: str) -> Any:
    """A setting that must be there (必填参数).

    Raises:
        RuleBroken: when it is not.
    """
    if not place.get(name):
        raise RuleBroken(f"请填写接入参数“{zh}”（{name}）。", rule="gathering.place", name=name)
    return place[name]


def all_there(wanted: Sequence[str], offered: Sequence[Found]) -> None:
    """That every column asked for exists (列齐全).

    Raises:
        RuleBroken: naming those that do not.
    """
    names = {one.name for one in offered}
    if gone := "、".join(name for name in wanted if name not in names):
        raise RuleBroken(f"来源没有列 {gone}，请核对列名。", rule="gathering.column", column=gone)
