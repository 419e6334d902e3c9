"""The rows behind a figure of gathered data (归集记录下钻): paged by the engine, each with where it came from.

Every row says its source system, batch, version and key, so that one gets from a figure on a wall to
the row that a system delivered. Columns about persons are not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from zhujianyun.base import clock
from zhujianyun.kernel.indicator.lake import opened
from zhujianyun.kernel.indicator.lake_pins import Held
from zhujianyun.kernel.indicator.lake_shape import Table
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.indicator.tally import number

if TYPE_CHECKING:
    from zhujianyun.kernel.indicator.lake import Gathered
    from zhujianyun.kernel.resource.models import Dataset

PAGE = 5_000  # rows fetched at a time when all are wanted
SHOWN_COLUMNS = 8
ORIGIN = ("来源系统", "批次", "快照版本", "主键")
HIDDEN = "个人信息不显示"
Linker = Callable[[str, int, Mapping[str, Any]], str]
_linkers: list[Linker] = []


def linked_by(linker: Linker) -> None:
    """Let rows lead to a page: from data set, version and key to an address (登记明细链接)."""
    _linkers[:] = [linker]


@dataclass(frozen=True, slots=True)
class GatheredRow:
    """One row as a table shows it (归集记录)."""

    header: tuple[str, ...]
    cells: tuple[Any, ...]
    key: tuple[Any, ...]
    version: int
    url: str

    def get_absolute_url(self) -> str:
        """Where the source row is shown in its version (明细地址)."""
        return self.url


class GatheredRows(Sequence[GatheredRow]):
    """The records of one cell at their versions (归集记录集): a slice is one query, its length another."""

    def __init__(
        self, gathered: Gathered, held: Held, versions: tuple[int, ...] | None, period: Period, city: str,
        county: str = "",
    ) -> None:  # fmt: skip
        self.gathered, self.versions, self.period, self.city, self.county = (
            gathered,
            versions,
            period,
            city,
            county,
        )
        self._batch = held.batch(gathered.codes[0], versions[0]) if versions else ""

    @cached_property
    def dataset(self) -> Dataset:
        """The data set whose rows they are (主数据集)."""
        from zhujianyun.kernel.resource.models import Dataset

        return Dataset.objects.select_related("system__owner").get(code=self.gathered.codes[0])

    @cached_property
    def _count(self) -> int:
        with self._opened() as records:
            return 0 if records is None else int(records.count().to_pyarrow().as_py())

    def __len__(self) -> int:
        return self._count

    def total(self) -> Decimal:
        """The sum of the measure over the rows (度量合计)."""
        with self._opened() as records:
            found = None if records is None else records.zjy_measure.sum().to_pyarrow().as_py()
        return (number(found) or Decimal(0)) / self.gathered.per

    @overload
    def __getitem__(self, wanted: int) -> GatheredRow: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[GatheredRow]: ...

    def __getitem__(self, wanted: int | slice) -> GatheredRow | list[GatheredRow]:
        if isinstance(wanted, slice):
            start, stop, _ = wanted.indices(len(self))
            return self._fetched(start, max(0, stop - start))
        found = self._fetched(wanted if wanted >= 0 else len(self) + wanted, 1)
        if not found:
            raise IndexError(wanted)
        return found[0]

    def __iter__(self) -> Iterator[GatheredRow]:
        for start in range(0, len(self), PAGE):
            yield from self._fetched(start, PAGE)

    @contextmanager
    def _opened(self) -> Iterator[Table | None]:
        if self.versions is None:
            yield None
            return
        with opened(self.gathered, self.versions) as records:
            inside = self.gathered.shape.inside(records, self.period, self.city)
            if self.county:
                inside = inside.filter(inside.zjy_county == self.county)
            yield self._first_of_each(inside) if self.gathered.distinct else inside

    def _first_of_each(self, inside: Table) -> Table:
        """Of a distinct count the first record of each value."""
        import ibis

        order = [inside[name] for name in self.dataset.key]
        place = ibis.row_number().over(group_by=inside.zjy_value, order_by=order)
        kept = inside.filter(inside.zjy_value.notnull()).mutate(zjy_place=place)
        return kept.filter(kept.zjy_place == 0).drop("zjy_place")

    def _fetched(self, start: int, count: int) -> list[GatheredRow]:
        if not count:
            return []
        with self._opened() as records:
            if records is None:
                return []
            page = records.order_by(self.dataset.key).limit(count, offset=start)
            wanted = list(dict.fromkeys([*self.dataset.key, *self._columns(records)]))
            found = page.select(*wanted).to_pyarrow().to_pylist()
        return [self._row(row) for row in found]

    def _columns(self, records: Table) -> list[str]:
        own = {column["name"] for column in self.dataset.columns}
        names = [name for name in records.columns if name in own and name not in self._known.personal]
        return [name for name in names if name not in self.dataset.key][:SHOWN_COLUMNS]

    @cached_property
    def _known(self) -> Any:
        from zhujianyun.kernel.resource import columns

        return columns.known(self.dataset)

    def _row(self, row: dict[str, Any]) -> GatheredRow:
        version = self.versions[0] if self.versions else 0
        key = {name: row[name] for name in self.dataset.key}
        names = [name for name in row if name not in key]
        shown = [HIDDEN if name in self._known.personal else words(value) for name, value in key.items()]
        origin = (self.dataset.system.name, self._batch, version, "，".join(map(str, shown)))
        personal = self._known.personal & key.keys()
        url = _linkers[0](self.dataset.code, version, {} if personal else key) if _linkers else ""
        header = (*ORIGIN, *(self._known.title(name) for name in names))
        return GatheredRow(
            header, (*origin, *(words(row[name]) for name in names)), tuple(key.values()), version, url
        )


def words(value: Any) -> Any:
    """A value as people read it (显示)."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        value = (
            value if value.tzinfo else value.replace(tzinfo=UTC)
        )  # Spark tells instants in its own zone, UTC
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value
