"""A request for shared data from the asking to the grant, and what goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from zhujianyun.apps.data_catalogue.actions import deciding, granting, mounting, requesting
from zhujianyun.apps.data_catalogue.models import RequestItem, SharingRequest
from zhujianyun.apps.data_catalogue.rules import sharing
from zhujianyun.apps.data_catalogue.tests.conftest import ITEMS, MARKET, MONDAY
from zhujianyun.apps.data_catalogue.tests.sharing_desk import WANTED, Desk
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.case.models import ClockRun, Paper
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(department) -> Desk:
    return Desk.of(department)


def ruled(row, **changes):
    """As asked, some items decided otherwise."""
    return {**deciding.as_asked(row), **changes}


class TestAsking:
    """What the consumer does."""

    def test_a_request_is_a_case_at_the_office_that_has_the_data(self, desk):
        row = desk.asked()
        assert (row.case.state, row.case.office.code) == ("received", MARKET)
        assert row.case.number == "桂数享2020-00001"
        assert [one.code for one in row.items.all()] == ["uscc", "name", "phone"]
        run = ClockRun.objects.get(case=row.case)
        assert (run.deadline, run.days, run.due_on) == ("reply", 10, date(2020, 7, 20))

    def test_shared_without_conditions_is_answered_within_a_day(self, desk):
        items = (ITEMS[0], ITEMS[1])
        entry = desk.department.entry(
            title="无条件", share="unconditional", share_condition="",
            items=[replace(one, share="unconditional") for one in items],
        )  # fmt: skip
        row = desk.asked(entry, items=("uscc",))
        assert ClockRun.objects.get(case=row.case).days == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"items": ()}, "items"),
            ({"items": ("uscc", "salary")}, "items"),
            ({"items": ("uscc", "uscc")}, "items"),
            ({"legal_basis": "  "}, "legal_basis"),
            ({"scenario": ""}, "scenario"),
            ({"scope": ""}, "scope"),
            ({"mode": ""}, "mode"),
            ({"mode": "ftp"}, "mode"),
            ({"valid_to": date(2020, 7, 6)}, "valid_to"),
            ({"valid_from": date(2020, 1, 1), "valid_to": date(2020, 6, 30)}, "valid_to"),
            ({"valid_to": date(2040, 1, 1)}, "valid_to"),
            ({"calls_per_day": 0}, "calls_per_day"),
            ({"calls_per_day": 10**9}, "calls_per_day"),
            ({"responsible": ""}, "responsible"),
            ({"system_name": ""}, "system_name"),
            ({"networks": ("10.1.0.0/99",)}, "networks"),
            ({"networks": tuple(f"10.{n}.0.0/16" for n in range(30))}, "networks"),
            ({"row_filter": ({"item": "salary", "op": "eq", "value": "1"},)}, "row_filter"),
            ({"row_filter": ({"item": "uscc", "op": "sql", "value": "1"},)}, "row_filter"),
            ({"scope": "很" * 301}, "scope"),
        ],
        ids=lambda one: one if isinstance(one, str) else None,
    )
    def test_what_is_missing_or_wrong_is_named_by_its_field_and_nothing_is_opened(self, desk, change, field):
        with pytest.raises(RuleBroken) as told:
            desk.asked(**change)
        assert field in told.value.details["fields"]
        assert not SharingRequest.objects.exists()

    def test_an_item_that_is_not_shared_cannot_be_asked_for(self, desk):
        items = [*ITEMS[:2], replace(ITEMS[2], share="none")]
        with pytest.raises(RuleBroken, match="联系电话不予共享"):
            desk.asked(desk.mounted(items=items))

    def test_sent_twice_it_is_one_request(self, desk):
        entry = desk.mounted()
        assert desk.asked(entry).pk == desk.asked(entry).pk
        assert SharingRequest.objects.count() == 1

    def test_the_same_wish_under_way_is_not_opened_again(self, desk):
        entry = desk.mounted()
        desk.asked(entry)
        with pytest.raises(Conflict, match="桂数享2020-00001"):
            desk.asked(entry, key="k2", by="consumer2")
        assert desk.asked(entry, key="k3", system_name="另一系统").pk
        assert desk.asked(entry, key="k4", is_test=True).pk

    def test_nobody_asks_for_another_office_or_for_his_own_data(self, desk):
        entry = desk.mounted()
        with pytest.raises(NotAllowed):
            desk.asked(entry, office="450000-zfbz")
        with pytest.raises(NotAllowed):
            desk.asked(entry, by="reader")

    def test_an_entry_that_was_withdrawn_while_the_form_was_filled_in_is_told(self, desk):
        entry = desk.mounted()
        resources.withdraw(entry, by=SYSTEM, reason="合并")
        with pytest.raises(RuleBroken, match="已撤销"):
            desk.asked(entry)

    def test_gaps_are_named_once_with_a_paper_and_the_clock_stands_still(self, desk):
        row = desk.asked()
        desk.department.time.move_to(clock.at_local(MONDAY + timedelta(days=2), 10))
        deciding.send_back_once(row, by=desk.who("clerk"), gaps="请附使用依据全文", expected=row.case.version)
        assert Paper.objects.get(case=row.case).doc == "补正通知书"
        assert ClockRun.objects.get(case=row.case).paused
        desk.department.time.move_to(clock.at_local(MONDAY + timedelta(days=7), 10))
        wanted = replace(WANTED, items=("uscc",), scope="补正后的范围")
        row = requesting.supply(row, wanted, by=desk.who("consumer"), expected=row.case.version)
        assert (row.case.state, row.scope) == ("received", "补正后的范围")
        assert row.items.get().code == "uscc"
        assert ClockRun.objects.get(case=row.case).due_on == date(2020, 7, 23)
        with pytest.raises(RuleBroken):
            deciding.send_back_once(row, by=desk.who("clerk"), gaps="还缺", expected=row.case.version)

    def test_a_consumer_may_withdraw_until_it_is_answered(self, desk):
        row = desk.proposed()
        assert requesting.withdraw(row, by=desk.who("consumer"), expected=row.case.version).case.ended
        with pytest.raises(RuleBroken):
            requesting.withdraw(row, by=desk.who("consumer"), expected=row.case.version)


class TestDeciding:
    """What the provider does."""

    def test_the_grant_is_what_was_decided_item_by_item(self, desk):
        row = desk.asked(row_filter=({"item": "uscc", "op": "prefix", "value": "91"},))
        decision = ruled(
            row,
            name=sharing.Ruled(True, 500, date(2020, 9, 30), "", False, "先用一季度"),
            phone=sharing.Ruled(False, why="与资质核验无关"),
        )
        deciding.propose(row, decision, by=desk.who("clerk"), expected=row.case.version, page_limit=50)
        row = desk.fresh(row)
        deciding.consent(row, by=desk.who("head"), expected=row.case.version)
        row = desk.fresh(row)
        grant = deciding.deliver(row, by=desk.who("tech"), expected=row.case.version)
        assert grant.code == "G2020-00001"
        assert (grant.items, grant.masks) == (["uscc", "name"], {})
        assert grant.quota == {"per_second": 10, "per_day": 500}
        assert grant.valid_until == clock.at_local(date(2020, 10, 1))
        assert grant.row_filter == [{"item": "uscc", "op": "prefix", "value": "91"}]
        assert (grant.case_number, grant.page_limit, grant.networks) == (row.case.number, 50, ["10.1.0.0/16"])
        assert grant.consumer.code == "450100"
        phone = RequestItem.objects.get(request=row, code="phone")
        assert (phone.decision, phone.asked_per_day, phone.granted_per_day) == ("withheld", 2000, None)

    def test_personal_items_keep_their_mask_and_may_be_looked_up_exactly(self, desk):
        row = desk.asked()
        decision = ruled(row, phone=sharing.Ruled(True, 100, date(2020, 12, 31), "phone", True))
        deciding.propose(row, decision, by=desk.who("clerk"), expected=row.case.version)
        row = desk.fresh(row)
        deciding.consent(row, by=desk.who("head"), expected=row.case.version)
        row = desk.fresh(row)
        grant = deciding.deliver(row, by=desk.who("tech"), expected=row.case.version)
        assert (grant.masks["phone"], grant.exact_lookup) == ("phone", ["phone"])

    @pytest.mark.parametrize(
        ("one", "said"),
        [
            (sharing.Ruled(True, 2001, date(2020, 12, 31), "phone"), "不超过申请量"),
            (sharing.Ruled(True, 0, date(2020, 12, 31), "phone"), "不超过申请量"),
            (sharing.Ruled(True, 10, date(2021, 1, 1), "phone"), "不得晚于"),
            (sharing.Ruled(True, 10, None, "phone"), "不得晚于"),
            (sharing.Ruled(True, 10, date(2020, 12, 31), ""), "不脱敏提供须写明理由"),
            (sharing.Ruled(False), "不同意须写明理由"),
        ],
        ids=["more calls", "no calls", "longer", "no end", "unmasked", "withheld"],
    )
    def test_no_more_than_was_asked_is_given(self, desk, one, said):
        row = desk.asked()
        with pytest.raises(RuleBroken, match=said):
            deciding.propose(row, ruled(row, phone=one), by=desk.who("clerk"), expected=row.case.version)
        assert desk.fresh(row).case.state == "received"
        assert not RequestItem.objects.exclude(decision="").exists()

    def test_every_item_needs_a_decision_and_no_other_may_have_one(self, desk):
        row = desk.asked(items=("uscc", "name"))
        by, expected = desk.who("clerk"), row.case.version
        for decision, said in (
            ({"uscc": deciding.as_asked(row)["uscc"]}, "请逐项写明"),
            (ruled(row, phone=sharing.Ruled(True, 1, date(2020, 8, 1), "phone")), "没有申请这一项"),
            ({}, "请逐项写明"),
        ):
            with pytest.raises(RuleBroken, match=said):
                deciding.propose(row, decision, by=by, expected=expected)

    def test_all_withheld_is_a_refusal_not_a_consent(self, desk):
        row = desk.asked(items=("uscc",))
        none = {"uscc": sharing.Ruled(False, why="无依据")}
        deciding.propose(row, none, by=desk.who("clerk"), expected=row.case.version)
        row = desk.fresh(row)
        with pytest.raises(RuleBroken, match="不予共享"):
            deciding.consent(row, by=desk.who("head"), expected=row.case.version)

    def test_of_two_heads_at_once_the_slower_is_told_and_nothing_of_his_is_written(self, desk):
        row = desk.proposed()
        seen = row.case.version
        deciding.consent(row, by=desk.who("head"), expected=seen)
        fewer = ruled(row, phone=sharing.Ruled(False, why="不需要"))
        with pytest.raises(Conflict):
            deciding.consent(row, fewer, by=desk.who("head2"), expected=seen)
        with pytest.raises(Conflict):
            deciding.refuse(row, by=desk.who("head2"), reason="不行", basis="无", expected=seen)
        assert RequestItem.objects.get(request=row, code="phone").decision == "granted"

    def test_a_double_click_of_the_head_is_one_consent(self, desk):
        row = desk.proposed()
        seen = row.case.version
        for _ in range(2):
            deciding.consent(desk.fresh(row), by=desk.who("head"), expected=seen)
        assert desk.fresh(row).case.version == seen + 1

    def test_nobody_of_another_office_decides(self, desk):
        row = desk.proposed()
        for name in ("stranger", "consumer", "clerk", "supervisor"):
            with pytest.raises(NotAllowed):
                deciding.consent(row, by=desk.who(name), expected=row.case.version)

    def test_a_refusal_gives_reason_and_basis_and_a_paper(self, desk):
        row = desk.proposed()
        by, expected = desk.who("head"), row.case.version
        for reason, basis in (("", "条例"), ("涉密", "")):
            with pytest.raises(RuleBroken):
                deciding.refuse(row, by=by, reason=reason, basis=basis, expected=expected)
        deciding.refuse(row, by=by, reason="涉及商业秘密", basis="共享条件第三项", expected=expected)
        assert Paper.objects.get(case=row.case).doc == "不予共享答复书"
        assert desk.fresh(row).case.ended and not Grant.objects.exists()

    def test_the_answer_is_put_off_once_with_a_paper(self, desk):
        row = desk.proposed()
        deciding.extend(row, by=desk.who("head"), reason="需征求业务处意见", expected=row.case.version)
        assert Paper.objects.get(case=row.case).doc == "延期告知书"
        assert ClockRun.objects.get(case=row.case).due_on == date(2020, 8, 3)
        row = desk.fresh(row)
        with pytest.raises(RuleBroken):
            deciding.extend(row, by=desk.who("head"), reason="再延", expected=row.case.version)

    def test_after_consent_the_delivery_has_its_own_clock(self, desk):
        row = desk.consented()
        run = ClockRun.objects.get(case=row.case, deadline="deliver")
        assert (run.days, run.stopped_on) == (20, None)
        assert Paper.objects.get(case=row.case).doc == "共享申请答复书"

    def test_an_entry_withdrawn_before_delivery_goes_back_to_the_head(self, desk):
        row = desk.consented()
        resources.withdraw(row.resource, by=SYSTEM, reason="合并")
        row = desk.fresh(row)
        with pytest.raises(RuleBroken, match="已撤销"):
            deciding.deliver(row, by=desk.who("tech"), expected=row.case.version)
        deciding.reconsider(row, by=desk.who("tech"), reason="目录已撤销", expected=row.case.version)
        row = desk.fresh(row)
        deciding.refuse(
            row, by=desk.who("head"), reason="目录已撤销", basis="目录", expected=row.case.version
        )
        assert desk.fresh(row).case.state == "refused"

    def test_without_a_mount_nothing_is_delivered(self, desk):
        row = desk.consented(desk.department.entry())
        with pytest.raises(RuleBroken, match="挂载"):
            deciding.deliver(row, by=desk.who("tech"), expected=row.case.version)

    def test_delivered_by_the_general_page_the_effect_issues_the_same_grant_once(self, desk):
        row = desk.consented()
        requesting.step(row, "deliver", desk.who("tech"))
        assert not Grant.objects.exists()
        desk.department.carry_out()
        desk.department.carry_out()
        assert Grant.objects.get().code == "G2020-00001"
        assert desk.fresh(row).grant is not None


class TestAfterwards:
    """What happens to a grant in its life."""

    def follow(self, desk):
        while journal.seal():
            pass
        journal.run_followers(only=("data_catalogue.grants",))

    def test_suspended_resumed_and_revoked_case_and_grant_go_together(self, desk):
        row, grant = desk.granted()
        for name, by, state in (
            ("suspend", "supervisor", "suspended"),
            ("resume", "head", "active"),
            ("revoke", "head", "revoked"),
        ):
            getattr(deciding, name)(
                row, by=desk.who(by), reason="用量异常", expected=desk.fresh(row).case.version
            )
            grant.refresh_from_db()
            assert (desk.fresh(row).case.state, grant.state) == (state, state)

    def test_without_a_reason_neither_changes(self, desk):
        row, grant = desk.granted()
        with pytest.raises(RuleBroken):
            deciding.suspend(row, by=desk.who("head"), reason=" ", expected=row.case.version)
        grant.refresh_from_db()
        assert (desk.fresh(row).case.state, grant.state) == ("active", "active")

    def test_unmounting_suspends_the_grants_and_their_cases(self, desk):
        row, grant = desk.granted()
        mounting.unmount(grant.mount, by=desk.who("editor"), reason="停止维护")
        self.follow(desk)
        grant.refresh_from_db()
        assert (desk.fresh(row).case.state, grant.state) == ("suspended", "suspended")

    def test_withdrawing_the_entry_suspends_them_too(self, desk):
        row, grant = desk.granted()
        resources.withdraw(grant.resource, by=SYSTEM, reason="事项取消")
        self.follow(desk)
        self.follow(desk)
        grant.refresh_from_db()
        assert (desk.fresh(row).case.state, grant.state) == ("suspended", "suspended")
        assert "事项取消" in grant.reason

    def test_what_the_kernel_does_to_a_grant_is_brought_into_the_case_once(self, desk):
        row, grant = desk.granted()
        resources.revoke_grant(grant, by=SYSTEM, reason="监督收回")
        self.follow(desk)
        version = desk.fresh(row).case.version
        assert granting.bring_in_line([grant.code]) == 0
        assert (desk.fresh(row).case.state, desk.fresh(row).case.version) == ("revoked", version)

    def test_a_grant_runs_out_by_the_clock_and_closes_its_case(self, desk):
        row, grant = desk.granted(valid_to=date(2020, 8, 31))
        desk.department.time.move_to(clock.at_local(date(2020, 8, 31), 23))
        assert granting.expire() == 0
        desk.department.time.move_to(clock.at_local(date(2020, 9, 1), 0, 1))
        assert (granting.expire(), granting.expire()) == (1, 0)
        grant.refresh_from_db()
        assert (desk.fresh(row).case.state, grant.state) == ("expired", "expired")

    def test_renewing_starts_a_new_case_and_lets_the_old_grant_run(self, desk):
        row, grant = desk.granted()
        wanted = replace(WANTED, valid_from=date(2021, 1, 1), valid_to=date(2021, 12, 31))
        new = requesting.renew(row, wanted, by=desk.who("consumer"), key="r1")
        assert new.pk == requesting.renew(row, wanted, by=desk.who("consumer"), key="r1").pk
        assert (new.renews, new.case.parent_id, new.case.state) == (row, row.case_id, "received")
        assert desk.fresh(row).case.state == "active"
        with pytest.raises(RuleBroken):
            requesting.renew(row, wanted, by=desk.who("consumer"), key="r2")

    def test_a_test_grant_is_marked_and_numbered_as_one(self, desk):
        _, grant = desk.granted(is_test=True)
        assert (grant.is_test, grant.code) == (True, "T2020-00001")

    def test_a_personal_item_is_given_plain_only_when_that_was_decided(self, desk):
        row = desk.asked()
        plain = ruled(row, phone=sharing.Ruled(True, 100, date(2020, 12, 31), "", why="须电话核实"))
        deciding.propose(row, plain, by=desk.who("clerk"), expected=row.case.version)
        assert granting.decision_of(desk.fresh(row)).masks == {"phone": ""}

    def test_a_narrowed_entry_refuses_the_delivery_of_the_lost_item(self, desk):
        row = desk.consented()
        edition = row.resource.editions.get()
        draft = resources.Draft(
            title=edition.title, abstract=edition.abstract, class_path=edition.class_path, items=ITEMS[:2],
            share_condition=edition.share_condition,
        )  # fmt: skip
        resources.publish(row.resource, draft, by=SYSTEM)
        row = desk.fresh(row)
        with pytest.raises(RuleBroken, match="phone"):
            deciding.deliver(row, by=desk.who("tech"), expected=row.case.version)
        assert desk.fresh(row).case.state == "delivering"
