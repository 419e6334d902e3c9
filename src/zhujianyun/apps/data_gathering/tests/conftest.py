"""A department with a source to gather from (测试夹具)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zhujianyun.apps.data_gathering.actions import gathering, registering, starting
from zhujianyun.apps.data_gathering.models import Batch, Source
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.system.models import BusinessSystem

from . import sources
from .sources import COLUMNS


@dataclass
class Gathering:
    """A source of which tests change the rows (测试归集)."""

    folder: Path
    system: BusinessSystem
    time: clock.VirtualClock

    def register(self, kind: str = "sqlite", code: str = "t.things", **settings: Any) -> Source:
        place = settings.pop("place", None) or sources.sqlite(
            self.folder, settings.pop("rows", sources.rows())
        )
        columns = settings.pop("columns", [column.row() for column in COLUMNS])
        return registering.register_source(
            code,
            "测试表",
            self.system,
            columns,
            settings.pop("key", ["id"]),
            kind,
            place,
            by=SYSTEM,
            **settings,
        )

    def put(self, rows: list[dict[str, Any]]) -> None:
        """Let the source hold other rows."""
        (self.folder / "source.db").unlink(missing_ok=True)
        sources.sqlite(self.folder, rows)

    def gather(self, source: Source, mode: str = "") -> Batch:
        source.dataset.refresh_from_db()
        batch = starting.start(source, by=SYSTEM, mode=mode)
        gathering.gather(batch.code)
        batch.refresh_from_db()
        return batch

    def seen(self, source: Source, version: int | None = None) -> list[dict[str, Any]]:
        """What readers see, by key."""
        with lake.reading() as connection:
            found = lake.table(connection, source.dataset, version).to_pyarrow()
        return sorted(found.to_pylist(), key=lambda row: row["id"])

    def files(self, source: Source) -> set[str]:
        """The batch folders that lie on the disk."""
        place = lake.folder(source.dataset.code)
        return {path.name for path in place.iterdir() if path.is_dir() and path.name != "_delta_log"}


@pytest.fixture
def office(db) -> Office:
    return Office.objects.create(code="450000", name="自治区厅", kind="province")


@pytest.fixture
def work(office, settings, tmp_path) -> Iterator[Gathering]:
    settings.ZJY_LAKE, settings.ZJY_KEYS = tmp_path / "lake", tmp_path / "keys"
    system = BusinessSystem.objects.create(
        code="market", name="建筑市场监管平台", owner=office, authority="housing"
    )
    with clock.standing(clock.at_local(clock.today(), 9)) as time:
        yield Gathering(tmp_path, system, time)
