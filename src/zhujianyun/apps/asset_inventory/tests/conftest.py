"""A department with a centre and two divisions, and systems to play with (测试夹具)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from zhujianyun.apps.asset_inventory.actions import entering
from zhujianyun.apps.asset_inventory.models import SystemRecord
from zhujianyun.base import clock
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import actions
from zhujianyun.kernel.access.models import Account, Office
from zhujianyun.kernel.case import effects

MONDAY = date(2020, 7, 6)
HOUSING, MARKET = "450000-zfbz", "450000-jzsc"


@dataclass
class Department:
    """Who works here (测试人员)."""

    offices: dict[str, Office]
    accounts: dict[str, Account]
    time: clock.VirtualClock

    def who(self, name: str) -> access.Actor:
        return access.actor(self.accounts[name])

    def enter(self, code: str = "housing", owner: str = HOUSING, **values: Any) -> SystemRecord:
        """A system that nothing is wrong with, but that it stands alone."""
        name = values.pop("name", f"系统{code}")
        sound = {
            "protection_level": 2, "level_filed_on": date(2020, 1, 2), "backup": "offsite",
            "gathered_on": date(2020, 3, 2),
        }  # fmt: skip
        return entering.enter_system(code, name, self.offices[owner], sound | values, by=self.who("centre"))

    def fresh(self, record: SystemRecord) -> SystemRecord:
        return SystemRecord.objects.select_related("system__owner", "vendor").get(pk=record.pk)

    def carry_out(self) -> None:
        """Seal what was done and carry out its effects."""
        while journal.seal():
            pass
        journal.run_followers(only=(effects.FOLLOWER,))


@pytest.fixture
def department(db) -> Iterator[Department]:
    with clock.standing(clock.at_local(MONDAY, 9)) as time:
        access.sync_roles()
        founders = {
            duty: actions.Founder(f"{duty}.officer", duty, password=None)
            for duty in ("system", "security", "audit")
        }
        duties = actions.found_platform(**founders)
        by = {name: access.actor(duty.account) for name, duty in duties.items()}
        root = actions.open_office("450000", "自治区厅", "province", by=by["system"], division_code="450000")
        offices = {"450000": root}
        for code, name in ((HOUSING, "住房保障处"), (MARKET, "建筑市场监管处"), ("450000-xxzx", "信息中心")):
            offices[code] = actions.open_office(
                code, name, "division", by=by["system"], parent=root, division_code="450000"
            )
        accounts = {}
        posts = (
            ("centre", "centre", "450000"),
            ("housing", "division", HOUSING),
            ("market", "division", MARKET),
            ("reader", "viewer", "450000"),
        )
        for name, role, office in posts:
            accounts[name] = actions.open_account(
                f"inv.{name}", f"测试{name}", by=by["system"], password=None, must_change_password=False
            )
            actions.grant_role(
                accounts[name],
                f"asset_inventory.{role}",
                offices[office],
                by=by["security"],
                valid_from=date(2020, 1, 1),
            )
        yield Department(offices, accounts, time)
