"""The three officers and somebody else, signed in (测试夹具)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from zhujianyun.kernel.access.models import Account, Membership, Office, OfficerDuty, Role
from zhujianyun.kernel.journal.tests.conftest import no_triggers  # noqa: F401

Enter = Callable[[str], Client]


@pytest.fixture
def people(db) -> dict[str, Account]:
    """System, security and audit officer, and an account without any right."""
    found = {"nobody": Account.objects.create(username="nobody", name_zh="无职")}
    for duty in ("system", "security", "audit"):
        found[duty] = Account.objects.create(username=f"{duty}.officer", name_zh=f"{duty}员")
        OfficerDuty.objects.create(account=found[duty], duty=duty, appointed_on=date(2020, 1, 1))
    root, _ = Office.objects.get_or_create(code="gx", defaults={"name": "自治区住建厅", "kind": "province"})
    viewer, _ = Role.objects.update_or_create(
        code="big_screen.viewer", defaults={"zh": "大屏观看者", "permissions": ["screen.view"]}
    )
    found["leader"] = Account.objects.create(username="leader", name_zh="厅领导")
    Membership.objects.create(account=found["leader"], role=viewer, office=root, valid_from=date(2020, 1, 1))
    return found


@pytest.fixture
def enter(people, settings) -> Enter:
    """A browser in which one of them is signed in; the second factor has tests of its own."""
    settings.ZJY_SECOND_FACTOR_FOR_OFFICERS = False

    def come_in(name: str) -> Client:
        client = Client()
        client.force_login(people[name], backend="zhujianyun.kernel.access.backends.AccountBackend")
        return client

    return come_in
