"""Editing as a case: from the draft to the edition, with returns, stale drafts and withdrawals."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

import zhujianyun
from zhujianyun.apps.data_catalogue.actions import editing
from zhujianyun.apps.data_catalogue.models import EntryDraft
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel import case
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.case.definition import lint, load, walk
from zhujianyun.kernel.case.models import Case, ClockRun
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import queries
from zhujianyun.kernel.resource.models import Edition, Resource

from .conftest import CONTENT, ITEMS

SRC = Path(zhujianyun.__file__).parent
DEFINITION = load.load_file(
    SRC / "apps" / "data_catalogue" / "processes" / "catalogue_edit-2020.1.yaml", "data_catalogue"
)


def rows(items=ITEMS) -> list[dict]:
    return [item.row() for item in items]


def fresh(row: EntryDraft) -> EntryDraft:
    return EntryDraft.objects.select_related("case", "resource", "provider").get(pk=row.pk)


def saved(department, row: EntryDraft, **changes) -> EntryDraft:
    given = {"title": row.title, "content": row.content, "items": row.items, "expected": row.version}
    return editing.save(row, **{**given, **changes}, by=department.who("editor"))


def test_the_definition_loads_without_a_warning_and_no_path_gets_stuck():
    assert lint.warnings(DEFINITION) == []
    report = walk.walk(DEFINITION)
    assert report.is_sound, report.told()


def test_every_limit_is_a_dated_row_that_nobody_has_verified():
    with (SRC / "data" / "catalogue_limits.csv").open(encoding="utf-8") as file:
        known = {row["rule"]: row for row in csv.DictReader(file)}
    for deadline in DEFINITION.deadlines.values():
        found = re.fullmatch(r"limits\.(\w+)", deadline.days.source)
        assert found and known[found[1]]["verified"] == "false"
        assert deadline.verified is False


def test_states_actions_and_facts_are_named_in_chinese():
    named = [state.zh for state in DEFINITION.states.values()]
    named += [action.zh for _, action in DEFINITION.all_actions()]
    named += [fact.zh for fact in DEFINITION.facts.values()]
    assert all(re.search(r"[一-鿿]", name) for name in named)


def test_a_new_entry_goes_from_draft_to_edition_one(department):
    row = department.draft()
    assert (row.code, row.case.state, Resource.objects.count()) == ("206003/000001", "draft", 0)
    editing.submit(row, by=department.who("editor"))
    editing.publish(fresh(row), by=department.who("publisher"))
    row = fresh(row)
    assert (row.case.state, row.case.ended, row.resource.edition) == ("published", True, 1)
    assert queries.edition_now(row.resource).abstract == CONTENT["abstract"]


def test_the_review_is_due_in_five_and_the_update_in_ten_working_days(department):
    row = department.draft()
    due = {one.deadline: one.due_on for one in ClockRun.objects.filter(case=row.case)}
    assert due["update"] == date(2020, 7, 20)
    editing.submit(row, by=department.who("editor"))
    due = {one.deadline: one.due_on for one in ClockRun.objects.filter(case=row.case)}
    assert due["review"] == date(2020, 7, 13)


def test_the_page_of_the_case_publishes_as_well_by_the_effect(department):
    row = department.draft()
    editing.submit(row, by=department.who("editor"))
    found = Case.objects.get(pk=row.case_id)
    case.act(found, "publish", by=department.who("publisher"), expected_version=found.version, key="p")
    assert Resource.objects.count() == 0
    department.carry_out()
    department.carry_out()
    assert (fresh(row).case.state, Edition.objects.count()) == ("published", 1)


def test_what_cannot_be_published_goes_back_with_the_reason(department):
    entry = department.entry()
    row = editing.start_revision(entry, by=department.who("editor"))
    saved(department, row, content={**row.content, "abstract": "甲"})
    editing.submit(fresh(row), by=department.who("editor"))
    resources.publish(
        entry, resources.Draft("建筑业企业", items=ITEMS, **{**CONTENT, "abstract": "乙"}), by=SYSTEM
    )
    found = Case.objects.get(pk=row.case_id)
    case.act(found, "publish", by=department.who("publisher"), expected_version=found.version, key="p")
    department.carry_out()
    assert fresh(row).case.state == "returned"
    assert "第 2 版" in fresh(row).refused
    assert queries.edition_now(entry).abstract == "乙"


def test_the_slower_of_two_publishers_is_told(department):
    entry = department.entry()
    row = editing.start_revision(entry, by=department.who("editor"))
    saved(department, row, content={**row.content, "abstract": "甲"})
    editing.submit(fresh(row), by=department.who("editor"))
    resources.publish(
        entry, resources.Draft("建筑业企业", items=ITEMS, **{**CONTENT, "abstract": "乙"}), by=SYSTEM
    )
    with pytest.raises(Conflict, match="他人发布到第 2 版"):
        editing.publish(fresh(row), by=department.who("publisher"))
    assert fresh(row).case.state == "submitted"


def test_the_slower_of_two_editors_is_told_and_nothing_is_lost(department):
    row = department.draft()
    saved(department, row, title="建筑业企业名录")
    with pytest.raises(Conflict, match="没有写入"):
        saved(department, row, title="另一名称")
    assert fresh(row).title == "建筑业企业名录"


def test_a_returned_draft_is_mended_and_handed_in_again(department):
    row = department.draft(content={"cycle": "year"})
    editing.submit(row, by=department.who("editor"))
    with pytest.raises(RuleBroken, match="已提交"):
        saved(department, fresh(row), title="改")
    editing.send_back(fresh(row), by=department.who("publisher"), reason="周期过长")
    row = fresh(row)
    row = saved(department, row, content={**row.content, "cycle": "month"})
    editing.submit(row, by=department.who("editor"))
    editing.publish(fresh(row), by=department.who("publisher"))
    assert Resource.objects.get().cycle == "month"


def test_a_revision_makes_the_next_edition_and_the_entry_stays_in_force_meanwhile(department):
    entry = department.entry()
    row = editing.start_revision(entry, by=department.who("editor"), changed_on=date(2020, 7, 1))
    assert editing.start_revision(entry, by=department.who("editor")).pk == row.pk
    row = saved(department, row, items=rows(ITEMS[:2]))
    assert [one.what for one in editing.changes_of(row)] == ["信息项删除"]
    editing.submit(fresh(row), by=department.who("editor"))
    assert Resource.objects.get(pk=entry.pk).state == "published"
    editing.publish(fresh(row), by=department.who("publisher"))
    assert (Resource.objects.get().edition, len(queries.edition_now(fresh(row).resource).items)) == (2, 2)


def test_a_back_dated_correction_needs_its_reason_at_the_submission(department):
    entry = department.entry()
    row = editing.start_revision(entry, by=department.who("editor"))
    past = department.time.now().date() - timedelta(days=30)
    row = saved(department, row, content={**row.content, "abstract": "更正"}, valid_from=past)
    with pytest.raises(RuleBroken, match="追溯更正"):
        editing.submit(row, by=department.who("editor"))
    row = saved(department, row, valid_from=past, reason="原摘要有误")
    editing.submit(row, by=department.who("editor"))
    editing.publish(fresh(row), by=department.who("publisher"))
    assert queries.edition_on(entry, past).abstract == "更正"


def test_an_entry_is_withdrawn_by_a_case_and_its_code_stays_used(department):
    entry = department.entry()
    row = editing.start_withdrawal(entry, by=department.who("editor"), reason="机构调整")
    editing.submit(row, by=department.who("editor"))
    editing.publish(fresh(row), by=department.who("publisher"))
    assert Resource.objects.get().state == "withdrawn"
    assert editing.next_code("206003") == "206003/000002"
    with pytest.raises(RuleBroken, match="已撤销"):
        editing.start_revision(Resource.objects.get(), by=department.who("editor"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"abstract": " "}, "摘要"),
        ({"share_condition": ""}, "共享条件"),
        ({"extras": {}}, "提供方代码"),
        ({"extras": {"provider_uscc": "11450000MB00000199"}}, "提供方代码"),
        ({"related": ["206003/999999"]}, "不存在"),
        ({"open": True}, "开放"),
    ],
)
def test_what_the_guide_does_not_allow_is_not_submitted(department, content, says):
    row = department.draft(content=content)
    with pytest.raises(RuleBroken, match=says):
        editing.submit(row, by=department.who("editor"))
    assert fresh(row).case.state == "draft"


def test_only_the_provider_edits_and_only_the_manager_publishes(department):
    entry = department.entry()
    for name in ("other", "reader"):
        with pytest.raises(NotAllowed):
            editing.start_revision(entry, by=department.who(name))
    row = department.draft("另一目录")
    editing.submit(row, by=department.who("editor"))
    with pytest.raises(NotAllowed):
        editing.publish(fresh(row), by=department.who("editor"))


def test_a_dropped_draft_gives_its_code_back(department):
    row = department.draft()
    editing.drop(row, by=department.who("editor"))
    assert fresh(row).case.state == "dropped"
    assert department.draft("又一目录").code == "206003/000001"
