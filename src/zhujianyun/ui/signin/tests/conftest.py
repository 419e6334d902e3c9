"""Accounts that sign in (测试夹具)."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions
from zhujianyun.kernel.access.models import Account, Membership, Office, Role

PASSWORD = "Kx7#mPq2Lw9z"


@pytest.fixture(autouse=True)
def _empty_cache():
    """Used codes are remembered in the cache too."""
    cache.clear()


@pytest.fixture
def officers(db) -> dict[str, Account]:
    made = actions.found_platform(
        system=actions.Founder("sysadm", "系统甲", PASSWORD, must_change_password=False),
        security=actions.Founder("secadm", "安全乙", PASSWORD, must_change_password=False),
        audit=actions.Founder("auditor", "审计丙", PASSWORD, must_change_password=False),
    )
    return {duty: row.account for duty, row in made.items()}


@pytest.fixture
def clerk(officers) -> Account:
    account = actions.open_account(
        "clerk", "张三", by=access.actor(officers["system"]), password=PASSWORD, must_change_password=False
    )
    office = Office.objects.create(code="T", name="厅", kind="province")
    role = Role.objects.create(code="trade.clerk", zh="经办人")
    Membership.objects.create(account=account, role=role, office=office, valid_from="2020-01-01")
    return account


@pytest.fixture
def sign_in(client):
    def sign_in(username: str, password: str = PASSWORD, address: str = "10.1.1.1", **more):
        return client.post("/signin/", {"login": username, "password": password, **more}, REMOTE_ADDR=address)

    return sign_in
