"""Registering: what is refused, what joins, what is masked (登记主体)."""

from __future__ import annotations

from random import Random

import pytest
from django.db import IntegrityError, transaction

from zhujianyun.base.codes import citizen_id, uscc
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.subject import actions, queries
from zhujianyun.kernel.subject.models import Identifier, Subject

A, B = "91450100MA5K00004P", "91450100600000004Q"

pytestmark = pytest.mark.usefixtures("standing")


def row(number: str = A, name: str = "甲公司", **more) -> actions.Registration:
    return actions.Registration("enterprise", name, {"uscc": number, **more})


def test_numbers_of_two_subjects_in_one_row_are_for_a_person_to_settle(sources):
    actions.register_many([row(A), row(B)], source=sources.ours, by=SYSTEM)
    with pytest.raises(RuleBroken, match="先核实") as refusal:
        actions.register_many([row(A, org_code="600000004")], source=sources.ours, by=SYSTEM)
    assert len(refusal.value.details["subjects"]) == 2


def test_one_bad_row_refuses_all_and_is_named(sources):
    with pytest.raises(RuleBroken) as refusal:
        actions.register_many([row(A), row("91450100MA5K00004Q")], source=sources.ours, by=SYSTEM)
    assert refusal.value.details["row"] == 1
    assert not Subject.objects.exists()


@pytest.mark.parametrize(
    ("kind", "name", "numbers"),
    [
        ("company", "甲公司", {"uscc": A}),
        ("enterprise", "  ", {"uscc": A}),
        ("enterprise", "甲公司", {"qq": "1"}),
        ("enterprise", "甲公司", {"reg_no": " "}),
        ("enterprise", "甲公司", {"name": "乙公司"}),
        ("person", "某", {"id_card": "450122195001010018"}),
    ],
)
def test_rows_that_mean_nothing_are_refused(sources, kind, name, numbers):
    with pytest.raises(RuleBroken):
        actions.register(kind, name, numbers, source=sources.ours, by=SYSTEM)


def test_a_number_of_a_firm_is_not_taken_for_a_person(sources):
    actions.register("enterprise", "甲公司", {"reg_no": "123"}, source=sources.ours, by=SYSTEM)
    with pytest.raises(RuleBroken, match="另一类"):
        actions.register("person", "某", {"reg_no": "123"}, source=sources.ours, by=SYSTEM)


def test_the_same_row_twice_in_one_batch_or_two_adds_nothing(sources):
    first = actions.register_many([row(), row()], source=sources.ours, by=SYSTEM)
    counts = (Subject.objects.count(), Identifier.objects.count(), first[0].values.count())
    again = actions.register_many([row()], source=sources.ours, by=SYSTEM)
    assert first[0].pk == first[1].pk == again[0].pk
    assert (
        (Subject.objects.count(), Identifier.objects.count(), first[0].values.count()) == counts == (1, 3, 1)
    )


def test_a_card_of_fifteen_digits_and_one_of_eighteen_are_one_person(sources):
    old = actions.register("person", "覃某某", {"id_card": "450122500101001"}, source=sources.old, by=SYSTEM)
    number = citizen_id.from_fifteen("450122500101001")
    new = actions.register("person", "覃某某", {"id_card": number}, source=sources.ours, by=SYSTEM)
    assert old.pk == new.pk
    assert old.identifiers.get(value=number).derived
    assert queries.by_identifier("id_card", "450122500101001") == new


def test_the_database_keeps_one_owner_per_open_number(sources):
    a = actions.register("enterprise", "甲公司", {"uscc": A}, source=sources.ours, by=SYSTEM)
    b = actions.register("enterprise", "乙公司", {"uscc": B}, source=sources.ours, by=SYSTEM)
    assert a != b
    with pytest.raises(IntegrityError), transaction.atomic():
        Identifier.objects.create(subject=b, scheme="uscc", value=A, source=sources.ours)


def test_whoever_registers_the_same_number_at_the_same_moment_is_told_to_try_again(sources, monkeypatch):
    from zhujianyun.kernel.subject.actions import registering

    actions.register_many([row()], source=sources.ours, by=SYSTEM)
    monkeypatch.setattr(registering, "owners_now", lambda numbers: {})  # as seen a moment too early
    with pytest.raises(Conflict, match="重试"):
        actions.register_many([row()], source=sources.ours, by=SYSTEM)
    assert Subject.objects.count() == 1


def test_whoever_may_not_register_cannot(sources):
    nobody = access.subject_actor(1, "某人")
    with pytest.raises(NotAllowed):
        actions.register("enterprise", "甲公司", {"uscc": A}, source=sources.ours, by=nobody)
    with pytest.raises(NotAllowed):
        queries.search_names("甲", by=nobody)


def test_a_person_is_masked_unless_a_purpose_is_told_and_then_the_read_is_recorded(sources):
    person = actions.register(
        "person",
        "覃某某",
        {"id_card": "450122195001010017", "cert_no": "桂145"},
        source=sources.ours,
        by=SYSTEM,
    )
    masked = queries.card(person, by=SYSTEM)
    assert masked.name == "覃**"
    assert dict(masked.identifiers) == {"cert_no": "******", "id_card": "450122********0017"}
    assert not Entry.objects.filter(verb="privacy.read").exists()
    assert queries.card(person, by=SYSTEM, purpose="核对申请人").name == "覃某某"
    assert Entry.objects.filter(verb="privacy.read").count() == 1


def test_a_thousand_rows_need_a_few_dozen_queries(sources, django_assert_max_num_queries):
    rng = Random(2020)
    rows = [row(uscc.make(rng), f"第{n}建筑公司") for n in range(1000)]
    with django_assert_max_num_queries(80):
        made = actions.register_many(rows, source=sources.ours, by=SYSTEM)
    assert len({subject.pk for subject in made}) == 1000
    assert Entry.objects.filter(verb="subject.register").count() == 1000
