"""Tasks side by side (并行审查): conflict of interest, the join, rounds."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import tasks
from zhujianyun.kernel.case.engine.asking import Attached
from zhujianyun.kernel.case.models import ClockRun, Task
from zhujianyun.kernel.case.tasks import Candidate, Employment

STRICT = {"issue": "疏散宽度不足", "severity": "强条", "clause": "5.5.18"}
MINOR = {"issue": "标注缺失", "severity": "一般"}


@pytest.fixture
def review(desk):
    """A drawing review of three specialties, by a design firm."""
    drawings = [Attached("施工图", part=part, digest=f"v1-{part}") for part in ("建筑", "结构", "消防")]
    facts = {"subject": {"project_code": "P-review"}, "promise": {"rereview_days": 5}}
    one = desk.open("review", facts=facts, parties={"designer": [desk.project]})
    desk.act(one, "submit", desk.owner, documents=drawings)
    return one


def reviewer(desk, name, *employments):
    return Candidate(desk.actor(name, "rev"), tuple(employments))


def finish(desk, one, part, name, passed=True, entries=()):
    person = reviewer(desk, name)
    tasks.assign(one, part, [person], by=desk.chief)
    return tasks.submit(one, part, by=person.actor, passed=passed, entries=entries)


def test_14_a_reviewer_of_the_design_firm_or_lately_of_it_is_passed_over(desk, review):
    firm = desk.project.pk
    present = reviewer(desk, "在职", Employment(firm))
    lately = reviewer(desk, "离职半年", Employment(firm, date(2019, 9, 1)))
    long_ago = reviewer(desk, "离职两年", Employment(firm, date(2018, 3, 1)))
    task = tasks.assign(review, "结构", [present, lately, long_ago], by=desk.chief)
    assert task.assignee_id == long_ago.actor.account_id


def test_14_when_the_last_eligible_reviewer_is_in_conflict_the_case_is_escalated(desk, review):
    only = reviewer(desk, "在职", Employment(desk.project.pk))
    with pytest.raises(RuleBroken, match="提请上级"):
        tasks.assign(review, "结构", [only], by=desk.chief)
    review.refresh_from_db()
    assert "结构" in review.flags["escalated"]
    assert journal.Entry.objects.filter(verb="case.review.task_escalated").exists()


def test_15_a_withdrawn_specialty_is_reassigned_nothing_is_lost_and_the_join_waits(desk, review):
    finish(desk, review, "建筑", "甲")
    finish(desk, review, "结构", "乙")
    tasks.assign(review, "消防", [reviewer(desk, "丙")], by=desk.chief)
    with pytest.raises(RuleBroken, match="尚缺：消防"):
        desk.act(review, "pass", signatures=[desk.chief])
    task = tasks.reassign(review, "消防", reviewer(desk, "丁"), by=desk.chief, reason="丙住院")
    assert [change["reason"] for change in task.history] == ["分派", "丙住院"]
    with pytest.raises(NotAllowed):
        tasks.submit(review, "消防", by=desk.actor("丙", "rev"), passed=True)
    tasks.submit(review, "消防", by=desk.actor("丁", "rev"), passed=True)
    assert Task.objects.filter(case=review, state="done").count() == 3
    desk.act(review, "pass")
    assert review.state == "passed"


def test_15_the_second_round_uses_no_statutory_day(desk, review, standing):
    finish(desk, review, "建筑", "甲")
    finish(desk, review, "结构", "乙", passed=False, entries=[MINOR])
    finish(desk, review, "消防", "丙")
    desk.act(review, "send_back")
    desk.act(review, "resubmit", desk.owner, documents=["修改图"])
    running = ClockRun.objects.filter(case=review, stopped_on=None)
    assert [(run.deadline, run.kind, run.round, run.days) for run in running] == [
        ("rereview", "promise", 2, 5)
    ]


def test_16_round_two_reopens_what_failed_and_what_was_touched(desk, review):
    finish(desk, review, "建筑", "甲")
    finish(desk, review, "结构", "乙", passed=False, entries=[MINOR])
    finish(desk, review, "消防", "丙")
    desk.act(review, "send_back")
    new = [
        Attached("施工图", part="建筑", digest="v2-建筑"),
        Attached("施工图", part="消防", digest="v1-消防"),
        "修改图",
    ]
    desk.act(review, "resubmit", desk.owner, documents=new)
    states = dict(Task.objects.filter(case=review, round=2).values_list("part", "state"))
    assert states == {"建筑": "open", "结构": "open", "消防": "carried"}


def test_17_a_pass_with_an_open_mandatory_clause_is_refused_and_names_the_opinion(desk, review):
    finish(desk, review, "建筑", "甲")
    finish(desk, review, "消防", "丙")
    finish(desk, review, "结构", "乙", passed=False, entries=[STRICT, MINOR])
    with pytest.raises(RuleBroken, match="〔结构〕强条 疏散宽度不足 5.5.18") as refused:
        desk.act(review, "pass")
    assert refused.value.details["open"][0]["clause"] == "5.5.18"


def test_a_result_that_passes_with_an_open_mandatory_clause_is_refused(desk, review):
    with pytest.raises(RuleBroken, match="强制性条文"):
        finish(desk, review, "结构", "乙", passed=True, entries=[STRICT])
    with pytest.raises(RuleBroken, match="第 1 条意见缺少：性质"):
        finish(desk, review, "结构", "乙", passed=False, entries=[{"issue": "x"}])


def test_the_same_result_twice_stands_once_and_another_is_refused(desk, review):
    first = finish(desk, review, "建筑", "甲", passed=False, entries=[MINOR])
    by = desk.actor("甲", "rev")
    assert tasks.submit(review, "建筑", by=by, passed=False, entries=[MINOR]) == first
    with pytest.raises(RuleBroken, match="已完成"):
        tasks.submit(review, "建筑", by=by, passed=True)
    assert journal.Entry.objects.filter(verb="case.review.task_done").count() == 1


def test_the_applicant_may_withdraw_without_waiting_for_the_join(desk, review):
    assert desk.act(review, "pull_out", desk.owner).nat == 14


def test_signatures_are_counted_one_person_a_line(desk, review):
    for part, name in (("建筑", "甲"), ("结构", "乙"), ("消防", "丙")):
        finish(desk, review, part, name)
    firm = desk.actor("审查机构", "firm")
    with pytest.raises(RuleBroken, match="法定代表人 1 人签名"):
        desk.act(review, "pass", firm, signatures=[desk.actor("甲", "rev")])
    legal = desk.actor("法人", "legal_rep")
    desk.act(review, "pass", firm, signatures=[desk.actor("甲", "rev"), desk.actor("乙", "rev"), legal])
    assert review.papers.get(doc="审查合格书").facts["signed"] == "甲、乙、法人"


def test_the_designer_may_resubmit_and_a_stranger_may_not(desk, review):
    from zhujianyun.kernel import access

    finish(desk, review, "建筑", "甲", passed=False, entries=[MINOR])
    finish(desk, review, "结构", "乙")
    finish(desk, review, "消防", "丙")
    desk.act(review, "send_back")
    stranger = access.subject_actor(999_999, "别家")
    with pytest.raises(NotAllowed):
        desk.act(review, "resubmit", stranger, documents=["修改图"])
    designer = access.subject_actor(desk.project.pk, "设计院")
    assert desk.act(review, "resubmit", designer, documents=["修改图"]).role == "designer"
