"""Two systems that differ on one attribute (来源矛盾)."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.base.codes import uscc
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.subject import actions, queries
from zhujianyun.kernel.subject.actions import conflicts
from zhujianyun.kernel.subject.models import AttributeValue, Contradiction, Subject

A, B = "91450100MA5K00004P", "91450100600000004Q"
DAY = date(2020, 3, 1)
pytestmark = pytest.mark.django_db


def tell(source, capital, number: str = A, day: date = DAY) -> Subject:
    return actions.register(
        "enterprise",
        "甲公司",
        {"uscc": number},
        {"capital": capital},
        source=source,
        by=SYSTEM,
        valid_from=day,
    )


def told(verb: str = "subject.conflict") -> list[journal.Entry]:
    return list(journal.Entry.objects.filter(verb=verb).order_by("pk"))


def test_a_value_that_contradicts_the_owners_is_told_with_both_rows_and_sealed_values(sources, standing):
    subject = tell(sources.market, "100")
    assert told() == []
    tell(sources.ours, "250")
    (entry,) = told()
    facts = entry.facts_dict
    assert (entry.object_type, entry.object_id) == ("subject", subject.uid)
    assert (facts["attribute"], facts["owner"], facts["other"]) == ("capital", "market", "ours")
    assert (facts["authority"], facts["authority_zh"], facts["kind"]) == ("market", "市场监管", "enterprise")
    rows = AttributeValue.objects.in_bulk([facts["owner_row"], facts["other_row"]])
    assert rows[facts["owner_row"]].value == "100"
    assert rows[facts["other_row"]].value == "250"
    assert "250" not in entry.facts
    body = journal.open_private(entry, actor=SYSTEM.key, purpose="核对来源")
    assert body == {"owner_value": "100", "other_value": "250"}
    assert Contradiction.objects.get(pk=facts["contradiction"]).ended_at is None
    assert queries.golden(subject, "capital").value == "100"


def test_the_owner_who_speaks_last_is_contradicted_all_the_same(sources, standing):
    tell(sources.ours, "250")
    assert told() == []  # nobody owns it yet
    tell(sources.market, "100")
    assert len(told()) == 1


def test_a_pair_is_told_once_while_it_stands_and_again_when_it_comes_back(sources, standing):
    tell(sources.market, "100")
    tell(sources.ours, "250")
    tell(sources.ours, "250", day=date(2020, 3, 2))
    tell(sources.ours, "300", day=date(2020, 3, 3))
    assert len(told()) == 1
    assert Contradiction.objects.get().other_row.value == "300"
    tell(sources.ours, "100", day=date(2020, 3, 4))
    (end,) = told("subject.conflict.end")
    assert end.facts_dict["contradiction"] == Contradiction.objects.get().pk
    assert Contradiction.objects.get().ended_at is not None
    tell(sources.ours, "400", day=date(2020, 3, 5))
    assert len(told()) == 2
    assert Contradiction.objects.filter(ended_at=None).count() == 1


def test_each_system_that_differs_is_a_pair_of_its_own(sources, standing):
    tell(sources.market, "100")
    tell(sources.ours, "250")
    tell(sources.old, "300")
    assert sorted(entry.facts_dict["other"] for entry in told()) == ["old", "ours"]


def test_what_nobody_owns_has_no_owner_to_contradict(sources, standing):
    for source, value in ((sources.market, "红"), (sources.ours, "蓝")):
        actions.register("enterprise", "甲公司", {"uscc": A}, {"colour": value}, source=source, by=SYSTEM)
    assert told() == []


def test_a_value_that_is_not_yet_valid_contradicts_nobody(sources, standing):
    tell(sources.market, "100")
    tell(sources.ours, "250", day=date(2020, 9, 1))
    assert told() == []


def test_an_owner_who_says_nothing_is_not_contradicted(sources, standing):
    tell(sources.market, None)
    tell(sources.ours, "250")
    assert told() == []


def test_a_merge_brings_contradictions_to_light_and_undoing_it_ends_them(sources, standing):
    one, two = tell(sources.market, "100"), tell(sources.ours, "250", B)
    event = actions.merge(one, two, evidence="同一营业执照", by=SYSTEM)
    (entry,) = told()
    assert entry.object_id == one.uid
    actions.undo_merge(event, reason="核错", by=SYSTEM)
    assert Contradiction.objects.filter(ended_at=None).count() == 0
    assert len(told("subject.conflict.end")) == 1


def test_looking_again_adds_nothing(sources, standing):
    subject = tell(sources.market, "100")
    tell(sources.ours, "250")
    assert conflicts.look_at([subject], by=SYSTEM) == 0
    assert len(told()) == 1


def test_many_are_looked_at_by_a_few_queries(sources, standing, django_assert_max_num_queries):
    rows = [
        actions.Registration("enterprise", f"第{n}公司", {"uscc": uscc.make(Random(n))}, {"capital": "1"})
        for n in range(200)
    ]
    made = actions.register_many(rows, source=sources.market, by=SYSTEM)
    actions.register_many(rows, source=sources.ours, by=SYSTEM)
    with django_assert_max_num_queries(5):
        assert conflicts.look({(one.pk, "capital") for one in made}, by=SYSTEM) == 0
    assert told() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["market", "ours", "old"]), st.sampled_from(["1", "2", None]), st.integers(1, 9)
        ),
        max_size=8,
    )
)
def test_what_stands_open_is_exactly_who_differs_from_the_owner(sources, standing, said):
    AttributeValue.objects.all().delete()
    Contradiction.objects.all().delete()
    for code, value, day in said:
        subject = tell(getattr(sources, code), value, day=date(2020, 3, day))
    if not said:
        return
    golden = queries.golden(subject, "capital", known=clock.now())
    differ = (
        {(golden.said.source, one.source) for one in golden.others}
        if golden and golden.said.authority == "market"
        else set()
    )
    open_ = Contradiction.objects.filter(attribute="capital", ended_at=None)
    assert {(row.owner.code, row.other.code) for row in open_} == differ
