"""The second factor: enrolment, one code once, recovery codes, the duty of officers (第二因素)."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client

from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.journal import Entry

CODE_PAGE, ENROL = "/account/mfa/authenticate/", "/account/mfa/totp/activate/"


class Watch:
    """The time steps of the device (验证器时钟)."""

    step = 57_000_000

    def near(self):
        return iter([self.step - 1, self.step, self.step + 1])

    def code(self, secret: str, shift: int = 0) -> str:
        return auth.format_hotp_value(auth.hotp_value(secret, self.step + shift))


@pytest.fixture
def watch(monkeypatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(auth, "yield_hotp_counters_from_time", made.near)
    return made


def enrol(client: Client, watch: Watch) -> str:
    page = client.get(ENROL).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page)[1]
    assert client.post(ENROL, {"code": watch.code(secret)}).status_code == 302
    watch.step += 1
    return secret


@pytest.fixture
def device(client, clerk, sign_in, watch) -> str:
    """The secret of a clerk who has enrolled and signed out."""
    sign_in("clerk")
    secret = enrol(client, watch)
    client.get("/account/mfa/recovery-codes/")
    client.logout()
    return secret


def inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_after_enrolment_the_password_alone_does_not_let_in(client, device, watch, sign_in):
    assert sign_in("clerk").url == CODE_PAGE
    assert not inside(client)
    assert "动态口令" in client.get(CODE_PAGE).content.decode()
    before = client.session.session_key
    assert client.post(CODE_PAGE, {"code": watch.code(device)}).url == "/workbench/"
    assert inside(client)
    assert client.session.session_key != before


def test_half_way_one_may_begin_anew_with_another_account(client, device, sign_in):
    sign_in("clerk")
    assert client.post("/signout/", {"next": "/signin/"}).url == "/signin/"
    assert client.get("/signin/").status_code == 200


def test_a_code_used_once_is_refused_in_its_step_even_by_another_process(client, device, watch, sign_in):
    code = watch.code(device)
    sign_in("clerk")
    client.post(CODE_PAGE, {"code": code})
    client.logout()
    cache.clear()  # another process, or this one after a restart
    sign_in("clerk")
    answer = client.post(CODE_PAGE, {"code": code})
    assert "已经用过" in answer.content.decode()
    assert not inside(client)


def test_an_older_code_is_refused_after_a_newer_one(client, device, watch, sign_in):
    sign_in("clerk")
    client.post(CODE_PAGE, {"code": watch.code(device, +1)})
    assert inside(client)
    client.logout()
    sign_in("clerk")
    client.post(CODE_PAGE, {"code": watch.code(device)})
    assert not inside(client)


def test_the_code_of_enrolment_does_not_sign_in(client, device, watch, sign_in):
    cache.clear()
    sign_in("clerk")
    client.post(CODE_PAGE, {"code": watch.code(device, -1)})
    assert not inside(client)


@pytest.mark.parametrize(("shift", "good"), [(-2, False), (0, True), (1, True), (2, False)])
def test_the_clock_may_be_off_by_one_step_only(client, device, watch, sign_in, shift, good):
    sign_in("clerk")
    client.post(CODE_PAGE, {"code": watch.code(device, shift)})
    assert inside(client) is good


def test_wrong_codes_lock_the_account_like_wrong_passwords(client, device, watch, sign_in):
    sign_in("clerk")
    codes = [client.post(CODE_PAGE, {"code": "000000"}).status_code for _ in range(5)]
    assert codes[-1] == 429
    assert client.post(CODE_PAGE, {"code": watch.code(device)}).status_code != 302
    assert not inside(client)
    assert Entry.objects.filter(verb="access.sign_in_failed", facts__contains="code").count() >= 5


def test_the_secret_is_sealed_at_rest(client, device):
    row = Authenticator.objects.get(type="totp")
    assert device not in str(row.data)


def test_each_recovery_code_lets_in_once(client, clerk, watch, sign_in):
    sign_in("clerk")
    enrol(client, watch)
    page = client.get("/account/mfa/recovery-codes/").content.decode()
    codes = re.findall(r"<li>(\d{8})</li>", page)
    assert len(codes) == 10
    assert "不能再看" in client.get("/account/mfa/recovery-codes/").content.decode()
    for good in (True, False):
        client.logout()
        sign_in("clerk")
        client.post(CODE_PAGE, {"code": codes[0]})
        assert inside(client) is good


@pytest.mark.parametrize("duty", ["system", "security", "audit"])
def test_an_officer_enrols_before_anything_else(client, officers, sign_in, watch, duty):
    sign_in(officers[duty].username)
    for page in ("/workbench/", "/account/mfa/", "/account/mfa/totp/deactivate/"):
        assert client.get(page).url == ENROL
    enrol(client, watch)
    assert client.get("/account/mfa/").status_code == 200


def test_an_officer_cannot_take_his_second_factor_off_and_a_clerk_can(
    client, officers, clerk, sign_in, watch
):
    for username, kept in (("sysadm", True), ("clerk", False)):
        sign_in(username)
        enrol(client, watch)
        client.get("/account/mfa/recovery-codes/")
        answer = client.post("/account/mfa/totp/deactivate/")
        assert Authenticator.objects.filter(type="totp", user__username=username).exists() is kept
        assert ("不能停用" in unquote(answer.content.decode())) is kept
        client.logout()


def test_taking_it_off_long_after_signing_in_needs_the_code_again(client, device, watch, sign_in):
    sign_in("clerk")
    client.post(CODE_PAGE, {"code": watch.code(device)})
    session = client.session
    session["account_authentication_methods"] = [
        {**record, "at": record["at"] - 3600} for record in session["account_authentication_methods"]
    ]
    session.save()
    assert "reauthenticate" in client.post("/account/mfa/totp/deactivate/").url
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_duty_can_be_switched_off_for_a_demo(client, officers, sign_in, settings):
    settings.ZJY_SECOND_FACTOR_FOR_OFFICERS = False
    sign_in("sysadm")
    assert client.get("/account/mfa/").status_code == 200


def test_a_lost_telephone_is_mended_by_two_officers(client, device, officers, sign_in):
    clerk = Account.objects.get(username="clerk")
    asked = actions.ask_reset(clerk, "second_factor", by=access.actor(officers["system"]), reason="手机丢失")
    actions.approve_reset(asked, by=access.actor(officers["security"]))
    assert sign_in("clerk").url == "/workbench/"


def test_enrolment_and_removal_are_recorded(
    client, clerk, sign_in, watch, django_capture_on_commit_callbacks
):
    sign_in("clerk")
    with django_capture_on_commit_callbacks(execute=True):
        enrol(client, watch)
    client.get("/account/mfa/recovery-codes/")
    client.post("/account/mfa/totp/deactivate/")
    verbs = list(Entry.objects.filter(verb__startswith="access.second").values_list("verb", flat=True))
    assert "access.second_factor_added" in verbs
    assert "access.second_factor_removed" in verbs
