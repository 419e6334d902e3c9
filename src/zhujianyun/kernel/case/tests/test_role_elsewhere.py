"""A role of another office takes part in a case: `head@office` is held where the case says, nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zhujianyun.base.errors import NotAllowed
from zhujianyun.kernel import access, case
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.load import load_text
from zhujianyun.kernel.case.tests.conftest import APP, DIVISION, fresh_key

ASKING = """
process: asking
zh: 商请
version: "2020.1"
valid: {from: "2017-01-01", to: null}
basis: ["自治区工作口径"]
number: "商{yyyy}-{seq:4}"
roles: {head: 商请单位负责人@office, chief: 负责人}
states:
  draft: {do: {ask: {by: [head], to: asked, nat: null}}}
  asked: {do: {answer: {by: [chief], to: answered, nat: null}, drop: {by: [head], to: answered, nat: null}}}
  answered: {}
end: [answered]
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def far(desk):
    from zhujianyun.kernel.access.models import Office

    registry.add(load_text(ASKING, APP))
    return Office.objects.create(code="lz", name="柳州市住建局", kind="city", parent=desk.office.parent)


def head_at(desk, office, name="覃局"):
    return replace(desk.actor(name), roles=frozenset({(f"{APP}.head", office.pk)}))


def asked(desk, far):
    return case.open_(
        "asking", by=head_at(desk, far), office=desk.office, applicant=None, facts={}, division_code=DIVISION,
        parties={"head": far},
    )  # fmt: skip


def test_who_holds_the_role_at_the_other_office_opens_and_acts(desk, far):
    one = asked(desk, far)
    assert case.act(one, "ask", by=head_at(desk, far), expected_version=0, key=fresh_key()).role == "head"
    assert one.state == "asked"


@pytest.mark.parametrize("where", ["own", "third"])
def test_who_holds_it_at_the_own_office_or_a_third_one_may_not(desk, far, where):
    one = asked(desk, far)
    office = desk.office if where == "own" else desk.office.parent
    with pytest.raises(NotAllowed):
        case.act(one, "ask", by=head_at(desk, office), expected_version=0, key=fresh_key())


def test_a_subject_with_the_number_of_the_office_is_nobody(desk, far):
    one = asked(desk, far)
    with pytest.raises(NotAllowed):
        case.act(one, "ask", by=access.subject_actor(far.pk, "同号"), expected_version=0, key=fresh_key())


def test_the_own_officer_answers_and_it_is_at_home_only_his_turn(desk, far):
    one = asked(desk, far)
    case.act(one, "ask", by=head_at(desk, far), expected_version=0, key=fresh_key())
    assert registry.get("asking", "2020.1").at_home(["head", "chief"]) == {"chief"}
    assert one.holder_id is None  # who asks from elsewhere is not in charge of it
    case.act(one, "answer", by=desk.chief, expected_version=1, key=fresh_key())
    assert one.ended
