"""Acts on a case (办理): guard, change, record, tell."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import case, journal
from zhujianyun.kernel.case.models import Case, ClockRun, Mark, Step


def test_a_case_runs_from_draft_to_permit_with_steps_marks_clock_paper_and_journal(desk):
    one = desk.open()
    assert (one.state, one.number, one.version) == ("draft", None, 0)
    desk.act(one, "submit", desk.owner, documents=["申请表"])
    assert one.number == "桂许2020-450103-00001"
    desk.act(one, "accept", desk.clerk)
    assert (one.state, one.accepted_on, one.due_on, one.lamp) == (
        "reviewing", date(2020, 3, 2), date(2020, 3, 23), "green",
    )  # fmt: skip
    step = desk.act(one, "grant")
    one.refresh_from_db()
    assert (one.state, one.settled, one.ended, one.version) == ("granted", True, False, 3)
    assert (one.due_on, one.lamp, one.concluded_on) == (None, "", date(2020, 3, 2))
    assert [s.action for s in Step.objects.filter(case=one)] == ["open", "submit", "accept", "grant"]
    assert set(Mark.objects.filter(step=step).values_list("name", flat=True)) == {"decided", "granted"}
    assert not ClockRun.objects.filter(case=one, stopped_on=None).exists()
    assert one.papers.count() == 2
    entry = journal.Entry.objects.get(verb="case.permit.grant")
    assert entry.facts_dict["effects"] == ["licence.issue:施工许可证"]
    assert entry.facts_dict["marks"] == ["decided", "granted"]


@pytest.mark.parametrize("table", ["case_step", "case_mark"])
def test_steps_and_marks_cannot_be_changed_or_deleted_even_by_raw_sql(desk, table):
    from django.db import IntegrityError, connection, transaction

    desk.accepted()
    for statement in (f"UPDATE {table} SET day = '2019-01-01'", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_of_two_that_open_the_same_project_at_the_same_moment_the_second_is_asked_to_try_again(
    desk, monkeypatch
):
    from zhujianyun.base.errors import Conflict
    from zhujianyun.kernel.case.engine import opening

    facts = {"subject": {"project_code": "P-race", "large": True}}
    first = desk.open(facts=facts)
    with monkeypatch.context() as patch:
        patch.setattr(opening, "_open_with", lambda *_: None)  # it was not there yet when the second looked
        with pytest.raises(Conflict, match="重新提交"):
            desk.open(facts=facts)
    assert desk.open(facts=facts) == first


def test_who_comes_too_late_to_a_case_that_has_ended_is_told_who_ended_it(desk):
    one = desk.submitted()
    seen = one.version
    desk.act(one, "withdraw", desk.owner)
    with pytest.raises(Conflict) as late:
        case.act(one, "accept", by=desk.clerk, expected_version=seen, key="late")
    assert "已于" in late.value.message_zh and late.value.details["action"] == "withdraw"
    with pytest.raises(RuleBroken, match="已终结"):
        case.act(one, "accept", by=desk.clerk, expected_version=one.version, key="later")


@pytest.mark.parametrize("text", ["\0", "图\0纸", "\ud800"])
def test_what_no_database_can_hold_is_refused_with_a_sentence(desk, text):
    one = desk.submitted()
    for given in ({"reason": text}, {"key": text}, {"acting_for": text}):
        with pytest.raises(RuleBroken, match="无法保存的字符"):
            case.act(
                one, "accept", **{"by": desk.clerk, "expected_version": one.version, "key": "k", **given}
            )
    with pytest.raises(RuleBroken, match="无法保存的字符"):
        desk.open(facts={"subject": {"project_code": text}})
    assert one.version == Case.objects.get(pk=one.pk).version
