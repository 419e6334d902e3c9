"""What Django and Wagtail are told (认证与授权后端)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, Permission
from django.test import RequestFactory

from zhujianyun.kernel.access import actions
from zhujianyun.kernel.access.backends import AccountBackend
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.access.tests.conftest import PASSWORD, TODAY


@pytest.fixture
def clerk(house) -> Account:
    account = actions.open_account("clerk", "张三", by=house.by("system"), password=PASSWORD)
    actions.grant_role(account, "trade.clerk", house.offices["city"], by=house.by("security"))
    return Account.objects.get(pk=account.pk)


def test_the_user_model_of_django_is_the_account():
    assert get_user_model() is Account


def test_whoever_has_a_role_or_a_duty_may_enter_the_workbench_and_nobody_else(house, clerk):
    door = "wagtailadmin.access_admin"
    assert clerk.has_perm(door)
    assert all(officer.has_perm(door) for officer in house.officers.values())
    idle = actions.open_account("idle", "李四", by=house.by("system"))
    assert not idle.has_perm(door)


def test_rows_in_django_s_permission_tables_give_nothing(house, clerk):
    group = Group.objects.create(name="管理员")
    group.permissions.set(Permission.objects.all())
    clerk.groups.add(group)
    clerk.user_permissions.set(Permission.objects.all())
    clerk = Account.objects.get(pk=clerk.pk)
    for code in ("access.add_account", "access.change_membership", "wagtailcore.add_site", "auth.add_group"):
        assert not clerk.has_perm(code)
    assert clerk.get_all_permissions() == {
        "trade.view_case",
        "trade.decide",
        "trade.read_sealed",
        "wagtailadmin.access_admin",
    }
    assert clerk.has_module_perms("trade")
    assert not clerk.has_module_perms("access")


def test_an_object_of_another_office_is_denied_through_django_too(house, clerk):
    from types import SimpleNamespace

    assert clerk.has_perm("trade.decide", SimpleNamespace(office_id=house.offices["city"].pk))
    assert not clerk.has_perm("trade.decide", SimpleNamespace(office_id=house.offices["department"].pk))


def test_a_closed_or_expired_account_is_out_with_its_next_request(house, clerk):
    backend = AccountBackend()
    assert backend.get_user(clerk.pk) == clerk
    Account.objects.filter(pk=clerk.pk).update(expires_on=TODAY - timedelta(days=1))
    assert backend.get_user(clerk.pk) is None
    Account.objects.filter(pk=clerk.pk).update(expires_on=TODAY, is_active=False)
    assert backend.get_user(clerk.pk) is None
    assert backend.authenticate(None, "clerk", PASSWORD) is None


@pytest.mark.parametrize(
    ("username", "password"),
    [("clerk", PASSWORD), ("clerk", "wrong"), ("nobody", "wrong"), ("closed", PASSWORD), ("unset", "wrong")],
)
def test_every_attempt_costs_exactly_one_hash_whether_the_name_exists_or_not(
    house, clerk, monkeypatch, username, password
):
    by = house.by("system")
    closed = actions.open_account("closed", "王五", by=by, password=PASSWORD)
    actions.close_account(closed, by=by, reason="离职")
    actions.open_account("unset", "赵六", by=by)
    hashed = []
    plain = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *a: hashed.append(1) or plain(self, *a))
    found = AccountBackend().authenticate(None, username, password)
    assert (found is not None) == ((username, password) == ("clerk", PASSWORD))
    assert len(hashed) == 1


def test_authentication_needs_the_lock_out_in_front_of_it(house, clerk):
    request = RequestFactory().post("/signin/")
    assert authenticate(request, username="clerk", password=PASSWORD) == clerk
