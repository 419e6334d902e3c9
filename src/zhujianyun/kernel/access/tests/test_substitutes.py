"""A post lent for some days: by whom, to whom, how long, and that it ends by date (代理)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import actions, queries, registry
from zhujianyun.kernel.access.models import Account, Membership, Role, Substitution

TODAY = date(2020, 6, 1)
FRIDAY = date(2020, 6, 5)


@pytest.fixture
def city(house):
    return house.offices["city"]


def person(name: str, office, role: str = "trade.clerk") -> Account:
    account = Account.objects.create(username=f"u{Account.objects.count()}", name_zh=name)
    Membership.objects.create(
        account=account, role=Role.objects.get(code=role), office=office, valid_from=date(2020, 1, 1)
    )
    return account


def post(account: Account) -> Membership:
    return account.memberships.exclude(kind="substitute").get()


def lend(giver: Account, taker: Account, **changes) -> Substitution:
    given = {
        "by": access.actor(giver), "valid_from": TODAY, "valid_to": FRIDAY, "kind": "leave", "reason": "年休假",
    }  # fmt: skip
    return actions.lend_post(changes.pop("post", post(giver)), taker, **{**given, **changes})


def test_a_lent_post_holds_on_its_days_says_for_whom_and_ends_by_date(house, city):
    head, clerk = person("李局", city, "trade.head"), person("张三", city)
    lend(head, clerk)
    now = access.actor(clerk)
    assert access.holds(now, "trade.head", city.pk)
    assert access.stands_in_for(now, "trade.head", city.pk) == head.key
    assert access.only_stands_in(now, "trade.head", city.pk)
    assert not access.only_stands_in(now, "trade.clerk", city.pk)
    after = access.actor(clerk, FRIDAY + timedelta(days=1))
    assert not access.holds(after, "trade.head", city.pk) and after.substitutes == {}
    entry = journal.Entry.objects.get(verb="access.lend_post")
    assert (entry.reason, entry.facts_dict["stands_in_for"]) == ("年休假", head.key)


def test_every_post_of_ones_own_counts_as_own_whatever_else_is_lent(house, city):
    head, clerk = person("李局", city, "trade.head"), person("张三", city)
    Membership.objects.create(
        account=clerk, role=Role.objects.get(code="trade.clerk"), office=house.offices["division"],
        valid_from=date(2020, 2, 1),
    )  # fmt: skip
    row = lend(head, clerk)
    now = access.actor(clerk)
    division = house.offices["division"].pk
    assert now.own_roles == {("trade.clerk", city.pk), ("trade.clerk", division)}
    assert now.roles >= now.own_roles and row.membership.role.code == "trade.head"


def test_a_role_that_acts_below_is_lent_with_its_reach_and_names_the_lender_there_too(house, city):
    root = house.offices["department"]
    head, other = person("处长", root, "trade.head"), person("副处长", root)
    lend(head, other)
    assert access.stands_in_for(access.actor(other), "trade.head", city.pk) == head.key


def test_only_the_person_himself_or_who_may_arrange_lends_a_post(house, city, trade):
    trade.add_role("trade.boss", "局领导", ["access.arrange_substitutes"])
    registry.sync_roles()
    head, clerk, boss = (
        person("李局", city, "trade.head"),
        person("张三", city),
        person("王局", city, "trade.boss"),
    )
    with pytest.raises(NotAllowed, match="只能安排自己的代理"):
        lend(head, clerk, by=access.actor(clerk))
    assert journal.Entry.objects.filter(verb="access.lend_post", result="refused").count() == 1
    with pytest.raises(NotAllowed, match="安排给自己"):
        lend(head, boss, by=access.actor(boss))
    assert lend(head, clerk, by=access.actor(boss)).arranged_by == boss


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "写明代理事由"),
        ({"valid_to": TODAY - timedelta(days=1)}, "早于起始日"),
        ({"valid_from": TODAY - timedelta(days=1)}, "不能补办"),
        ({"valid_to": TODAY + timedelta(days=92)}, "最长 92 天"),
    ],
    ids=["no reason", "out of order", "in the past", "too long"],
)
def test_days_and_reason_are_looked_at(house, city, changes, said):
    with pytest.raises(RuleBroken, match=said):
        lend(person("李局", city, "trade.head"), person("张三", city), **changes)


def test_a_lent_post_is_not_lent_on_nor_twice_nor_to_whoever_is_away(house, city):
    head, clerk, third = person("李局", city, "trade.head"), person("张三", city), person("赵六", city)
    row = lend(head, clerk)
    with pytest.raises(RuleBroken, match="不能再转"):
        lend(clerk, third, post=row.membership, by=access.actor(clerk))
    with pytest.raises(Conflict, match="已由 张三 代理"):
        lend(head, third)
    with pytest.raises(RuleBroken, match="也在休假"):
        lend(third, head)
    with pytest.raises(RuleBroken, match="本人代理本人"):
        lend(third, third)


def test_nobody_stands_in_for_two_in_the_same_role(house, city):
    one, two, clerk = person("甲", city, "trade.head"), person("乙", city, "trade.head"), person("张三", city)
    lend(one, clerk)
    with pytest.raises(Conflict, match="已代理 甲 的同一职责"):
        lend(two, clerk)


def test_a_stranger_to_the_office_or_one_of_the_three_does_not_stand_in(house, city):
    head = person("李局", city, "trade.head")
    with pytest.raises(RuleBroken, match="须是本单位同事"):
        lend(head, person("外单位", house.offices["division"]))
    with pytest.raises(RuleBroken, match="三员账号"):
        lend(head, house.officers["audit"])


def test_either_side_ends_it_early_and_it_is_gone_at_once(house, city, standing):
    head, clerk = person("李局", city, "trade.head"), person("张三", city)
    row = lend(head, clerk)
    standing.move_to(clock.at_local(date(2020, 6, 3), 9))
    with pytest.raises(RuleBroken, match="提前结束的事由"):
        actions.end_substitution(row, by=access.actor(head), reason="")
    actions.end_substitution(row, by=access.actor(clerk), reason="本人也要出差")
    assert not access.holds(access.actor(clerk), "trade.head", city.pk)
    assert row.membership.valid_to == date(2020, 6, 2) and row.ended_by == clerk
    assert not queries.substitutions().exists()
    with pytest.raises(RuleBroken, match="无须再结束"):
        actions.end_substitution(row, by=access.actor(head), reason="再结束一次")
    lend(head, clerk, valid_from=date(2020, 6, 3))


def test_a_third_person_ends_nothing(house, city):
    row = lend(person("李局", city, "trade.head"), person("张三", city))
    with pytest.raises(NotAllowed):
        actions.end_substitution(row, by=access.actor(person("赵六", city)), reason="多管闲事")
