"""Standing in and handing over: who signs for whom, and what a lent post must not do (代理·移交)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import handing_over, tasks
from zhujianyun.kernel.case.models import Case, Step, Task
from zhujianyun.kernel.case.tasks import Candidate

ASSIGN = ("case.assign_tasks",)


def standing_in(desk, name, role, whom, *own):
    """Somebody who holds a role for another, besides his own roles."""
    actor = desk.actor(name, role, *own)
    place = (f"office.{role}", desk.office.pk)
    return replace(
        actor,
        substitutes=MappingProxyType({place: whom.key}),
        own_roles=frozenset((f"office.{one}", desk.office.pk) for one in own),
    )


def test_a_substitute_signs_for_the_absent_person_on_step_paper_and_journal(desk):
    one = desk.accepted()
    step = desk.act(one, "grant", standing_in(desk, "代班", "chief", desk.chief))
    assert step.acting_for == desk.chief.key
    assert one.papers.get(doc="许可决定书").facts["acting_for"] == desk.chief.key
    assert journal.Entry.objects.get(verb="case.permit.grant").acting_for == desk.chief.key


def test_who_holds_the_role_himself_stands_in_only_where_the_other_was_in_charge(desk):
    own = desk.submitted()
    colleague = standing_in(desk, "李四", "clerk", desk.clerk, "clerk")
    assert desk.act(own, "accept", colleague).acting_for == ""
    others = desk.submitted()
    Case.objects.filter(pk=others.pk).update(holder=desk.clerk.account_id)
    assert desk.act(others, "accept", colleague).acting_for == desk.clerk.key


def test_a_substitute_does_not_check_his_own_work(desk):
    one = desk.submitted()
    desk.act(one, "accept", desk.actor("张三", "clerk"))
    with pytest.raises(NotAllowed, match="已以受理人员身份办理过本件") as refused:
        desk.act(one, "grant", standing_in(desk, "张三", "chief", desk.chief, "clerk"))
    assert refused.value.rule == "case.second_hat"
    assert desk.act(one, "grant", standing_in(desk, "代班", "chief", desk.chief)).action == "grant"


def test_handing_a_case_over_is_no_second_hat(desk):
    one = desk.accepted()
    boss = standing_in(desk, "代班", "chief", desk.chief)
    boss = replace(boss, granted=MappingProxyType({ASSIGN[0]: frozenset({desk.office.pk})}))
    handing_over.hand_over(desk.accounts["张三"], desk.chief, by=boss, reason="调离", key="k")
    one.refresh_from_db()
    assert desk.act(one, "grant", boss).acting_for == desk.chief.key


@pytest.fixture
def review(desk):
    """A drawing review of three specialties, each with its reviewer."""
    from zhujianyun.kernel.case.engine.asking import Attached

    drawings = [Attached("施工图", part=part, digest=part) for part in ("建筑", "结构", "消防")]
    facts = {"subject": {"project_code": "P-stand-in"}, "promise": {"rereview_days": 5}}
    one = desk.open("review", facts=facts, parties={"designer": [desk.project]})
    desk.act(one, "submit", desk.owner, documents=drawings)
    for part, name in (("建筑", "甲"), ("结构", "乙"), ("消防", "丙")):
        tasks.assign(one, part, [Candidate(desk.actor(name, "rev"))], by=desk.chief)
    return one


def test_a_task_is_done_by_the_substitute_of_its_assignee_and_by_nobody_else(desk, review):
    with pytest.raises(NotAllowed, match="由 甲 承办"):
        tasks.submit(review, "建筑", by=desk.actor("丁", "rev"), passed=True)
    stand_in = standing_in(desk, "丁", "rev", desk.actor("甲", "rev"))
    assert tasks.rights(review, stand_in)["submit"] == ["建筑"]
    task = tasks.submit(review, "建筑", by=stand_in, passed=True)
    assert task.acting_for == desk.accounts["甲"].key


def test_a_task_given_back_waits_for_another_and_keeps_its_history(desk, review):
    with pytest.raises(NotAllowed):
        tasks.give_back(review, "建筑", by=desk.actor("乙", "rev"), reason="不是我的")
    with pytest.raises(RuleBroken, match="写明理由"):
        tasks.give_back(review, "建筑", by=desk.actor("甲", "rev"), reason="")
    task = tasks.give_back(review, "建筑", by=desk.actor("甲", "rev"), reason="曾任该院顾问")
    assert task.assignee_id is None and task.history[-1]["reason"] == "曾任该院顾问"
    assert tasks.assign(review, "建筑", [Candidate(desk.actor("丁", "rev"))], by=desk.chief).assignee_id


@pytest.mark.parametrize("second", ["甲", "丁"], ids=["the absent person", "somebody else"])
def test_a_lent_signature_does_not_count_beside_the_absent_persons_own(desk, review, second):
    for part, name in (("建筑", "甲"), ("结构", "乙"), ("消防", "丙")):
        tasks.submit(review, part, by=desk.actor(name, "rev"), passed=True)
    whom = desk.actor("甲", "rev")
    legal = standing_in(desk, "法人代理", "legal_rep", whom)
    firm, signing = desk.actor("机构", "firm"), desk.actor(second, "rev")
    if second == "甲":
        with pytest.raises(RuleBroken, match="不能由一人顶两人"):
            desk.act(review, "pass", firm, signatures=[signing, legal])
    else:
        desk.act(review, "pass", firm, signatures=[signing, legal])
        assert review.state == "passed"


def test_all_or_some_cases_move_and_the_same_request_again_moves_nothing(desk):
    one, two = desk.accepted(), desk.accepted()
    taker = desk.actor("李四", "clerk")
    assert handing_over.hand_over(
        desk.accounts["张三"], taker, by=desk.clerk, reason="轮岗", key="a", only=[one.pk]
    ) == 1  # fmt: skip
    assert handing_over.hand_over(
        desk.accounts["张三"], taker, by=desk.clerk, reason="轮岗", key="a", only=[one.pk]
    ) == 0  # fmt: skip
    one.refresh_from_db(), two.refresh_from_db()
    assert (one.holder_id, two.holder_id) == (taker.account_id, desk.clerk.account_id)
    step = Step.objects.get(case=one, action="hand_over")
    assert (step.reason, step.facts["to_zh"]) == ("轮岗", "李四")
    assert list(handing_over.in_hand(taker.account_id)) == [one]


def test_nothing_moves_when_one_case_cannot(desk, review):
    desk.act(desk.submitted(), "accept", desk.actor("甲", "clerk"))
    with pytest.raises(RuleBroken, match="没有移交：李四 不能接收") as refused:
        handing_over.hand_over(
            desk.accounts["甲"],
            desk.actor("李四", "clerk"),
            by=desk.actor("甲", "rev"),
            reason="休假",
            key="b",
        )
    assert list(refused.value.details["cases"]) == [review.number]
    assert Task.objects.get(case=review, part="建筑").assignee_id == desk.accounts["甲"].pk
    assert not Step.objects.filter(action="hand_over").exists()


def test_anothers_cases_are_handed_over_by_whoever_may_assign(desk):
    desk.accepted()
    taker = desk.actor("李四", "clerk")
    with pytest.raises(NotAllowed, match="分派任务"):
        handing_over.hand_over(
            desk.accounts["张三"], taker, by=desk.actor("王五", "clerk"), reason="x", key="c"
        )
    boss = desk.actor("处长", permissions=ASSIGN)
    assert handing_over.hand_over(desk.accounts["张三"], taker, by=boss, reason="调离", key="c") == 1
