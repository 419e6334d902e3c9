"""What happens to cases is told to whom it concerns, once (办件消息测试)."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.base import clock, outbox
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.outbox.models import Message
from zhujianyun.kernel import access, journal
from zhujianyun.ui import notices
from zhujianyun.ui.notices import following
from zhujianyun.ui.notices.models import Notice

pytestmark = pytest.mark.django_db


def _of(account) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(account=account).order_by("pk").values_list("kind", "title"))


def _owner(bureau):
    return access.subject_actor(bureau.owner.pk, bureau.owner.name)


def test_a_case_that_arrives_is_told_to_everybody_whose_turn_it_is(bureau, told):
    clerks = [bureau.account("张三", "clerk"), bureau.account("李四", "clerk")]
    others = [bureau.account("王五", "rev"), bureau.account("赵六", "clerk", office=bureau.other)]
    case = bureau.submitted()
    told()
    for clerk in clerks:
        notice = Notice.objects.get(account=clerk)
        assert (notice.kind, notice.url) == ("turn", case.get_absolute_url())
        assert notice.title == "轮到您办理：施工许可·青秀区某住宅楼"
        assert case.number in notice.text and "待受理" in notice.text
    assert not Notice.objects.filter(account__in=others).exists()


def test_whoever_did_it_is_not_told_of_it(bureau, told):
    clerk = bureau.account("张三", "clerk", "rev")
    case = bureau.submitted()
    told()
    bureau.act(case, "accept", access.actor(clerk))
    told()
    assert [kind for kind, _ in _of(clerk)] == ["turn"]


def test_a_case_that_has_moved_on_is_nobodys_turn_any_more(bureau, told):
    clerk, rev = bureau.account("张三", "clerk"), bureau.account("王五", "rev")
    bureau.accepted()
    told()
    assert _of(clerk) == []
    assert [kind for kind, _ in _of(rev)] == ["turn"]


def test_the_officer_in_charge_is_told_alone_when_he_holds_the_post(bureau, told):
    one, other = bureau.account("王五", "rev"), bureau.account("孙七", "rev")
    case = bureau.accepted()
    type(case).objects.filter(pk=case.pk).update(holder=one)
    told()
    assert [kind for kind, _ in _of(one)] == ["turn"]
    assert _of(other) == []


def test_the_same_entries_again_change_nothing_but_the_count(bureau, told):
    clerk = bureau.account("张三", "clerk")
    bureau.submitted()
    told()
    entries = list(journal.Entry.objects.filter(verb__startswith="case."))
    following.deliver(entries)
    assert len(_of(clerk)) == 1


def test_what_is_days_old_is_passed_over(bureau, told, standing):
    clerk = bureau.account("张三", "clerk")
    bureau.submitted()
    standing.move_to(clock.at_local(date(2020, 3, 6), 9))
    told()
    assert _of(clerk) == []


def test_a_follower_that_is_new_does_not_tell_of_the_past_but_looking_back_does(bureau, standing):
    clerk = bureau.account("张三", "clerk")
    old = bureau.submitted()
    standing.move_to(clock.at_local(date(2020, 3, 6), 9))
    young = bureau.submitted()
    journal.seal()
    journal.run_followers(("notices",))
    assert _of(clerk) == []
    assert following.look_back() == 1
    assert Notice.objects.get(account=clerk).url == young.get_absolute_url() != old.get_absolute_url()


def test_a_case_that_comes_back_is_told_as_such(bureau, told):
    one, other = bureau.account("王五", "rev"), bureau.account("孙七", "rev")
    case = bureau.accepted()
    bureau.act(case, "test", access.actor(one), approved_by=bureau.actor("钱八", "chief"))
    told()
    assert [title.partition("：")[0] for _, title in _of(other)] == ["轮到您办理"]
    bureau.act(case, "tested", access.actor(one), documents=["检测报告"])
    type(case).objects.filter(pk=case.pk).update(holder=None)
    told()
    assert [title.partition("：")[0] for _, title in _of(other)] == ["再次轮到您办理"], (
        "one line per case and day"
    )


def test_a_flood_becomes_one_line_and_few_queries(bureau, told, django_assert_max_num_queries):
    clerk = bureau.account("张三", "clerk")
    for _ in range(32):
        bureau.submitted()
    journal.seal()
    entries = list(journal.Entry.objects.filter(verb__startswith="case."))
    with django_assert_max_num_queries(20):
        following.deliver(entries)
    found = Notice.objects.filter(account=clerk)
    assert found.count() == 21
    rest = found.get(key__startswith="rest:")
    assert rest.count == 12
    assert rest.title == "轮到我办：另有 12 条"


def test_the_applicant_is_told_through_the_contact_that_the_hall_knows(bureau, told):
    asked = []

    @notices.applicant_contact
    def contact(subject_id, case_id):
        asked.append((subject_id, case_id))
        return [notices.Contact("sms", "13800138000", f"/hall/cases/{case_id}/")]

    case = _concluded(bureau, told)
    message = Message.objects.get()
    assert asked[-1] == (bureau.owner.pk, case.pk)
    assert (message.channel, message.to) == ("sms", "13800138000")
    assert message.link == f"/hall/cases/{case.pk}/"
    assert case.number in message.text
    line = journal.Entry.objects.get(verb="notice.applicant")
    assert (line.result, line.case_id) == ("held", case.pk), "the channel is off: kept, and said so"
    assert "13800138000" not in line.facts


def test_an_applicant_without_contact_is_not_told_and_the_journal_says_so(bureau, told):
    case = _concluded(bureau, told)
    assert not Message.objects.exists()
    line = journal.Entry.objects.get(verb="notice.applicant")
    assert (line.result, line.case_id) == ("unreachable", case.pk)


def test_an_applicant_with_a_broken_number_does_not_stop_the_follower(bureau, told):
    notices.applicant_contact(lambda subject, case: [notices.Contact("sms", "没有")])
    _concluded(bureau, told)
    assert journal.Entry.objects.get(verb="notice.applicant").result == "unreachable"


def _concluded(bureau, told):
    """A case whose last act says notify: [owner]."""
    case = bureau.submitted()
    told()
    entry = journal.draft(
        "case.permit.accept", actor="account:9999", object=("case", case.number), case_id=case.pk,
        facts={"notify": ["owner", "public"], "step": 9, "from": "submitted", "to": "reviewing"},
    )  # fmt: skip
    journal.record_many([entry])
    told()
    return case


def test_a_task_is_told_to_whom_it_is_given_and_a_hand_over_is_one_line(bureau, told):
    taker = bureau.account("孙七", "rev")
    cases = [bureau.accepted() for _ in range(9)]
    told()
    Notice.objects.all().delete()
    facts = {"to": taker.key, "task": "审查", "part": "建筑", "round": 1}
    moved = {"from": "account:77", "to": taker.key}
    journal.record_many(
        [
            journal.draft("case.permit.task_assigned", actor="account:9999", object=("case", cases[0].number),
                          case_id=cases[0].pk, facts=facts),
            *[journal.draft("case.permit.hand_over", actor="account:9999", object=("case", case.number),
                            case_id=case.pk, facts=moved, reason="轮岗") for case in cases],
        ]
    )  # fmt: skip
    told()
    found = {notice.kind: notice for notice in Notice.objects.filter(account=taker)}
    assert found["task"].title == "任务“审查·建筑”分派给您：施工许可·青秀区某住宅楼"
    assert found["hand_over"].count == 9
    assert len(found["hand_over"].text.splitlines()) == 6


def test_a_role_that_the_process_names_is_told(bureau, told):
    chief = bureau.account("钱八", "chief")
    case = bureau.submitted()
    told()
    journal.record(
        "case.permit.accept", actor="account:9999", object=("case", case.number), case_id=case.pk,
        facts={"notify": ["chief", "public"], "step": 9, "from": "submitted", "to": "reviewing"},
    )  # fmt: skip
    told()
    assert _of(chief) == [("told", "通报“受理”：施工许可·青秀区某住宅楼")]


def test_an_alarm_is_told_once_a_day_to_whoever_may_handle_it(bureau, told):
    from zhujianyun.kernel.access.models import Account, OfficerDuty

    officer = Account.objects.create(username="sys", name_zh="系统管理员")
    OfficerDuty.objects.create(account=officer, duty="system", appointed_on=date(2020, 1, 1))
    clerk = bureau.account("张三", "clerk")
    for count in (1, 2):
        journal.record(
            "indicator.alarm.raise", actor="system", object=("alarm", "7"),
            facts={"title": "门户网站无法访问", "count": count},
        )  # fmt: skip
        told()
    assert _of(officer) == [("alarm", "告警：门户网站无法访问")]
    assert _of(clerk) == []


def test_who_wishes_is_written_to_and_who_wishes_nothing_is_left_alone(bureau, told):
    from zhujianyun.ui.notices import actions

    one, other = bureau.account("张三", "clerk"), bureau.account("李四", "clerk")
    type(one).objects.filter(pk=one.pk).update(email="zhang@example.cn")
    actions.choose(one, {"turn": ["page", "email"]})
    actions.choose(other, {"turn": []})
    bureau.submitted()
    told()
    assert [kind for kind, _ in _of(one)] == ["turn"]
    assert _of(other) == []
    message = Message.objects.get()
    assert (message.channel, message.to, message.state) == ("email", "zhang@example.cn", outbox.State.HELD)


def test_a_kind_that_does_not_exist_cannot_be_chosen(bureau):
    from zhujianyun.ui.notices import actions

    with pytest.raises(RuleBroken):
        actions.choose(bureau.account("张三"), {"turn": ["pigeon"]})
