"""What the simulated systems know of each other (模拟数据的关联)."""

from __future__ import annotations

import numpy as np
import pytest

from zhujianyun.apps.data_gathering.sample import rows, tables
from zhujianyun.apps.data_gathering.sample.tables import Table

WORKS = ("project_code", "project_name", "city_code")
TENANCY = ("case_no", "id_no", "accepted_on")


def column(title: str, columns: tuple[str, ...], name: str, scale: float) -> set[str]:
    listed = tuple((one, tables.type_of(one)) for one in columns)
    table = Table("x", title, "system", listed, columns[:1], tables.sized(title, scale))
    return set(rows.made(table, np.arange(table.rows), 2020).column(name).to_pylist())


@pytest.mark.parametrize("scale", [0.02, 0.2])
def test_most_works_under_supervision_have_a_permit_on_record_and_some_have_not(scale):
    watched = column("质量监督登记表", WORKS, "project_code", scale)
    permits = column("施工许可表", WORKS, "project_code", scale)
    assert 0 < len(watched - permits) < len(watched) / 20


@pytest.mark.parametrize("scale", [0.02, 0.2])
def test_whoever_is_let_a_home_has_applied_for_one(scale):
    asked = column("公租房申请表", TENANCY, "id_no", scale)
    assert column("公租房配租表", TENANCY, "id_no", scale) < asked
