"""A draft put right at the window, and the paper seen before anybody signs it (草稿·文书预览)."""

from __future__ import annotations

import pytest

from zhujianyun.base.errors import Conflict, NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import case, journal
from zhujianyun.kernel.case.models import Case, Paper, Step
from zhujianyun.kernel.case.papers.previewing import preview


def amend(desk, one, facts, by=None, key="k1", version=None):
    return case.amend_draft(
        one, facts, by=by or desk.owner, expected_version=one.version if version is None else version, key=key
    )  # fmt: skip


def test_a_draft_takes_new_facts_and_the_history_keeps_what_stood_there(desk):
    one = desk.open()
    amend(desk, one, {"subject": {"project_code": "P-new"}})
    one.refresh_from_db()
    assert one.facts["subject"] == {"project_code": "P-new", "large": True} and one.version == 1
    step = Step.objects.get(case=one, action="amend_draft")
    assert list(step.facts["changed"]) == ["subject.project_code"]
    amend(desk, one, {"subject": {"project_code": "P-again"}})  # the same key: the first one stands
    assert one.facts["subject"]["project_code"] == "P-new"


def test_a_wrong_fact_a_stranger_and_a_stale_page_are_refused(desk):
    one = desk.open()
    with pytest.raises(RuleBroken):
        amend(desk, one, {"subject": {"large": "perhaps"}})
    with pytest.raises(NotAllowed):
        amend(desk, one, {"subject": {"large": False}}, by=desk.clerk)
    window = desk.actor("窗口", permissions=("case.enter_for_applicant",))
    amend(desk, one, {"subject": {"large": False}}, by=window)
    with pytest.raises(Conflict, match="窗口 刚改过"):
        amend(desk, one, {"subject": {"large": True}}, key="k2", version=0)


def test_what_was_handed_in_is_not_amended(desk):
    one = desk.submitted()
    with pytest.raises(RuleBroken, match="已提交"):
        amend(desk, one, {"subject": {"large": False}})


def test_a_document_laid_ready_is_taken_back_and_one_handed_in_is_not(desk):
    one = desk.open()
    (ready,) = case.attach(one, ["申请表"], by=desk.owner)
    case.drop_document(ready, by=desk.owner)
    assert not one.documents.exists()
    assert journal.Entry.objects.filter(verb="case.permit.drop_document").count() == 1
    one.refresh_from_db()
    desk.act(one, "submit", desk.owner, documents=["申请表"])
    with pytest.raises(RuleBroken, match="不能撤下"):
        case.drop_document(one.documents.get(), by=desk.owner)


def test_a_preview_is_a_pdf_and_leaves_no_trace(desk):
    one = desk.submitted()
    before = (Step.objects.count(), journal.Entry.objects.count(), Paper.objects.count())
    made = preview(one, "accept", by=desk.clerk)
    assert made.startswith(b"%PDF")
    fresh = Case.objects.get(pk=one.pk)
    assert (fresh.state, fresh.version) == ("submitted", one.version)
    assert (Step.objects.count(), journal.Entry.objects.count(), Paper.objects.count()) == before
    assert desk.act(one, "accept", desk.clerk).papers.get().number.endswith("-01")


def test_a_preview_is_refused_as_the_act_would_be(desk):
    one = desk.submitted()
    with pytest.raises(NotAllowed):
        preview(one, "accept", by=desk.actor("路人"))
    with pytest.raises(RuleBroken, match="还缺"):
        preview(one, "refuse", by=desk.clerk)
    with pytest.raises(NotFound, match="不签发文书"):
        preview(desk.open(), "submit", by=desk.owner, documents=["申请表"])
