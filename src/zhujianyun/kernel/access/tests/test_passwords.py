"""The password policy in both profiles (口令策略)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import actions, passwords
from zhujianyun.kernel.access.actions.resets import initial_password
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.access.passwords import PROFILES
from zhujianyun.kernel.access.tests.conftest import PASSWORD, TODAY

MLPS, ASVS = PROFILES["mlps3"], PROFILES["asvs"]
GOOD = ("Qv8$nTz3Rk6y", "红色马车-Kx27-Lm", "correct Horse battery 9 staple")


@pytest.mark.parametrize("password", GOOD)
def test_good_passwords_pass_both_profiles(password):
    assert not passwords.faults(password, by=MLPS)
    assert not passwords.faults(password, by=ASVS)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Qv8$nTz3R", "至少 10 位"),
        ("Q" * 1 + "v8$nTz3Rk6" * 13, "至多"),
        ("kxmpqtzwrnbh", "三类"),
        ("Kxmpqtzwrnbh", "三类"),
        ("Kx1234mpQtzw", "连续"),
        ("Kx7mpQaaaatz", "连续"),
        ("Qwer7#mpKxtz", "连续"),
        ("P@ssw0rd2020", "常见"),
        ("Admin@2020!!", "常见"),
        ("Zhujianyun#7x", "平台名称"),
    ],
)
def test_mlps3_names_every_fault(password, fault):
    assert any(fault in zh for zh in passwords.faults(password, by=MLPS))


@pytest.mark.parametrize("password", ["kxmpqtzwrnbh", "KXMPQTZWRNBH", "mein zebra isst gras", "Kx1234mpQtzw"])
def test_asvs_asks_for_no_composition(password):
    assert not passwords.faults(password, by=ASVS)


@pytest.mark.parametrize("password", ["kxmpqtzwrnb", "password2020", "iloveyou1314", "zhujianyun 2020 x"])
def test_asvs_still_refuses_short_common_and_context_passwords(password):
    assert passwords.faults(password, by=ASVS)


def test_the_names_of_the_person_are_refused_also_in_disguise():
    words = ("qinlihua", "13800138000", "覃丽华")
    for password in ("Q1nl1hua#7x9", "Kx#13800138000", "覃丽华-Kx27-Lm"):
        assert any("账号名" in zh for zh in passwords.faults(password, words=words, by=MLPS))


@given(st.text(max_size=140))
def test_every_text_gets_an_answer_and_short_ones_are_always_refused(text):
    for profile in PROFILES.values():
        found = passwords.faults(text, by=profile)
        assert found or profile.shortest <= len(text) <= passwords.LONGEST


WORDS = sorted(word for word in passwords.common_passwords() if word.isalpha())


@given(st.sampled_from(WORDS), st.text("0123456789!@#", max_size=12))
def test_a_common_password_with_digits_and_signs_after_it_stays_common(word, tail):
    assert any("常见" in zh for zh in passwords.faults(word + tail, by=ASVS))


@pytest.mark.parametrize("n", range(20))
def test_initial_passwords_meet_both_profiles(n):
    password = initial_password()
    assert not passwords.faults(password, by=MLPS)
    assert not passwords.faults(password, by=ASVS)


def test_a_profile_that_does_not_exist_stops_the_platform(settings):
    settings.SECURITY_PROFILE = "none"
    with pytest.raises(ImproperlyConfigured, match="mlps3"):
        passwords.profile()


@pytest.fixture
def account(house) -> Account:
    return actions.open_account(
        "clerk", "张三", by=house.by("system"), password=PASSWORD, must_change_password=False
    )


def test_the_last_five_passwords_do_not_come_back_under_mlps3(account, settings):
    settings.SECURITY_PROFILE = "mlps3"
    used = [PASSWORD]
    for n in range(5):
        clock.present().move_to(clock.at_local(TODAY + timedelta(days=n + 1)))
        fresh = f"Qv8$nTz3Rk6{'ybdhk'[n]}"
        actions.change_own_password(account, fresh)
        used.append(fresh)
    for old in used[-5:]:
        with pytest.raises(RuleBroken, match="相同"):
            actions.change_own_password(account, old)
    actions.change_own_password(account, used[0])


def test_the_present_password_is_never_a_new_one_whatever_the_profile(account, settings):
    settings.SECURITY_PROFILE = "asvs"
    with pytest.raises(RuleBroken, match="相同"):
        actions.change_own_password(account, PASSWORD)


@pytest.mark.parametrize(
    ("profile", "days", "after", "reason"),
    [("mlps3", None, 89, ""), ("mlps3", None, 90, "expired"), ("asvs", None, 900, ""), ("mlps3", 0, 900, "")],
)
def test_passwords_expire_as_the_profile_or_the_setting_says(account, settings, profile, days, after, reason):
    settings.SECURITY_PROFILE, settings.ZJY_PASSWORD_DAYS = profile, days
    clock.present().move_to(account.password_set_at + timedelta(days=after))
    assert passwords.must_renew(account) == reason


def test_an_initial_password_must_be_changed_in_every_profile(account, settings):
    settings.SECURITY_PROFILE = "asvs"
    account.must_change_password = True
    assert passwords.must_renew(account) == "initial"
