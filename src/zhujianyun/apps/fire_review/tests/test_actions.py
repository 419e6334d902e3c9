"""What happens at the fire counter."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.apps.fire_review import actions
from zhujianyun.apps.fire_review.models import StopUseOrder
from zhujianyun.apps.fire_review.tests.conftest import FILING, work
from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import case, journal
from zhujianyun.kernel.case import draw as lots
from zhujianyun.kernel.case import draws, papers
from zhujianyun.kernel.case.models import Case, EffectDone

pytestmark = pytest.mark.django_db
SPECIAL = {"use": "market", "area_m2": "10000.01", "subproject": "1号单体"}
DESIGN = SPECIAL | {
    "special_design": True, "planning_required": True, "planning_permit": "建字第1号", "temporary": False,
    "designer": "广西建筑设计研究院",
}  # fmt: skip
GATES = dict.fromkeys(("contract_done", "archive_complete", "parties_accepted", "joint_test_passed"), True)


def test_a_filing_for_a_special_work_is_refused_and_an_acceptance_is_offered(hall):
    filing = hall.apply("fire_filing", **FILING, use="market", area_m2="10000.01")
    with pytest.raises(RuleBroken) as refused:
        hall.do(filing, "submit")
    offer = refused.value.details["offer"]
    assert offer["process"] == "fire_acceptance"
    assert offer["facts"]["subject"]["project_code"] == work()["project_code"]
    assert filing.state == "draft"


def test_a_market_of_exactly_10000_square_metres_is_filed(hall):
    filing = hall.apply("fire_filing", **FILING, use="market", area_m2="10000")
    hall.do(filing, "submit")
    assert filing.state == "received" and filing.facts["subject"]["special_project"] is False


def test_a_work_that_cannot_be_judged_is_named(hall):
    with pytest.raises(RuleBroken, match="castle"):
        hall.apply("fire_filing", **FILING, use="castle")


def test_since_october_2023_a_filing_has_a_class_and_a_general_one_may_be_promised(hall):
    with clock.standing(clock.at_local(date(2023, 10, 30), 10)):
        filing = hall.apply("fire_filing", **FILING, use="office", area_m2="3000")
        assert (filing.definition_version, filing.facts["subject"]["filing_class"]) == ("2023.1", "general")
        hall.do(filing, "promise")
        assert filing.state == "pool" and filing.papers.filter(doc="备案凭证").exists()
        crowded = hall.apply("fire_filing", **FILING | {"building_set": "2号楼"})
        with pytest.raises(RuleBroken, match="一般项目"):
            hall.do(crowded, "promise")


def test_before_june_2020_a_case_begins_on_the_interim_version(hall):
    assert actions.judge("fire_filing", work(**FILING), date(2020, 5, 31))["crowded_public"]
    with clock.standing(clock.at_local(date(2020, 5, 29), 10)):
        assert hall.apply("fire_filing", **FILING).definition_version == "2019.1"
    assert hall.apply("fire_filing", **FILING | {"building_set": "3号楼"}).definition_version == "2020.1"


def test_a_late_filing_is_accepted_and_flagged(hall):
    filing = hall.apply("fire_filing", **FILING | {"completion_accepted_on": "2020-06-28"})
    hall.do(filing, "submit")
    assert filing.state == "received" and "file_by" in filing.flags["late"]


def test_a_filing_in_time_is_not_flagged(hall):
    filing = hall.apply("fire_filing", **FILING)
    hall.do(filing, "submit")
    assert "late" not in filing.flags


def test_an_acceptance_waits_for_the_owners_four_conditions(hall):
    acceptance = hall.apply("fire_acceptance", **SPECIAL, **GATES | {"joint_test_passed": False})
    with pytest.raises(RuleBroken, match="四项条件"):
        hall.do(acceptance, "submit")


def test_the_second_supplement_for_known_gaps_is_refused(hall):
    design = hall.apply("fire_design", **DESIGN)
    hall.do(design, "submit")
    hall.do(design, "supplement", facts={"action": {"gaps": "缺图"}})
    hall.do(design, "supply")
    with pytest.raises(RuleBroken, match="只能办理一次"):
        hall.do(design, "supplement", facts={"action": {"gaps": "缺图"}})


def test_the_opinion_clock_stands_still_while_experts_review_with_a_clock_of_their_own(hall):
    design = hall.apply("fire_design", **DESIGN)
    hall.do(design, "submit")
    hall.do(design, "accept")
    opinion = design.clocks.get(deadline="opinion")
    assert opinion.due_on == date(2020, 7, 27)
    hall.do(design, "convene")
    opinion.refresh_from_db()
    expert = design.clocks.get(deadline="expert")
    assert opinion.paused and opinion.due_on is None and expert.due_on == date(2020, 8, 3)
    with clock.standing(clock.at_local(date(2020, 7, 13), 10)):
        hall.do(design, "experts_done", facts={"action": {"approved": True}})
    opinion.refresh_from_db()
    assert not opinion.paused and opinion.due_on == date(2020, 8, 3)  # five working days did not count


def test_experts_are_convened_by_the_chief_alone_and_only_for_a_special_design(hall):
    plain = hall.apply("fire_design", **DESIGN | {"special_design": False})
    hall.do(plain, "submit")
    hall.do(plain, "accept")
    with pytest.raises(NotAllowed):
        hall.do(plain, "convene", by=hall.who("reviewer"))
    with pytest.raises(RuleBroken, match="特殊消防设计"):
        hall.do(plain, "convene")


def test_after_the_decision_nobody_withdraws(hall):
    design = hall.apply("fire_design", **DESIGN)
    for action in ("submit", "accept"):
        hall.do(design, action)
    hall.do(design, "opine", facts={"action": {"conclusion": "conforms"}})
    hall.do(design, "pass", signatures=[hall.who("reviewer"), hall.who("chief")])
    assert design.settled and design.concluded_on == date(2020, 7, 6)
    with pytest.raises(RuleBroken, match="不能办理"):
        case.act(
            design, "pull_out", by=hall.applicant, expected_version=design.version, key="late", reason="撤回"
        )


def test_a_change_of_an_approved_design_starts_a_linked_case(hall):
    design = hall.apply("fire_design", **DESIGN)
    for action in ("submit", "accept"):
        hall.do(design, action)
    hall.do(design, "opine", facts={"action": {"conclusion": "conforms"}})
    hall.do(design, "pass", signatures=[hall.who("reviewer"), hall.who("chief")])
    hall.do(design, "change")
    hall.carry_out()
    [linked] = Case.objects.filter(parent=design)
    assert linked.process == "fire_design" and linked.state == "draft"


def _failed(hall) -> Case:
    """A punished filing, drawn (the stratum of 100 per cent leaves nothing to chance) and failed."""
    filing = hall.apply("fire_filing", **FILING | {"punished": True})
    hall.do(filing, "submit")
    hall.do(filing, "voucher")
    by = hall.who("draw")
    nonces = {one.key: f"nonce-{n}" for n, one in enumerate(hall.bureau.people["witness"])}
    promised = {key: lots.commit_nonce(nonce) for key, nonce in nonces.items()}
    drawn = draws.freeze("fire_filing", hall.bureau.office, by, nonce_commits=promised)
    draws.reveal(drawn, "20200706-1", nonces, by=by)
    [hit] = draws.apply(drawn, by=by, inspectors={"insp": hall.bureau.people["insp"]})
    hall.do(hit, "fail", facts={"action": {"findings": "疏散宽度不足"}})
    hall.carry_out()
    return hit


def test_a_failed_check_orders_to_stop_using_and_a_passed_recheck_lifts_it(hall):
    filing = _failed(hall)
    order = StopUseOrder.objects.get(case=filing)
    assert order.in_force and order.reason == "疏散宽度不足" and order.ordered_on == date(2020, 7, 6)
    hall.do(filing, "ask")
    hall.do(filing, "not_ok", facts={"action": {"findings": "仍不足"}})
    hall.carry_out()
    assert filing.round == 2 and StopUseOrder.objects.get(case=filing).in_force
    hall.do(filing, "ask")
    hall.do(filing, "ok")
    hall.carry_out()
    order.refresh_from_db()
    assert not order.in_force and filing.state == "filed"
    assert set(EffectDone.objects.values_list("result", flat=True)) == {"done"}


def test_a_failed_check_starts_one_rectification_that_is_under_way(hall):
    filing = _failed(hall)
    [child] = Case.objects.filter(parent=filing)
    assert (child.process, child.state) == ("rectification", "ordered")
    assert child.due_on == date(2020, 9, 4)  # sixty calendar days
    paper = child.papers.get(doc="责令停止使用决定书")
    assert papers.render(paper).startswith(b"%PDF")


def test_every_paper_of_a_case_can_be_printed(hall):
    filing = _failed(hall)
    issued = [paper.doc for paper in filing.papers.all() if papers.render(paper).startswith(b"%PDF")]
    assert issued == ["备案凭证", "抽查结果通知书"]


def test_the_same_event_twice_is_one_order_and_one_lifting(hall):
    filing = _failed(hall)
    failed = journal.Entry.objects.get(case_id=filing.pk, verb="case.fire_filing.fail")
    assert actions.order_stop_use(failed) == actions.order_stop_use(failed)
    hall.do(filing, "ask")
    hall.do(filing, "ok")
    passed = journal.Entry.objects.get(case_id=filing.pk, verb="case.fire_filing.ok")
    assert actions.lift_stop_use(passed) == actions.lift_stop_use(passed)
    assert StopUseOrder.objects.filter(case=filing).count() == 1


def test_a_lifting_without_an_order_is_an_error(hall):
    filing = hall.apply("fire_filing", **FILING)
    hall.do(filing, "submit")
    entry = journal.Entry.objects.filter(case_id=filing.pk).latest("pk")
    with pytest.raises(NotFound, match="停止使用"):
        actions.lift_stop_use(entry)
