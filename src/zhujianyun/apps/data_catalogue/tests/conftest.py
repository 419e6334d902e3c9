"""A department with two divisions and officers who edit, review and read its catalogue (测试夹具)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client

from zhujianyun.apps.data_catalogue.actions import editing
from zhujianyun.apps.data_catalogue.models import EntryDraft
from zhujianyun.base import clock
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM, actions
from zhujianyun.kernel.access.models import Account, Office
from zhujianyun.kernel.case import effects
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Dataset, Mount, Resource
from zhujianyun.kernel.system.models import BusinessSystem

MONDAY = date(2020, 7, 6)
HOUSING, MARKET = "450000-zfbz", "450000-jzsc"
USCC = "11450000MB0000019D"
ITEMS = (
    Item("uscc", "统一社会信用代码"),
    Item("name", "企业名称"),
    Item("phone", "联系电话", sensitivity="personal", mask="phone"),
)
CONTENT = {
    "abstract": "在桂建筑业企业的基本情况", "class_path": "主题/城乡建设/建筑市场", "share": "conditional",
    "share_condition": "因履行职责需要", "cycle": "month", "format_class": "数据库", "format_type": "关系型",
    "extras": {"provider_uscc": USCC},
}  # fmt: skip


@dataclass
class Department:
    """Who works here (测试人员)."""

    offices: dict[str, Office]
    accounts: dict[str, Account]
    time: clock.VirtualClock

    def who(self, name: str) -> access.Actor:
        return access.actor(self.accounts[name])

    def draft(self, title: str = "建筑业企业", **more: Any) -> EntryDraft:
        """A draft that can be submitted."""
        content = CONTENT | more.pop("content", {})
        items = [item.row() for item in more.pop("items", ITEMS)]
        return editing.start_new(
            "206003", title, self.offices[MARKET], by=self.who("editor"), content=content, items=items, **more
        )

    def entry(self, title: str = "建筑业企业", provider: str = MARKET, **more: Any) -> Resource:
        """A published entry, made by the kernel alone."""
        items = more.pop("items", ITEMS)
        code = editing.next_code("206003")
        resource = resources.enter(code, title, self.offices[provider], by=SYSTEM)
        given = CONTENT | more
        resources.publish(resource, resources.Draft(title=title, items=tuple(items), **given), by=SYSTEM)
        return resource

    def dataset(self, code: str = "market.enterprise", columns: str = "corp_code corp_name tel") -> Dataset:
        system, _ = BusinessSystem.objects.get_or_create(
            code="market", defaults={"name": "建筑市场监管平台", "owner": self.offices[MARKET]}
        )
        rows = [{"name": name, "type": "text"} for name in columns.split()]
        return resources.register_dataset(code, "企业", system, rows, [columns.split()[0]], by=SYSTEM)

    def mount(
        self, resource: Resource, code: str = "enterprise-table", dataset: Dataset | None = None
    ) -> Mount:
        binding = {"uscc": "corp_code", "name": "corp_name", "phone": "tel"}
        return resources.mount_table(
            resource, dataset or self.dataset(), binding, code=code, title="企业库表", by=SYSTEM
        )

    def come_in(self, name: str) -> Client:
        client = Client()
        client.force_login(self.accounts[name], backend="zhujianyun.kernel.access.backends.AccountBackend")
        return client

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
        for code, name in ((HOUSING, "住房保障处"), (MARKET, "建筑市场监管处")):
            offices[code] = actions.open_office(
                code, name, "division", by=by["system"], parent=root, division_code="450000"
            )
        offices["450100"] = actions.open_office(
            "450100", "南宁市住房和城乡建设局", "city", by=by["system"], parent=root, division_code="450100"
        )
        accounts = {}
        posts = (
            ("editor", "editor", MARKET),
            ("other", "editor", HOUSING),
            ("publisher", "publisher", "450000"),
            ("reader", "viewer", HOUSING),
            ("city", "viewer", "450100"),
        )
        for name, role, office in posts:
            accounts[name] = actions.open_account(
                f"cat.{name}", f"测试{name}", by=by["system"], password=None, must_change_password=False
            )
            actions.grant_role(
                accounts[name], f"data_catalogue.{role}", offices[office], by=by["security"],
                valid_from=date(2020, 1, 1),
            )  # fmt: skip
        yield Department(offices, accounts, time)
