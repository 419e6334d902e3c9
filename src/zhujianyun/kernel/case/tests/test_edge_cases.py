"""The edge cases of casework (疑难情形): one sentence, one test. Numbers are those of the domain notes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.base.workdays import CalendarDay as Row
from zhujianyun.base.workdays import shipped
from zhujianyun.kernel import access, case, journal
from zhujianyun.kernel.case import announcing, queries, timers
from zhujianyun.kernel.case.models import Case, ClockRun, Mark, Step

from .conftest import DIVISION, fresh_key

PAUSE = "检测告知书"


def at(standing, day, hour=9, minute=0):
    """Move the clock to a local time."""
    standing.move_to(clock.at_local(date.fromisoformat(day), hour, minute))


def run_of(one, deadline):
    return ClockRun.objects.filter(case=one, deadline=deadline).order_by("-id").first()


@pytest.fixture
def january(desk):
    """The same office, before the Spring Festival of 2020."""
    with clock.standing(clock.at_local(date(2020, 1, 20), 9)) as now:
        yield now


# 1, 4: the calendar changes


def test_01_an_extension_of_the_festival_announced_after_acceptance_moves_the_due_day_with_one_event(
    desk, january
):
    at(january, "2020-01-23")
    one = desk.accepted()
    assert one.due_on == date(2020, 2, 19)
    at(january, "2020-01-28")
    assert announcing.rederive() == 1
    one.refresh_from_db()
    assert one.due_on == date(2020, 2, 21)
    assert announcing.rederive() == 0
    told = journal.Entry.objects.get(verb="case.permit.clock_rederived").facts_dict["clocks"]
    assert told == [
        {
            "deadline": "decide",
            "round": 1,
            "before": "2020-02-19",
            "after": "2020-02-21",
            "provisional": False,
        }
    ]


def test_01_a_notice_announced_by_an_officer_leaves_stopped_clocks_alone(desk, standing):
    running, done = desk.accepted(), desk.accepted()
    desk.act(done, "grant")
    before = run_of(done, "decide").due_on
    rows = [Row(date(2020, 3, 9), "emergency", False, "桂应急〔2020〕1号", date(2020, 3, 2))]
    officer = desk.actor("王五", permissions=("case.announce_calendar",))
    assert announcing.announce_calendar(rows, officer) == 1
    running.refresh_from_db()
    assert running.due_on == date(2020, 3, 24)
    assert run_of(done, "decide").due_on == before
    with pytest.raises(NotAllowed):
        announcing.announce_calendar(rows, desk.clerk)


def test_02_a_made_up_sunday_is_a_working_day():
    assert shipped().calendar(("cn",)).add(date(2025, 12, 25), 5).day == date(2026, 1, 4)


def test_03_the_regional_layer_overrides_a_made_up_day_and_can_be_cancelled():
    regional = shipped().calendar(("cn", "cn-GX", "emergency"))
    assert regional.add(date(2017, 3, 28), 5).day == date(2017, 4, 8)
    assert regional.add(date(2023, 4, 17), 7).day == date(2023, 4, 27)
    assert regional.add(date(2020, 3, 24), 5).day == date(2020, 3, 31)


def test_04_a_due_day_in_an_unpublished_year_is_provisional_and_firm_once_the_year_is_published(desk):
    calendar = shipped().calendar()
    assert calendar.add(date(2026, 12, 15), 15).provisional
    published = [
        *shipped().rows,
        Row(date(2027, 1, 1), "cn", False, "国办发明电〔2026〕7号", date(2026, 11, 10)),
    ]
    from zhujianyun.base.workdays import Calendar

    assert not Calendar.build(published).add(date(2026, 12, 15), 15).provisional


def test_05_an_acceptance_at_one_minute_to_midnight_counts_from_the_next_working_day(desk, standing):
    at(standing, "2020-03-06", 23, 59)
    one = desk.accepted(facts={"subject": {"project_code": "P", "large": False}})
    assert (one.accepted_on, one.due_on) == (date(2020, 3, 6), date(2020, 3, 20))
    at(standing, "2020-03-08", 10)
    sunday = desk.accepted(facts={"subject": {"project_code": "Q", "large": False}})
    assert sunday.due_on == date(2020, 3, 20)


# 6, 7: supplements and silence


def test_06_a_second_supplement_is_refused_unless_a_new_paper_brought_a_new_gap(desk, standing):
    one = desk.submitted()
    desk.act(one, "supplement", desk.clerk, facts={"gaps": "缺规划许可"})
    at(standing, "2020-03-03")
    desk.act(one, "supply", desk.owner, documents=["补正材料"])
    with pytest.raises(RuleBroken) as refused:
        desk.act(one, "supplement", desk.clerk, facts={"gaps": "还缺图纸"})
    assert refused.value.rule == "case.once"
    desk.act(
        one,
        "supplement",
        desk.clerk,
        facts={"gaps": "新图纸与许可不一致", "new_gap": True},
        reason="新材料引起",
    )
    assert one.state == "supplementing"


def test_06_a_new_gap_without_a_reason_is_refused(desk):
    one = desk.submitted()
    desk.act(one, "supplement", desk.clerk, facts={"gaps": "缺"})
    desk.act(one, "supply", desk.owner, facts={"subject": {"floors": 3}}, documents=["补正材料"])
    with pytest.raises(RuleBroken, match="只能办理一次"):
        desk.act(one, "supplement", desk.clerk, facts={"gaps": "x", "new_gap": True})


def test_07_without_a_notice_within_five_working_days_the_case_is_accepted_from_receipt(desk, standing):
    one = desk.submitted()
    at(standing, "2020-03-09", 23, 30)
    assert timers.act_on_time() == 0
    at(standing, "2020-03-10", 0, 5)
    assert timers.act_on_time() == 1
    assert timers.act_on_time() == 0
    one.refresh_from_db()
    step = Step.objects.get(case=one, action="deem")
    assert (step.actor, step.day) == ("system", date(2020, 3, 10))
    assert (one.state, one.accepted_on, one.due_on) == ("reviewing", date(2020, 3, 2), date(2020, 3, 23))
    assert Mark.objects.get(case=one, name="accepted").day == date(2020, 3, 2)


# 8, 9, 10, 11: pauses and extensions


def test_08_while_paused_a_case_has_no_due_day_and_the_cap_resumes_it(desk, standing):
    one = desk.accepted()
    at(standing, "2020-03-04")
    desk.act(one, "test", documents=[])
    run = run_of(one, "decide")
    assert (one.due_on, run.paused, run.left_days, run.cap_on) == (None, True, 13, date(2020, 4, 3))
    at(standing, "2020-04-03")
    assert timers.resume_capped() == 1
    one.refresh_from_db()
    assert (one.state, one.due_on) == ("testing", date(2020, 4, 23))
    assert journal.Entry.objects.filter(verb="case.permit.clock_resumed").count() == 1
    at(standing, "2020-04-10")
    desk.act(one, "tested", documents=["检测报告"])
    assert one.due_on == date(2020, 4, 23)


def test_08_a_pause_needs_paper_approver_and_is_never_entered_afterwards(desk, standing):
    one = desk.accepted()
    reviewer = desk.actor("赵六", "rev", permissions=("case.backdate",))
    with pytest.raises(RuleBroken, match="批准") as refused:
        desk.act(one, "test", reviewer)
    assert refused.value.rule == "case.pause"
    at(standing, "2020-03-04")
    with pytest.raises(RuleBroken, match="补录"):
        desk.act(
            one,
            "test",
            reviewer,
            approved_by=desk.chief,
            at=clock.at_local(date(2020, 3, 3), 9),
            reason="迟录",
        )
    desk.act(one, "test", reviewer, approved_by=desk.chief)
    segment = run_of(one, "decide").segments[0]
    assert (segment["type"], segment["approver"]) == ("检测", desk.chief.key)
    assert segment["paper"] == one.papers.get(doc=PAUSE).number


def test_08_a_test_that_is_back_the_same_day_costs_no_day(desk):
    one = desk.accepted()
    before = one.due_on
    desk.act(one, "test")
    desk.act(one, "tested", documents=["检测报告"])
    assert one.due_on == before


def test_09_a_pause_after_the_limit_stays_overdue_and_never_turns_green(desk, standing):
    one = desk.accepted()
    at(standing, "2020-03-25")
    desk.act(one, "test")
    run = run_of(one, "decide")
    assert (one.lamp, run.overdue, one.due_on) == ("black", True, None)
    assert list(queries.overdue()) == [one]
    at(standing, "2020-03-30")
    desk.act(one, "tested", documents=["检测报告"])
    assert one.lamp == "black"


def test_10_expert_review_has_its_own_clock_and_ends_only_with_both_notices(desk, standing):
    one = desk.accepted()
    at(standing, "2020-03-04")
    desk.act(one, "call_experts")
    # The March holiday is cancelled only by the notice of 5 March: two days later on this Wednesday.
    assert (run_of(one, "expert").due_on, run_of(one, "decide").paused) == (date(2020, 4, 3), True)
    at(standing, "2020-03-11")
    with pytest.raises(RuleBroken, match="评审结果告知书"):
        desk.act(one, "experts_back", documents=["专家意见"])
    assert run_of(one, "decide").paused
    desk.act(one, "experts_back", documents=["专家意见", "评审结果告知书"])
    assert (one.due_on, run_of(one, "expert").stop_reason) == (date(2020, 3, 30), "experts_done")


def test_11_an_extension_needs_a_reason_comes_once_and_not_after_expiry(desk, standing):
    one = desk.accepted()
    with pytest.raises(RuleBroken, match="理由"):
        desk.act(one, "extend:decide")
    desk.act(one, "extend:decide", reason="案情复杂")
    assert (one.due_on, one.papers.filter(doc="延期告知书").count()) == (date(2020, 4, 9), 1)
    with pytest.raises(RuleBroken, match="不能再延"):
        desk.act(one, "extend:decide", reason="再延")
    late = desk.accepted()
    at(standing, "2020-03-24")
    with pytest.raises(RuleBroken, match="届满"):
        desk.act(late, "extend:decide", reason="忘了")


# 12, 13: two at once, twice the same


def test_12_the_second_of_two_officers_is_told_what_the_first_did_and_when(desk, standing):
    one = desk.submitted()
    mine = Case.objects.get(pk=one.pk)
    at(standing, "2020-03-02", 10, 5)
    desk.act(one, "accept", desk.clerk)
    with pytest.raises(Conflict, match="张三 已于 2020-03-02 10:05 办理“受理”") as lost:
        case.act(mine, "refuse", by=desk.clerk, expected_version=mine.version, key=fresh_key(), reason="迟")
    assert lost.value.http_status == 409
    assert mine.state == "submitted"


def test_12_the_same_key_gives_the_first_result_and_changes_nothing(desk):
    one = desk.submitted()
    first = case.act(one, "accept", by=desk.clerk, expected_version=1, key="twice")
    again = case.act(one, "accept", by=desk.clerk, expected_version=1, key="twice")
    assert (first.pk, one.version) == (again.pk, 2)
    assert journal.Entry.objects.filter(verb="case.permit.accept").count() == 1


def test_13_the_same_project_and_stage_gives_the_open_case_and_after_a_refusal_a_new_one(desk):
    facts = {"subject": {"project_code": "P-13", "stage": "build", "large": True}}
    one = desk.submitted(facts=facts)
    again = desk.open(facts=facts)
    assert again == one and again.was_open
    desk.act(one, "refuse", desk.clerk, reason="不属本机关")
    assert desk.open(facts=facts) != one


# 19, 20: the wrong door, the late filing


def test_19_a_special_project_is_refused_and_the_right_case_is_offered_filled_in(desk):
    one = desk.open(facts={"subject": {"project_code": "P-19", "large": True, "special": True}})
    with pytest.raises(RuleBroken, match="特殊工程应当另行申请") as refused:
        desk.act(one, "submit", desk.owner, documents=["申请表"])
    offer = refused.value.details["offer"]
    assert offer == {
        "effect": "case.offer", "process": "permit_special", "facts": {"subject": {"project_code": "P-19"}}
    }  # fmt: skip


def test_20_a_filing_on_the_sixth_working_day_is_accepted_and_flagged(desk, standing):
    facts = {"subject": {"project_code": "P-20", "large": True, "finished_on": "2020-02-24"}}
    late = desk.submitted(facts={"subject": {**facts["subject"], "finished_on": "2020-02-21"}})
    assert (late.state, late.flags["late"]) == ("submitted", {"file_by": "2020-02-28"})
    in_time = desk.submitted(facts={"subject": {**facts["subject"], "project_code": "P-20b"}})
    assert "late" not in in_time.flags


# 26, 27, 30, 37


def test_26_a_typo_is_corrected_by_a_new_paper_and_the_old_one_stays_readable(desk):
    from zhujianyun.kernel.case import papers

    one = desk.accepted()
    desk.act(one, "grant")
    old = one.papers.get(doc="许可决定书")
    officer = desk.actor("王五", permissions=("case.correct_paper",))
    new = papers.correct(old, {"project": "某住宅楼二期"}, by=officer, reason="工程名称笔误", key="fix-1")
    assert (new.number != old.number, new.replaces, new.facts["project"]) == (True, old, "某住宅楼二期")
    assert papers.correct(old, {"project": "x"}, by=officer, reason="重复", key="fix-1") == new
    old.refresh_from_db()
    assert old.facts["project"] == "某住宅楼"
    with pytest.raises(RuleBroken, match="更正"):
        papers.verify(old.number, old.digest)
    assert papers.verify(new.number, new.digest) == new
    assert journal.Entry.objects.filter(verb="case.permit.correct_paper").count() == 1


def test_27_withdrawal_is_code_2_before_acceptance_14_after_and_refused_after_the_decision(desk):
    early, later, done = desk.submitted(), desk.accepted(), desk.accepted()
    assert desk.act(early, "withdraw", desk.owner).nat == 2
    assert desk.act(later, "pull_out", desk.owner).nat == 14
    desk.act(done, "grant")
    with pytest.raises(RuleBroken, match="不能办理“撤回申请”"):
        desk.act(done, "pull_out", desk.owner)


def test_30_a_terminal_case_offers_no_action_and_all_its_clocks_are_closed(desk):
    one = desk.accepted()
    desk.act(one, "pull_out", desk.owner)
    assert case.offers(one, desk.chief) == []
    assert {run.stop_reason for run in ClockRun.objects.filter(case=one, stopped_on=date(2020, 3, 2))} == {
        "answered", "ended",
    }  # fmt: skip
    with pytest.raises(RuleBroken, match="已终结"):
        desk.act(one, "grant")


def test_35_when_the_holder_leaves_his_cases_move_and_the_substitute_signs_for_him(desk):
    from zhujianyun.kernel.case import handing_over

    one = desk.accepted()
    assert one.holder_id == desk.clerk.account_id
    stand_in = desk.actor("代班", "chief")
    boss = desk.actor("处长", permissions=("case.assign_tasks",))
    giver = desk.accounts["张三"]
    assert handing_over.hand_over(giver, stand_in, by=boss, reason="调离", key="one") == 1
    one.refresh_from_db()
    assert one.holder_id == stand_in.account_id
    step = desk.act(one, "grant", stand_in, acting_for=desk.chief.key)
    assert step.acting_for == desk.chief.key
    assert one.papers.get(doc="许可决定书").facts["acting_for"] == desk.chief.key


def test_37_a_backdated_act_needs_a_permission_shows_both_times_and_keeps_the_order(desk, standing):
    one = desk.submitted()
    at(standing, "2020-03-05", 15)
    done_at = clock.at_local(date(2020, 3, 4), 10)
    with pytest.raises(NotAllowed):
        desk.act(one, "accept", desk.clerk, at=done_at, reason="系统故障")
    trusted = desk.actor("张三", "clerk", permissions=("case.backdate",))
    with pytest.raises(RuleBroken, match="不能早于上一步"):
        desk.act(one, "accept", trusted, at=done_at - timedelta(days=3), reason="系统故障")
    with pytest.raises(RuleBroken, match="不能晚于现在"):
        desk.act(one, "accept", trusted, at=done_at + timedelta(days=3), reason="系统故障")
    desk.act(one, "accept", trusted, at=done_at, reason="系统故障")
    last = queries.timeline(one)[-1]
    assert (last.at, last.recorded_at, last.is_backdated) == (done_at, standing.now(), True)
    assert (one.accepted_on, one.due_on) == (date(2020, 3, 4), date(2020, 3, 25))


def test_an_officer_at_the_window_may_register_for_the_applicant_and_it_shows(desk):
    window = desk.actor("窗口", permissions=("case.enter_for_applicant",))
    one = desk.open(by=window)
    step = desk.act(one, "submit", window, documents=["申请表"])
    assert step.acting_for == f"subject:{desk.owner_subject.pk}"
    with pytest.raises(NotAllowed):
        desk.open(by=desk.actor("路人"))
    stranger = access.subject_actor(desk.project.pk, "别人")
    with pytest.raises(NotAllowed):
        desk.open(by=stranger)
    with pytest.raises(NotAllowed):
        case.open_(
            "permit",
            by=stranger,
            office=desk.office,
            applicant=desk.owner_subject,
            facts={},
            division_code=DIVISION,
        )
