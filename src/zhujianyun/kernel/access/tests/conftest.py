"""A founded platform with a small trade, for the tests of access (测试夹具)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions, registry
from zhujianyun.kernel.access.models import Account, Office

PASSWORD = "Kx7#mPq2Lw9z"
TODAY = date(2020, 6, 1)


@pytest.fixture
def standing():
    """It is 2020-06-01, ten in the morning."""
    with clock.standing(clock.at_local(TODAY, 10)) as now:
        yield now


@pytest.fixture
def trade(monkeypatch):
    """A small trade: one app with a reading, an acting and a sealed permission, two roles."""
    register = registry.founded()
    register.add_permission("trade.view_case", "查看办件", "trade")
    register.add_permission("trade.decide", "作出决定", "trade")
    register.add_permission("trade.read_sealed", "查看密封字段", "trade")
    register.add_role("trade.clerk", "经办人", ["trade.view_case", "trade.decide", "trade.read_sealed"])
    register.add_role("trade.head", "处长", ["trade.view_case", "trade.decide"], acts_below=True)
    register.add_fields("trade.Case", "trade.view_case", ["number", "title"])
    for module in (registry, access.actors, access.guard):
        monkeypatch.setattr(module, "register", register)
    return register


@dataclass
class House:
    """The founded platform (已设立的平台)."""

    officers: dict[str, Account]
    offices: dict[str, Office] = field(default_factory=dict)

    def by(self, duty: str) -> Any:
        return access.actor(self.officers[duty])


@pytest.fixture
def house(db, standing, trade) -> House:
    registry.sync_roles()
    made = actions.found_platform(
        system=actions.Founder("sysadm", "系统甲", PASSWORD, must_change_password=False),
        security=actions.Founder("secadm", "安全乙", PASSWORD, must_change_password=False),
        audit=actions.Founder("auditor", "审计丙", PASSWORD, must_change_password=False),
    )
    house = House({duty: row.account for duty, row in made.items()})
    by = house.by("system")
    root = actions.open_office("T", "厅", "province", by=by)
    house.offices = {
        "department": root,
        "division": actions.open_office("T-X", "消防处", "division", by=by, parent=root),
        "city": actions.open_office("T-C", "市局", "city", by=by, parent=root),
    }
    return house
