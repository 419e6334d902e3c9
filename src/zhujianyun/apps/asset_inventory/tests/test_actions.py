"""What is done to the inventory: once, by whom it may be done, and told in the journal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhujianyun.apps.asset_inventory.actions import ending, entering, finding, holding, linking, planning
from zhujianyun.apps.asset_inventory.models import Contact, Finding, LinkedSpan, Milestone, PlanItem
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.system.models import Cloud, Network, SystemLink

from .conftest import HOUSING, MARKET, MONDAY


def rules(record) -> set[str]:
    return set(Finding.objects.filter(system=record.system, closed_on=None).values_list("rule", flat=True))


def test_a_name_that_differs_only_in_brackets_and_width_is_taken(department):
    department.enter("a", name="住房保障系统（新）")
    with pytest.raises(RuleBroken, match="同名"):
        department.enter("b", name="住房保障系统(新)")
    with pytest.raises(RuleBroken, match="已在台账中"):
        department.enter("a", name="另一系统")


def test_a_classified_system_is_refused_whatever_field_says_so(department):
    with pytest.raises(RuleBroken, match="非涉密"):
        department.enter("a", name="某涉密系统")
    with pytest.raises(RuleBroken, match="非涉密"):
        department.enter("a", purpose="存放机密级文件")
    assert department.enter("a", purpose="非涉密办公").pk


def test_whoever_holds_no_right_at_the_owner_changes_nothing(department):
    record = department.enter(owner=HOUSING)
    for name in ("market", "reader"):
        with pytest.raises(NotAllowed):
            entering.change_system(record, {"purpose": "x"}, by=department.who(name), expected_version=1)
    by = department.who("housing")
    with pytest.raises(NotAllowed):  # nor may a division push its system upon another
        entering.change_system(record, {"owner": department.offices[MARKET]}, by=by, expected_version=1)


def test_the_second_of_two_changes_is_a_conflict_and_the_journal_has_both_sides_of_the_first(department):
    record, by = department.enter(), department.who("housing")
    entering.change_system(department.fresh(record), {"purpose": "甲"}, by=by, expected_version=1)
    with pytest.raises(Conflict):
        entering.change_system(department.fresh(record), {"purpose": "乙"}, by=by, expected_version=1)
    told = Entry.objects.get(verb="asset_inventory.change").facts_dict
    assert told["purpose"] == {"before": "", "after": "甲"}
    assert department.fresh(record).purpose == "甲"


def test_a_change_that_changes_nothing_leaves_no_trace(department):
    record = department.enter(purpose="甲")
    entering.change_system(
        department.fresh(record), {"purpose": "甲"}, by=department.who("housing"), expected_version=1
    )
    assert department.fresh(record).version == 1
    assert not Entry.objects.filter(verb="asset_inventory.change").exists()


def test_links_make_systems_linked_and_ending_one_unlinks_both(department):
    one, other, by = department.enter("a"), department.enter("b", MARKET), department.who("centre")
    out = linking.link(one.system, other.system, "interface", "企业", by=by)
    assert LinkedSpan.objects.count() == 0 and "orphan" not in rules(one) | rules(other)
    linking.link(other.system, one.system, "table", "结果", by=by)
    assert set(LinkedSpan.objects.values_list("system__code", "since", "until")) == {
        ("a", MONDAY, None), ("b", MONDAY, None),
    }  # fmt: skip
    department.time.move_to(department.time.now() + timedelta(days=10))
    linking.unlink(SystemLink.objects.get(pk=out.pk), by=by, reason="接口下线")
    assert set(LinkedSpan.objects.values_list("until", flat=True)) == {MONDAY + timedelta(days=10)}


def test_a_merged_system_lets_go_of_everything_and_its_partner_stands_alone_again(department):
    one, other, into = department.enter("a"), department.enter("b"), department.enter("c")
    by = department.who("centre")
    linking.link(one.system, other.system, "file", "x", by=by)
    ending.merge(department.fresh(one), department.fresh(into), by=by, reason="功能并入")
    one = department.fresh(one)
    assert (one.system.state, one.system.successor.code, one.system.retired_on) == ("merged", "c", MONDAY)
    assert not SystemLink.objects.filter(until=None).exists()
    assert rules(one) == set() and "orphan" in rules(other)
    with pytest.raises(RuleBroken):
        ending.retire(one, by=by, reason="再来")
    with pytest.raises(RuleBroken):
        entering.change_system(one, {"purpose": "x"}, by=by, expected_version=one.version)


def test_the_same_data_twice_is_a_finding_until_the_two_are_linked(department):
    one, other, by = department.enter("a"), department.enter("b"), department.who("centre")
    holding.note_data(one, "企业", ["名称", "信用代码"], by=by)
    holding.note_data(other, "单位", ["信用代码", " 名称"], by=by)
    finding.look_everywhere()
    assert "duplicate_data" in rules(one) and "duplicate_data" in rules(other)
    linking.link(one.system, other.system, "interface", "企业", by=by)
    assert "duplicate_data" not in rules(one) | rules(other)


def test_looking_twice_changes_nothing_and_a_finding_that_returns_is_a_new_row(department):
    record, by = department.enter(backup="none"), department.who("housing")
    assert finding.look_everywhere() == (0, 0)
    entering.change_system(department.fresh(record), {"backup": "local"}, by=by, expected_version=1)
    entering.change_system(department.fresh(record), {"backup": "none"}, by=by, expected_version=2)
    rows = Finding.objects.filter(rule="no_backup").order_by("pk")
    assert [row.closed_on for row in rows] == [MONDAY, None]


def test_a_waiver_needs_a_reason_an_end_and_the_right_and_leaves_the_finding_open(department):
    department.enter(backup="none")
    row = Finding.objects.get(rule="no_backup")
    with pytest.raises(NotAllowed):
        finding.waive(row, until=MONDAY + timedelta(days=9), reason="年内下线", by=department.who("housing"))
    for until, reason in (
        (MONDAY, "x"),
        (MONDAY + timedelta(days=400), "x"),
        (MONDAY + timedelta(days=9), " "),
    ):
        with pytest.raises(RuleBroken):
            finding.waive(row, until=until, reason=reason, by=department.who("centre"))
    finding.waive(row, until=MONDAY + timedelta(days=9), reason="年内下线", by=department.who("centre"))
    assert row.closed_on is None and row.waived_until


def test_an_owner_that_is_the_whole_department_is_no_owner(department):
    assert "owner_missing" in rules(department.enter(owner="450000"))


def test_names_and_phones_of_contacts_stay_out_of_the_open_journal_and_reading_them_is_told(department):
    record, by = department.enter(), department.who("housing")
    holding.add_contact(record, "运维联系人", "李四", "13800001234", by=by)
    told = "".join(Entry.objects.values_list("facts", flat=True))
    assert "李四" not in told and "13800001234" not in told
    with pytest.raises(RuleBroken):
        holding.read_contacts(record, by=by, purpose=" ")
    assert [row.name for row in holding.read_contacts(record, by=by, purpose="系统中断")] == ["李四"]
    assert Entry.objects.get(verb="privacy.read").facts_dict["purpose"] == "系统中断"
    assert Contact.objects.get().ended_on is None


def test_a_system_is_on_the_cloud_when_its_last_milestone_is_reached_and_not_before(department):
    record, by = department.enter(), department.who("centre")
    cloud = Cloud.objects.create(code="c", name="政务云")
    plan = planning.open_plan(
        "cloud", "p", "上云", department.offices["450000-xxzx"], due_on=date(2020, 12, 20), by=by
    )
    item = planning.add_item(plan, record.system, by=by)
    steps = list(Milestone.objects.filter(item=item))
    with pytest.raises(RuleBroken, match="请先完成"):
        planning.reach(steps[1], by=by, evidence="x")
    with pytest.raises(RuleBroken, match="佐证"):
        planning.reach(steps[0], by=by, evidence=" ")
    for step in steps[:-1]:
        planning.reach(step, by=by, evidence="记录")
    with pytest.raises(RuleBroken, match="所在云"):
        planning.reach(steps[-1], by=by, evidence="验收意见")
    assert PlanItem.objects.get().done_on is None
    planning.reach(Milestone.objects.get(pk=steps[-1].pk), by=by, evidence="验收意见", cloud=cloud)
    assert department.fresh(record).system.cloud_since == PlanItem.objects.get().done_on == MONDAY


def test_a_plan_takes_a_thing_once_and_only_of_its_kind_and_lets_open_ones_go(department):
    record, by = department.enter(), department.who("centre")
    net = Network.objects.create(code="n", name="专网", kind="special")
    plan = planning.open_plan(
        "cloud", "p", "上云", department.offices["450000-xxzx"], due_on=date(2020, 12, 20), by=by
    )
    item = planning.add_item(plan, record.system, by=by)
    with pytest.raises(RuleBroken, match="已列入"):
        planning.add_item(plan, record.system, by=by)
    with pytest.raises(RuleBroken, match="专网计划列网络"):
        planning.add_item(plan, net, by=by)
    planning.drop(item, by=by, reason="系统停用")
    assert planning.add_item(plan, record.system, by=by).pk != item.pk
