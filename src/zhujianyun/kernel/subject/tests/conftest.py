"""Systems that tell us of subjects (测试夹具)."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system import actions
from zhujianyun.kernel.system.models import BusinessSystem


@pytest.fixture
def sources(db) -> SimpleNamespace:
    """Three systems: market regulation, our own, and the old one of a city."""
    office = Office.objects.create(code="T", name="厅", kind="province")
    made: dict[str, BusinessSystem] = {
        code: actions.register_system(code, name, office, authority, by=SYSTEM)
        for code, name, authority in (
            ("market", "市场主体登记系统", "market"),
            ("ours", "建筑市场监管系统", "housing"),
            ("old", "旧施工许可系统", "housing"),
            ("reform", "投资项目在线平台", "reform"),
        )
    }
    return SimpleNamespace(**made)


@pytest.fixture
def standing():
    from datetime import date

    with clock.standing(clock.at_local(date(2020, 6, 1), 10)) as now:
        yield now
