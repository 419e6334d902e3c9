"""Effects of acts (办件效果): at least once, received once, one failure holds up nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import OutsideFailed
from zhujianyun.kernel import case, journal
from zhujianyun.kernel.case import effects, timers
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.models import Case, EffectDone, Offered


@pytest.fixture
def licences(plays):
    """A register of licences that counts what it issues."""
    issued = []
    registry.add_effect("licence.issue", lambda event: issued.append((event.case_id, event.argument)))
    return issued


def deliver_all():
    effects.deliver(list(journal.Entry.objects.order_by("id")))


def test_33_an_effect_delivered_twice_issues_exactly_one_licence(desk, licences):
    one = desk.accepted()
    desk.act(one, "grant")
    deliver_all()
    deliver_all()
    assert licences == [(one.pk, "施工许可证")]
    assert EffectDone.objects.get().result == "done"


def test_33_the_sealed_journal_delivers_what_was_committed_before_a_crash(desk, licences):
    one = desk.accepted()
    desk.act(one, "grant")  # the process dies here: the effect is in the journal, nowhere else
    while journal.seal():
        pass
    journal.run_followers()
    journal.run_followers()
    assert licences == [(one.pk, "施工许可证")]


def test_a_receiver_that_fails_is_seen_retried_and_holds_up_nobody(desk, plays, standing):
    broken, issued = [True], []

    def issue(event):
        if broken[0]:
            raise OutsideFailed("证照系统无应答", peer="licence")
        issued.append(event.case_id)

    registry.add_effect("licence.issue", issue)
    first, second = desk.accepted(), desk.accepted()
    desk.act(first, "grant")
    desk.act(second, "reject", reason="不符合规划")
    deliver_all()
    assert set(EffectDone.objects.values_list("effect", "result")) == {
        ("licence.issue:施工许可证", "failed"), ("case.start:permit_special", "done"),
    }  # fmt: skip
    broken[0] = False
    assert effects.retry() == 0  # not yet: it waits longer each time
    standing.move_to(standing.now() + timedelta(minutes=5))
    assert (effects.retry(), issued) == (1, [first.pk])


def test_an_effect_that_no_app_receives_is_kept_as_unclaimed(desk):
    one = desk.accepted()
    desk.act(one, "grant")
    deliver_all()
    assert EffectDone.objects.get().result == "unclaimed"


def test_a_started_case_is_linked_filled_in_and_opened_once(desk):
    one = desk.accepted()
    desk.act(one, "reject", reason="不符合规划")
    deliver_all()
    deliver_all()
    child = Case.objects.get(parent=one)
    assert (child.process, child.state, child.facts) == (
        "permit_special", "draft", {"subject": {"project_code": one.facts["subject"]["project_code"]}},
    )  # fmt: skip


def test_23_what_is_not_rectified_in_time_is_escalated_once_and_the_started_case_begins(desk, standing):
    one = rectifying(desk)
    standing.move_to(clock.at_local(date(2020, 4, 2)))
    assert timers.act_on_time() == 1
    assert timers.act_on_time() == 0
    one.refresh_from_db()
    assert (one.state, one.timer_on) == ("rectifying", None)
    deliver_all()
    child = Case.objects.get(parent=one, process="enforcement")
    assert (child.state, child.number) == ("investigating", "桂罚2020-450103-0001")


def test_23_a_failed_check_stops_the_use_a_passed_recheck_lifts_it_a_failed_one_is_the_next_round(
    desk, plays
):
    heard = []
    for name in ("stop_use.order", "stop_use.lift"):
        registry.add_effect(name, lambda event, name=name: heard.append(name))
    one = rectifying(desk)
    desk.act(one, "ask", desk.owner)
    desk.act(one, "not_ok")
    assert (one.state, one.round) == ("rectifying", 2)
    desk.act(one, "ask", desk.owner)
    desk.act(one, "ok")
    deliver_all()
    assert (one.state, heard) == ("filed", ["stop_use.order", "stop_use.lift"])


def test_an_offer_is_kept_and_taken_once(desk):
    one = desk.accepted()
    offered = Offered.objects.create(
        case=one, process="permit_special", facts={"subject": {"project_code": "P-x"}}, at=clock.now()
    )
    taken = effects.take_offer(offered, by=desk.owner)
    assert effects.take_offer(offered, by=desk.owner) == taken
    assert (taken.parent_id, taken.facts["subject"]["project_code"]) == (one.pk, "P-x")


def rectifying(desk):
    from zhujianyun.kernel.case import draw as lots
    from zhujianyun.kernel.case import draws

    facts = {"subject": {"project_code": "P-1", "punished": True, "crowded": False}}
    one = desk.open("filing", facts=facts)
    desk.act(one, "submit", desk.owner)
    drawer = desk.actor("抽取员", "draw")
    nonces = {"account:901": "aaaa", "account:902": "bbbb"}
    commits = {who: lots.commit_nonce(nonce) for who, nonce in nonces.items()}
    drawn = draws.freeze("filing", desk.office, drawer, nonce_commits=commits)
    draws.reveal(drawn, "1", nonces, by=drawer)
    pool = {"insp": [desk.actor("检查1", "insp"), desk.actor("检查2", "insp")]}
    [hit] = draws.apply(drawn, by=drawer, inspectors=pool)
    desk.act(hit, "fail")
    return hit


def test_effects_of_acts_in_a_batch_arrive_as_well(desk, licences):
    with case.batch():
        one = desk.accepted()
        desk.act(one, "grant")
    deliver_all()
    assert licences == [(one.pk, "施工许可证")]
