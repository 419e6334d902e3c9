"""One account from many addresses, many accounts from one address (登录锁定)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from axes.models import AccessAttempt

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions
from zhujianyun.kernel.journal import Entry
from zhujianyun.ui.signin.tests.conftest import PASSWORD


@pytest.fixture
def small_limits(settings):
    settings.ZJY_ADDRESS_FAILURES = 10


def test_one_account_tried_from_many_addresses_is_locked_for_all(client, clerk, sign_in):
    codes = [sign_in("clerk", "wrong", f"10.2.0.{n}").status_code for n in range(6)]
    assert codes == [200] * 4 + [429] * 2
    locked = sign_in("clerk", PASSWORD, "10.3.0.1")
    assert locked.status_code == 429
    assert "暂时锁定" in locked.content.decode()
    assert "_auth_user_id" not in client.session
    assert Entry.objects.filter(verb="access.locked_out").exists()


def test_other_spellings_of_the_name_count_as_the_same_account(client, clerk, sign_in):
    for n, name in enumerate(("clerk", "Clerk", " CLERK", "cleRK ", "CLERK")):
        sign_in(name, "wrong", f"10.2.1.{n}")
    assert sign_in("clerk", PASSWORD, "10.3.0.1").status_code == 429


def test_many_accounts_tried_from_one_address_lock_the_address_only(client, clerk, sign_in, small_limits):
    codes = [sign_in(f"guess{n}", "wrong", "10.9.9.9").status_code for n in range(11)]
    assert codes == [200] * 9 + [429] * 2
    assert sign_in("clerk", PASSWORD, "10.9.9.9").status_code == 429
    assert sign_in("clerk", PASSWORD, "10.1.1.1").status_code == 302


def test_whoever_owns_one_account_cannot_clear_his_address_by_signing_in_between(
    client, clerk, sign_in, small_limits
):
    for n in range(9):
        sign_in(f"guess{n}", "wrong", "10.9.9.9")
    assert sign_in("clerk", PASSWORD, "10.9.9.9").status_code == 302
    client.logout()
    assert sign_in("guess99", "wrong", "10.9.9.9").status_code == 429


def test_a_success_forgets_the_failures_of_that_account(client, clerk, sign_in):
    for _ in range(2):
        for _ in range(4):
            sign_in("clerk", "wrong")
        assert sign_in("clerk").status_code == 302
        client.logout()


def test_an_unknown_name_locks_like_a_known_one_and_is_not_kept_in_clear(client, clerk, sign_in):
    codes = [sign_in("MySecret#1", "wrong", f"10.2.0.{n}").status_code for n in range(6)]
    assert codes == [200] * 4 + [429] * 2
    kept = json.dumps(list(AccessAttempt.objects.values()), default=str).lower()
    assert "mysecret" not in kept
    assert "wrong" not in kept


def test_a_lock_opens_by_itself_after_a_while(client, clerk, sign_in):
    for n in range(5):
        sign_in("clerk", "wrong", f"10.2.0.{n}")
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(minutes=31))
    assert sign_in("clerk").status_code == 302


def test_the_system_officer_opens_a_lock_and_that_is_recorded(client, clerk, officers, sign_in):
    for n in range(5):
        sign_in("clerk", "wrong", f"10.2.0.{n}")
    assert actions.unlock_account(clerk, by=access.actor(officers["system"]), reason="本人来电") == 5
    assert sign_in("clerk").status_code == 302
    assert Entry.objects.filter(verb="access.unlock_account").count() == 1


def test_a_forged_header_does_not_change_the_address(client, clerk, sign_in, small_limits):
    for n in range(10):
        client.post(
            "/signin/",
            {"login": f"guess{n}", "password": "wrong"},
            REMOTE_ADDR="10.9.9.9",
            HTTP_X_FORWARDED_FOR=f"10.8.0.{n}",
        )
    assert sign_in("clerk", PASSWORD, "10.9.9.9").status_code == 429
