"""Default deny, reach of offices, and no query once the actor stands (权限判定)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import registry
from zhujianyun.kernel.access.models import Account, Membership, Office, Role

DAY = date(2020, 6, 1)


@pytest.fixture
def tree(db, trade):
    registry.sync_roles()
    department = Office.objects.create(code="T", name="厅", kind="province")
    division = Office.objects.create(code="T-X", name="消防处", kind="division", parent=department)
    city = Office.objects.create(code="T-C", name="市局", kind="city", parent=department)
    county = Office.objects.create(code="T-C-1", name="县局", kind="county", parent=city)
    other = Office.objects.create(code="T-D", name="另一市局", kind="city", parent=department)
    return {"department": department, "division": division, "city": city, "county": county, "other": other}


def member(office: Office, role: str = "trade.clerk", **kw) -> Account:
    account = Account.objects.create(username=kw.pop("username", "someone"), name_zh="张三")
    kw.setdefault("valid_from", date(2020, 1, 1))
    Membership.objects.create(account=account, role=Role.objects.get(code=role), office=office, **kw)
    return account


def test_a_permission_that_nobody_registered_is_never_held_not_even_by_the_platform(tree):
    actor = access.actor(member(tree["department"]), DAY)
    assert not access.allows(actor, "trade.unknown")
    assert not access.allows(access.SYSTEM, "trade.unknown")


def test_the_platform_may_do_business_but_nothing_reserved_to_the_officers(trade):
    assert access.allows(access.SYSTEM, "trade.decide", 7)
    assert access.offices_for(access.SYSTEM, "trade.decide") is access.ALL
    for code in ("journal.read", "access.grant_role", "access.open_account"):
        assert not access.allows(access.SYSTEM, code)


def test_a_clerk_of_a_city_reads_its_counties_but_acts_only_at_his_own_office(tree):
    actor = access.actor(member(tree["city"]), DAY)
    assert access.offices_for(actor, "trade.view_case") == {tree["city"].pk, tree["county"].pk}
    assert access.offices_for(actor, "trade.decide") == {tree["city"].pk}
    assert not access.allows(actor, "trade.view_case", tree["other"])


def test_a_division_of_the_department_reads_the_whole_region(tree):
    actor = access.actor(member(tree["division"]), DAY)
    assert access.offices_for(actor, "trade.view_case") is access.ALL
    assert access.offices_for(actor, "trade.decide") == {tree["division"].pk}


def test_a_role_that_acts_below_holds_there_too(tree):
    actor = access.actor(member(tree["city"], "trade.head"), DAY)
    assert access.allows(actor, "trade.decide", tree["county"])
    assert access.holds(actor, "trade.head", tree["county"].pk)
    assert not access.holds(actor, "trade.head", tree["other"].pk)


def test_a_membership_counts_from_its_first_to_its_last_day_and_not_outside(tree):
    account = member(tree["city"], valid_from=date(2020, 3, 1), valid_to=date(2020, 3, 31))
    held = {
        day: access.holds(access.actor(account, day), "trade.clerk", tree["city"].pk)
        for day in (date(2020, 2, 29), date(2020, 3, 1), date(2020, 3, 31), date(2020, 4, 1))
    }
    assert list(held.values()) == [False, True, True, False]


def test_a_closed_or_expired_account_acts_with_no_right(tree):
    account = member(tree["city"])
    account.expires_on = date(2020, 5, 31)
    assert not access.actor(account, DAY).roles
    account.expires_on, account.is_active = None, False
    assert not access.actor(account, DAY).granted


def test_an_object_without_office_is_denied_unless_the_permission_reaches_everywhere(tree):
    clerk = access.actor(member(tree["city"]), DAY)
    assert not access.allows(clerk, "trade.view_case", obj=object())
    assert access.allows(
        access.actor(member(tree["division"], username="w"), DAY), "trade.view_case", obj=object()
    )


def test_a_refusal_names_the_permission_and_the_remedy(tree):
    actor = access.actor(member(tree["city"]), DAY)
    with pytest.raises(NotAllowed) as refusal:
        access.require(actor, "trade.decide", tree["other"])
    assert "作出决定" in refusal.value.message_zh
    assert refusal.value.details["office"] == tree["other"].pk


def test_fields_are_shown_to_holders_only_and_unregistered_models_show_none(tree):
    actor = access.actor(member(tree["city"]), DAY)
    assert access.fields_for(actor, "trade.Case") == {"number", "title"}
    assert access.fields_for(actor, "trade.Secret") == frozenset()
    assert access.fields_for(access.subject_actor(3, "某公司"), "trade.Case") == frozenset()


def test_an_actor_is_made_with_three_queries_and_asked_without_any(tree, django_assert_num_queries):
    account = member(tree["city"])
    with django_assert_num_queries(3):
        actor = access.actor(account, DAY)
    with django_assert_num_queries(0):
        for _ in range(100):
            access.holds(actor, "trade.clerk", tree["city"].pk)
            access.allows(actor, "trade.decide", tree["city"])


def test_a_substitute_says_for_whom_he_acts(tree):
    absent = Account.objects.create(username="absent", name_zh="李四")
    account = member(tree["city"], kind="substitute", stands_in_for=absent)
    actor = access.actor(account, DAY)
    assert access.stands_in_for(actor, "trade.clerk", tree["city"].pk) == absent.key
    assert access.stands_in_for(actor, "trade.head", tree["city"].pk) == ""


def test_a_role_with_an_unknown_permission_is_refused(trade):
    with pytest.raises(RuleBroken, match="未登记"):
        trade.add_role("trade.odd", "怪角色", ["trade.nothing"])


def test_a_business_role_cannot_contain_what_is_reserved_to_an_officer(trade):
    with pytest.raises(RuleBroken, match="三员"):
        trade.add_role("trade.odd", "怪角色", ["journal.read"])


def test_one_permission_code_has_one_meaning(trade):
    trade.add_permission("trade.decide", "作出决定", "trade")
    with pytest.raises(RuleBroken, match="另作他用"):
        trade.add_permission("trade.decide", "别的", "other")


def test_syncing_roles_twice_changes_nothing_and_withdrawn_roles_are_marked(tree, trade):
    assert registry.sync_roles() == 0
    del trade.roles["trade.head"]
    assert registry.sync_roles() == 1
    assert not Role.objects.get(code="trade.head").is_offered


@given(st.sets(st.integers(0, 50)), st.integers())
def test_all_contains_every_office_and_is_never_empty(some, office):
    assert office in access.ALL
    assert bool(access.ALL)
    assert access.ALL is not some
