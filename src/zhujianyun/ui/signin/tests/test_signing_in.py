"""Name and password: who gets in, what the others learn (登录)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.journal import Entry
from zhujianyun.ui.signin.tests.conftest import PASSWORD


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def facts(verb: str) -> list[dict]:
    return [json.loads(text) for text in Entry.objects.filter(verb=verb).values_list("facts", flat=True)]


def test_the_right_password_leads_to_the_workbench_and_is_recorded(client, clerk, sign_in):
    answer = sign_in("Clerk ")
    assert answer.status_code == 302
    assert answer.url == "/workbench/"
    assert signed_in(client)
    entry = Entry.objects.get(verb="access.signed_in")
    assert (entry.actor, entry.source) == (clerk.key, "10.1.1.1")
    assert Account.objects.get(pk=clerk.pk).last_signed_in_at is not None


def test_the_page_is_chinese_asks_nothing_of_other_hosts_and_offers_no_registration(client, db):
    page = client.get("/signin/").content.decode()
    for word in ("登录", "账号名", "口令"):
        assert word in page
    for word in ("http://", "https://", "Sign", "Login", "signup", "记住"):
        assert word not in page


def test_nobody_registers_himself(client, db):
    assert "不开放注册" in client.get("/account/signup/").content.decode()
    client.post("/account/signup/", {"username": "mallory", "password1": PASSWORD, "password2": PASSWORD})
    assert not Account.objects.filter(username="mallory").exists()


def test_a_wrong_password_an_unknown_name_and_a_closed_account_read_the_same(
    client, clerk, officers, sign_in
):
    by = access.actor(officers["system"])
    closed = actions.open_account("closed", "王五", by=by, password=PASSWORD)
    actions.close_account(closed, by=by, reason="离职")

    def text(username, password):
        page = sign_in(username, password).content.decode()
        token = page.split('csrfmiddlewaretoken" value="')[1].split('"')[0]
        return page.replace(token, "").replace(username, "")

    answers = {text("clerk", "wrong"), text("nobody", "wrong"), text("closed", PASSWORD)}
    assert len(answers) == 1
    assert "账号名或口令不正确" in answers.pop()


def test_a_failure_is_recorded_and_an_unknown_name_is_masked(client, clerk, sign_in):
    sign_in("clerk", "wrong")
    sign_in("MySecret#1", "wrong")
    assert [entry["username"] for entry in facts("access.sign_in_failed")] == ["clerk", "m***"]
    assert "ysecret" not in "".join(Entry.objects.values_list("facts", flat=True)).lower()


def test_the_session_gets_a_new_number_at_sign_in(client, clerk, sign_in):
    client.get("/signin/")
    session = client.session
    session["planted"] = 1
    session.save()
    before = session.session_key
    sign_in("clerk")
    assert client.session.session_key != before


def test_only_addresses_of_this_house_follow_a_sign_in(client, clerk, sign_in):
    assert sign_in("clerk", next="https://evil.example/").url == "/workbench/"


def test_nobody_signs_in_at_wagtail_s_own_door(client, clerk):
    answer = client.get("/workbench/login/?next=/workbench/x/")
    assert answer.url == "/signin/?next=%2Fworkbench%2Fx%2F"
    client.post("/workbench/login/", {"username": "clerk", "password": PASSWORD})
    assert not signed_in(client)
    assert client.get("/workbench/password_reset/").url.startswith("/signin/")


def test_the_workbench_sends_strangers_to_our_page(client, db):
    assert client.get("/workbench/").url.startswith("/signin/?next=")


def test_whoever_has_no_role_does_not_enter_the_workbench(client, officers, sign_in):
    actions.open_account(
        "idle", "李四", by=access.actor(officers["system"]), password=PASSWORD, must_change_password=False
    )
    sign_in("idle")
    assert client.get("/workbench/").status_code == 302


def test_an_idle_session_ends_and_a_busy_one_does_not(client, clerk):
    with clock.standing(clock.now()) as now:
        client.post("/signin/", {"login": "clerk", "password": PASSWORD})
        for minutes in (25, 25, 29):
            now.move_to(clock.now() + timedelta(minutes=minutes))
            assert client.get("/account/mfa/").status_code == 200
        now.move_to(clock.now() + timedelta(minutes=31))
        answer = client.get("/account/mfa/")
        assert answer.url == "/signin/?next=%2Faccount%2Fmfa%2F"
        assert not signed_in(client)


def test_a_closed_account_is_out_with_its_next_request(client, clerk, officers, sign_in):
    sign_in("clerk")
    actions.close_account(clerk, by=access.actor(officers["system"]), reason="离职")
    assert client.get("/account/mfa/").url.startswith("/signin/")


def test_signing_out_needs_a_post_and_is_recorded(client, clerk, sign_in):
    sign_in("clerk")
    assert "退出" in client.get("/signout/").content.decode()
    assert signed_in(client)
    assert client.post("/signout/").url == "/signin/"
    assert not signed_in(client)
    assert Entry.objects.filter(verb="access.signed_out", actor=clerk.key).count() == 1


def test_an_initial_password_is_changed_before_anything_else(client, clerk, sign_in):
    Account.objects.filter(pk=clerk.pk).update(must_change_password=True)
    sign_in("clerk")
    assert client.get("/workbench/").url == "/account/password/change/"
    form = {"oldpassword": PASSWORD, "password1": "Qv8$nTz3Rk6y", "password2": "Qv8$nTz3Rk6y"}
    bad = client.post("/account/password/change/", {**form, "password1": "short", "password2": "short"})
    assert "至少 10 位" in bad.content.decode()
    assert client.post("/account/password/change/", form).url == "/workbench/"
    assert client.get("/account/mfa/").status_code == 200
    assert Account.objects.get(pk=clerk.pk).check_password("Qv8$nTz3Rk6y")


def test_an_expired_password_is_changed_before_anything_else(client, clerk, sign_in):
    Account.objects.filter(pk=clerk.pk).update(password_set_at=clock.now() - timedelta(days=91))
    sign_in("clerk")
    assert client.get("/account/mfa/").url == "/account/password/change/"


def test_a_changed_password_ends_the_sessions_elsewhere(client, clerk, sign_in):
    elsewhere = Client()
    elsewhere.post("/signin/", {"login": "clerk", "password": PASSWORD})
    sign_in("clerk")
    form = {"oldpassword": PASSWORD, "password1": "Qv8$nTz3Rk6y", "password2": "Qv8$nTz3Rk6y"}
    client.post("/account/password/change/", form)
    assert client.get("/account/mfa/").status_code == 200
    assert elsewhere.get("/account/mfa/").status_code == 302


@pytest.mark.parametrize("name", ["", "x" * 5000, "\x00clerk", "clerk\r\nX-Evil: 1", "‮kcelc", "' OR 1=1 --"])
def test_odd_names_are_refused_without_a_fault(client, clerk, sign_in, name):
    assert sign_in(name).status_code == 200
    assert not signed_in(client)
