"""Guard, change, record: the verbs of access (办理)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions, queries
from zhujianyun.kernel.access.models import Account, Membership, OfficerDuty
from zhujianyun.kernel.access.tests.conftest import PASSWORD, TODAY
from zhujianyun.kernel.journal import Entry


def lines(verb: str, result: str = "ok") -> int:
    return Entry.objects.filter(verb=verb, result=result).count()


@pytest.fixture
def clerk(house) -> Account:
    return actions.open_account("clerk", "张三", by=house.by("system"), password=PASSWORD)


def test_a_platform_is_founded_once_with_three_officers_and_no_other_account(house):
    assert sorted(OfficerDuty.objects.values_list("duty", flat=True)) == ["audit", "security", "system"]
    assert Account.objects.count() == 3
    assert lines("access.found_platform") == 3
    with pytest.raises(NotAllowed, match="已经设立"):
        actions.found_platform(
            system=actions.Founder("a11", "甲", PASSWORD),
            security=actions.Founder("b11", "乙", PASSWORD),
            audit=actions.Founder("c11", "丙", PASSWORD),
        )


def test_one_person_cannot_found_a_platform_in_two_places(db, standing):
    with pytest.raises(RuleBroken, match="三员分立"):
        actions.found_platform(
            system=actions.Founder("a11", "甲", PASSWORD, phone="13800000001"),
            security=actions.Founder("b11", "甲", PASSWORD, phone="13800000001"),
            audit=actions.Founder("c11", "丙", PASSWORD),
        )
    assert not Account.objects.exists()


def test_a_new_account_has_no_right_and_leaves_a_line(clerk):
    assert not access.actor(clerk).granted
    assert lines("access.open_account") == 1


def test_user_names_are_one_whatever_the_case_and_taken_ones_are_refused(house, clerk):
    assert Account.objects.get_by_natural_key(" CLERK ") == clerk
    with pytest.raises(RuleBroken, match="已被使用"):
        actions.open_account("Clerk", "李四", by=house.by("system"))


@pytest.mark.parametrize("name", ["", "张三", "a b c", "-abc", "x" * 41, "ab\n"])
def test_malformed_user_names_are_refused(house, name):
    if name == "ab\n":
        assert actions.open_account("abc\n", "李四", by=house.by("system")).username == "abc"
        return
    with pytest.raises(RuleBroken, match="账号名"):
        actions.open_account(name, "李四", by=house.by("system"))


def test_a_granted_role_holds_from_its_first_day_and_is_recorded_with_its_days(house, clerk):
    office = house.offices["city"]
    membership = actions.grant_role(
        clerk, "trade.clerk", office, by=house.by("security"), valid_from=TODAY + timedelta(days=1)
    )
    assert not access.holds(access.actor(clerk), "trade.clerk", office.pk)
    assert access.holds(access.actor(clerk, TODAY + timedelta(days=1)), "trade.clerk", office.pk)
    entry = Entry.objects.get(verb="access.grant_role")
    assert f'"membership":{membership.pk}' in entry.facts
    assert entry.actor == house.officers["security"].key


def test_an_unknown_role_cannot_be_granted(house, clerk):
    with pytest.raises(NotFound):
        actions.grant_role(clerk, "trade.nobody", house.offices["city"], by=house.by("security"))


def test_a_role_held_already_is_not_granted_again_in_the_same_days(house, clerk):
    by, office = house.by("security"), house.offices["city"]
    actions.grant_role(clerk, "trade.clerk", office, by=by, valid_to=date(2020, 6, 30))
    with pytest.raises(Conflict):
        actions.grant_role(clerk, "trade.clerk", office, by=by, valid_from=date(2020, 6, 30))
    actions.grant_role(clerk, "trade.clerk", office, by=by, valid_from=date(2020, 7, 1))


def test_the_slower_of_two_security_officers_is_told_so(house, clerk, monkeypatch):
    from zhujianyun.kernel.access.actions import grants

    by, office = house.by("security"), house.offices["city"]
    actions.grant_role(clerk, "trade.clerk", office, by=by)
    monkeypatch.setattr(grants, "_not_twice", lambda *a: None)  # as seen a moment too early
    with pytest.raises(Conflict, match="他人"):
        actions.grant_role(clerk, "trade.clerk", office, by=by)
    assert Membership.objects.count() == 1


def test_a_withdrawn_role_is_gone_at_once_and_stays_as_history(house, clerk):
    by, office = house.by("security"), house.offices["city"]
    old = actions.grant_role(clerk, "trade.clerk", office, by=by, valid_from=date(2020, 1, 1))
    fresh = actions.grant_role(clerk, "trade.head", office, by=by)
    for membership in (old, fresh):
        actions.withdraw_role(membership, by=by, reason="调离")
    assert not access.actor(clerk).roles
    assert access.holds(access.actor(clerk, date(2020, 5, 31)), "trade.clerk", office.pk)
    assert Membership.objects.count() == 2
    with pytest.raises(RuleBroken, match="结束"):
        actions.withdraw_role(fresh, by=by, reason="再收")


def test_a_substitute_must_say_for_whom(house, clerk):
    with pytest.raises(RuleBroken, match="代理何人"):
        actions.grant_role(
            clerk, "trade.clerk", house.offices["city"], by=house.by("security"), kind="substitute"
        )


def test_the_security_officer_cannot_grant_to_himself_and_the_attempt_is_recorded(house):
    with pytest.raises(NotAllowed, match="不能为自己"):
        actions.grant_role(
            house.officers["security"], "trade.clerk", house.offices["city"], by=house.by("security")
        )
    assert lines("access.grant_role", "refused") == 1
    assert lines("access.grant_role") == 0


def test_an_officer_cannot_get_a_business_role_nor_a_clerk_become_an_officer(house, clerk):
    by = house.by("security")
    with pytest.raises(RuleBroken, match="三员"):
        actions.grant_role(house.officers["system"], "trade.clerk", house.offices["city"], by=by)
    actions.grant_role(clerk, "trade.clerk", house.offices["city"], by=by)
    with pytest.raises(RuleBroken, match="业务角色"):
        actions.appoint_officer(clerk, "audit", by=by, reason="增补")


def test_the_last_officer_of_a_kind_stays_until_there_is_a_successor(house, clerk):
    by = house.by("security")
    with pytest.raises(RuleBroken, match="接任者"):
        actions.dismiss_officer(house.officers["audit"], by=by, reason="轮岗")
    actions.appoint_officer(clerk, "audit", by=by, reason="接任")
    actions.dismiss_officer(house.officers["audit"], by=by, reason="轮岗")
    clock.present().move_to(clock.at_local(TODAY + timedelta(days=1)))
    assert [row.account for row in queries.officers().filter(duty="audit")] == [clerk]


def test_a_former_officer_never_gets_another_duty(house, clerk):
    by = house.by("security")
    actions.appoint_officer(clerk, "audit", by=by, reason="增补")
    actions.dismiss_officer(clerk, by=by, reason="离岗")
    with pytest.raises(RuleBroken, match="三员分立"):
        actions.appoint_officer(clerk, "system", by=by, reason="转岗")
    actions.appoint_officer(clerk, "audit", by=by, reason="返岗")


def test_a_closed_account_has_no_right_and_an_officer_is_dismissed_first(house, clerk):
    actions.grant_role(clerk, "trade.clerk", house.offices["city"], by=house.by("security"))
    actions.close_account(clerk, by=house.by("system"), reason="离职")
    assert not access.actor(Account.objects.get(pk=clerk.pk)).roles
    with pytest.raises(RuleBroken, match="免去"):
        actions.close_account(house.officers["audit"], by=house.by("system"), reason="试试")


def test_a_reset_takes_two_officers_and_tells_the_new_password_once(house, clerk):
    asked = actions.ask_reset(clerk, "password", by=house.by("system"), reason="忘记口令")
    with pytest.raises(NotAllowed):
        actions.approve_reset(asked, by=house.by("system"))
    password = actions.approve_reset(asked, by=house.by("security"))
    clerk.refresh_from_db()
    assert clerk.check_password(password)
    assert clerk.must_change_password
    with pytest.raises(RuleBroken, match="批准过"):
        actions.approve_reset(asked, by=house.by("security"))
    assert password not in "".join(Entry.objects.values_list("facts", flat=True))


def test_own_password_only(house, clerk):
    with pytest.raises(NotAllowed):
        actions.change_own_password(clerk, "Qv8$nTz3Rk6y", by=house.by("security"))
    actions.change_own_password(clerk, "Qv8$nTz3Rk6y")
    assert lines("access.change_password") == 1


def test_an_office_is_closed_only_when_nobody_belongs_to_it(house, clerk):
    office = house.offices["city"]
    membership = actions.grant_role(clerk, "trade.clerk", office, by=house.by("security"))
    with pytest.raises(RuleBroken):
        actions.close_office(office, by=house.by("system"), reason="撤并")
    actions.withdraw_role(membership, by=house.by("security"), reason="撤并")
    actions.close_office(office, by=house.by("system"), reason="撤并")
    with pytest.raises(RuleBroken, match="停用"):
        actions.grant_role(clerk, "trade.clerk", office, by=house.by("security"))


def test_there_is_no_superuser_to_be_made(db):
    with pytest.raises(NotAllowed):
        Account.objects.create_superuser("root", "x", name_zh="根")
