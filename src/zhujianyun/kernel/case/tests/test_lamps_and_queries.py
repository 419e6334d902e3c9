"""Lamps day by day, lists by viewer, and what is offered to whom (时限灯·查询·可办动作)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import access, case, journal
from zhujianyun.kernel.access.registry import Permission, register
from zhujianyun.kernel.case import lamps, offers, offers_of_many, queries, timers
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.models import Case, ClockRun


def test_the_sweep_shows_the_lamp_that_the_clock_itself_would_show_on_every_day(desk, standing):
    from zhujianyun.kernel.case import calendars
    from zhujianyun.kernel.case import clock as clocks

    cases = [desk.accepted(facts={"subject": {"project_code": f"L{n}", "large": bool(n)}}) for n in range(2)]
    paused = desk.accepted()
    desk.act(paused, "test")
    timers.rederive(date(2020, 3, 6))
    for n in range(4, 35):
        day = date(2020, 3, 2) + timedelta(days=n)
        lamps.sweep(day)
        for run in ClockRun.objects.filter(stopped_on=None):
            calendar = calendars.calendar(("cn", "cn-GX", "emergency"), date(2020, 3, 6))
            if run.case_id != paused.pk:
                assert run.lamp == clocks.lamp(run.ledger, calendar, day), (day, run.deadline)
        for one in Case.objects.filter(pk__in=[c.pk for c in cases]):
            assert one.lamp == clocks.worst(one.clocks.filter(stopped_on=None).values_list("lamp", flat=True))
    paused.refresh_from_db()
    assert paused.lamp == "green"


def test_a_sweep_asks_the_same_number_of_queries_for_any_number_of_cases(desk, django_assert_max_num_queries):
    for _ in range(5):
        desk.accepted()
    with django_assert_max_num_queries(8):
        assert lamps.sweep(date(2020, 6, 1)) == 5
    assert set(Case.objects.values_list("lamp", flat=True)) == {"black"}


def test_an_officer_sees_the_cases_of_his_office_and_a_firm_its_own(desk):
    one = desk.submitted()
    viewer = desk.actor("王五", permissions=("case.view",))
    assert list(queries.visible(viewer)) == [one]
    assert not queries.visible(desk.clerk).exists()
    assert list(queries.visible(desk.owner)) == [one]
    assert not queries.visible(access.subject_actor(desk.project.pk, "别家")).exists()


def test_open_due_today_and_overdue_lists(desk, standing):
    one, done = desk.accepted(), desk.accepted()
    desk.open()
    desk.act(done, "grant")
    assert list(queries.open_cases()) == [one]
    assert list(queries.due_today(today=date(2020, 3, 23))) == [one]
    assert not queries.overdue(today=date(2020, 3, 23)).exists()
    assert list(queries.overdue(today=date(2020, 3, 24))) == [one]
    assert queries.by_number(f" {one.number} ") == one
    with pytest.raises(NotFound):
        queries.by_number("没有")


def test_the_timeline_is_read_with_four_queries(desk, django_assert_max_num_queries):
    one = desk.accepted()
    desk.act(one, "test")
    with django_assert_max_num_queries(4):
        told = [(line.zh, line.to_zh, len(line.papers)) for line in queries.timeline(one)]
    assert told == [
        ("开立", "待提交", 0),
        ("提交", "待受理", 0),
        ("受理", "审查中", 1),
        ("送检", "检测中", 1),
    ]


def test_offers_tell_who_may_do_what_why_not_and_what_follows(desk):
    one = desk.accepted()
    told = {offer.action: offer for offer in case.offers(one, desk.chief)}
    assert set(told) == {"test", "call_experts", "grant", "reject", "pull_out"}
    assert told["grant"].allowed and "签发《许可决定书》" in told["grant"].consequence_zh
    assert "中止计时：许可决定" in told["test"].consequence_zh
    assert told["reject"].asks_reason and "此后不能再办理" in told["reject"].consequence_zh
    assert "由建设单位办理" in told["pull_out"].why_not_zh
    assert not any(offer.allowed for offer in case.offers(one, desk.clerk))


def test_offers_leave_out_what_only_the_platform_does(desk):
    assert "deem" not in {offer.action for offer in case.offers(desk.submitted(), desk.clerk)}


def test_a_wrong_fact_is_refused_with_one_sentence_per_field(desk):
    wrong = {
        "subject": {
            "project_code": "P", "large": "yes", "area_m2": "一万", "floors": 2.5, "finished_on": "2020-13-01",
            "stage": "paint", "places": "x", "colour": "red",
        }
    }  # fmt: skip
    with pytest.raises(RuleBroken) as refused:
        desk.open(facts=wrong)
    fields = refused.value.details["fields"]
    assert set(fields) == {f"subject.{name}" for name in wrong["subject"] if name != "project_code"}
    assert fields["subject.area_m2"] == "“面积”应为数字，现为“一万”"
    assert "设计、施工" in fields["subject.stage"]


def test_a_missing_fact_stops_the_submission_not_the_draft(desk):
    one = desk.open(facts={"subject": {"project_code": "P"}})
    with pytest.raises(RuleBroken, match="请填写“是否大型”"):
        desk.act(one, "submit", desk.owner, documents=["申请表"])
    desk.act(one, "submit", desk.owner, documents=["申请表"], facts={"subject.large": False})
    assert one.facts["subject"] == {"project_code": "P", "large": False}


def test_what_is_filled_in_with_an_act_is_asked_and_checked(desk):
    one = desk.submitted()
    with pytest.raises(RuleBroken, match="请填写“补正内容”"):
        desk.act(one, "supplement", desk.clerk)
    with pytest.raises(RuleBroken, match="不是“补正告知”的填报内容"):
        desk.act(one, "supplement", desk.clerk, facts={"gaps": "缺", "colour": "red"})


def test_documents_laid_ready_before_the_act_count_for_it(desk):
    one = desk.open()
    case.attach(one, ["申请表"], by=desk.owner)
    with pytest.raises(NotAllowed):
        case.attach(one, ["申请表"], by=desk.clerk)
    desk.act(one, "submit", desk.owner)
    assert one.documents.get().step.action == "submit"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(max_size=8), c, max_size=3), max_leaves=6))  # fmt: skip
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_form_sends_a_refusal_is_a_sentence_and_never_a_crash(desk, value):
    for name in ("project_code", "large", "area_m2", "floors", "finished_on", "stage", "places"):
        try:
            desk.open(facts={"subject": {"project_code": f"{name}", name: value}})
        except RuleBroken as refused:
            assert refused.message_zh


def test_a_guard_that_cannot_be_worked_out_refuses_with_its_own_sentence(desk, plays):
    facts = {"subject": {"project_code": "P"}}
    one = desk.open("review", facts=facts, parties={"designer": [desk.project]})
    with pytest.raises(RuleBroken) as refused:
        desk.act(one, "submit", desk.owner, facts={"subject": {"x": object()}})
    assert refused.value.rule == "case.facts"


def test_the_journal_names_the_case_before_and_after_it_has_a_number(desk):
    one = desk.submitted()
    told = journal.Entry.objects.filter(case_id=one.pk).order_by("id").values_list("verb", "object_id")
    assert list(told) == [("case.permit.open", f"draft-{one.pk}"), ("case.permit.submit", one.number)]


def test_an_idle_tick_of_the_timers_does_nothing(desk):
    desk.accepted()
    assert timers.tick() == {"rederived": 0, "resumed": 0, "acted": 0, "lamps": 0, "effects": 0}
    assert timers.run() == 0


def test_a_timer_whose_act_is_refused_is_told_once_a_day_and_holds_up_nobody(desk, standing, monkeypatch):
    from zhujianyun.kernel.case import timers as room

    first, second = desk.submitted(), desk.submitted()
    standing.move_to(clock.at_local(date(2020, 3, 11), 9))
    real = room.act

    def refusing(one, *args, **kwargs):
        if one.pk == first.pk:
            raise RuleBroken("还不行。", rule="test")
        return real(one, *args, **kwargs)

    monkeypatch.setattr(room, "act", refusing)
    assert (timers.act_on_time(), timers.act_on_time()) == (1, 0)
    second.refresh_from_db()
    assert second.state == "reviewing"
    assert journal.Entry.objects.filter(verb="case.permit.timer_refused").count() == 1


def test_the_view_permission_of_an_app_opens_the_cases_of_its_own_processes(desk, monkeypatch):
    one = desk.submitted()
    app = registry.get(one.process, one.definition_version).app
    for name in (app, "elsewhere"):
        code = f"{name}.view_cases"
        monkeypatch.setitem(register.permissions, code, Permission(code, "查看办件", name, True))
    assert queries.view_permission(app) == f"{app}.view_cases"
    assert one.process in queries.processes_by_app()[app]
    assert list(queries.visible(desk.actor("赵六", permissions=(f"{app}.view_cases",)))) == [one]
    assert not queries.visible(desk.actor("钱七", permissions=("elsewhere.view_cases",))).exists()


def test_offers_of_many_cases_take_as_many_queries_as_offers_of_two(desk):
    few, many = [desk.submitted().pk for _ in range(2)], [desk.submitted().pk for _ in range(6)]
    offers_of_many(few, desk.clerk)  # tables and calendars are kept from the first time on
    with CaptureQueriesContext(connection) as short:
        offered = offers_of_many(few, desk.clerk)
    with CaptureQueriesContext(connection) as long:
        offers_of_many(many, desk.clerk)
    assert len(short) == len(long)
    assert offered[few[0]] == offers(Case.objects.get(pk=few[0]), desk.clerk)
