"""Reading gathered data (归集数据读取)."""

from __future__ import annotations

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions, lake
from zhujianyun.kernel.system.models import BusinessSystem


@pytest.fixture
def dataset(db, settings, tmp_path):
    settings.ZJY_LAKE = tmp_path
    office = Office.objects.create(code="T", name="厅", kind="province")
    system = BusinessSystem.objects.create(code="s", name="某系统", owner=office, authority="housing")
    columns = [{"name": "id", "type": "integer"}, {"name": "name", "type": "text"}]
    return actions.register_dataset("s.t", "某表", system, columns, ["id"], by=SYSTEM)


def write(dataset, names: list[str]) -> None:
    rows = pa.table({"id": range(len(names)), "name": names})
    write_deltalake(str(lake.folder(dataset.code)), rows, mode="overwrite")


def land(dataset, version: int, rows: int) -> None:
    actions.land(
        dataset, version=version, batch=f"b{version}", rows=rows, digest="d", taken_at=clock.now(), by=SYSTEM
    )


def test_readers_see_the_last_complete_snapshot_and_earlier_ones_by_version(dataset):
    write(dataset, ["甲", "乙"])
    land(dataset, 0, 2)
    write(dataset, ["丙"])  # written, but not yet let out
    with lake.reading() as connection:
        assert lake.table(connection, dataset).count().to_pyarrow().as_py() == 2
        assert lake.table(connection, dataset, 1).count().to_pyarrow().as_py() == 1
        land(dataset, 1, 1)
        assert lake.table(connection, dataset).name.to_pyarrow().to_pylist() == ["丙"]
        assert sorted(lake.table(connection, dataset, 0).name.to_pyarrow().to_pylist()) == ["乙", "甲"]


def test_what_was_never_gathered_or_is_gone_is_said(dataset):
    with lake.reading() as connection:
        with pytest.raises(NotFound, match="尚未归集"):
            lake.table(connection, dataset)
        write(dataset, ["甲"])
        with pytest.raises(NotFound, match="第 7 版"):
            lake.table(connection, dataset, 7)
