"""Who works at the gateway in tests (测试夹具)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions, queries
from zhujianyun.kernel.access.models import Account, Office
from zhujianyun.kernel.resource.models import Grant, Mount

from . import grounds

NOON = clock.at_local(date(2020, 7, 6), 12)
ROLES = {"operator": "450000", "consumer": "450100", "other": "450200", "nobody": "450100"}


@dataclass
class Exchange:
    """A department with one shared table, a city that may read it, people of both (测试场景)."""

    mount: Mount
    grant: Grant
    time: clock.VirtualClock
    serving: Path
    accounts: dict[str, Account] = field(default_factory=dict)

    def who(self, name: str) -> access.Actor:
        return access.actor(self.accounts[name])

    def come_in(self, name: str) -> Client:
        client = Client()
        client.force_login(self.accounts[name], backend="zhujianyun.kernel.access.backends.AccountBackend")
        return client


@pytest.fixture
def exchange(db, settings, tmp_path) -> Iterator[Exchange]:
    settings.ZJY_SERVING, settings.ZJY_LAKE = tmp_path / "serving", tmp_path / "lake"
    settings.ZJY_KEYS = tmp_path / "keys"
    grounds.department(1)
    mount = Mount.objects.select_related("resource__provider", "dataset").get()
    with clock.standing(NOON) as time:
        grant = grounds.grant(mount, Office.objects.get(code="450100"))
        found = Exchange(mount, grant, time, tmp_path / "serving")
        by = {duty.duty: access.actor(duty.account) for duty in queries.officers()}
        for name, office in ROLES.items():
            account = actions.open_account(
                f"gw.{name}", f"测试{name}", by=by["system"], password=None, must_change_password=False
            )
            role = {"other": "consumer"}.get(name, name)
            if name != "nobody":
                actions.grant_role(
                    account, f"data_gateway.{role}", Office.objects.get(code=office), by=by["security"],
                    valid_from=date(2020, 1, 1),
                )  # fmt: skip
            found.accounts[name] = account
        yield found
