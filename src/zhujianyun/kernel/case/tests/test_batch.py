"""Batch play (批量办理): the same rows as without, whole acts only, numbers without gaps."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base.errors import Conflict, PlatformError, RuleBroken
from zhujianyun.kernel import case, journal
from zhujianyun.kernel.case.models import (
    Case,
    ClockRun,
    Document,
    Mark,
    NumberSequence,
    Paper,
    Step,
    Task,
)

ACTIONS = [
    ("submit", "owner", {"documents": ["申请表"]}), ("accept", "clerk", {}),
    ("supplement", "clerk", {"facts": {"gaps": "缺"}}), ("supply", "owner", {"documents": ["补正材料"]}),
    ("withdraw", "owner", {}), ("test", "chief", {}), ("tested", "chief", {"documents": ["检测报告"]}),
    ("call_experts", "chief", {}), ("experts_back", "chief", {"documents": ["专家意见", "评审结果告知书"]}),
    ("extend:decide", "chief", {"reason": "复杂"}), ("grant", "chief", {}),
    ("reject", "chief", {"reason": "不符"}), ("correct", "chief", {"reason": "笔误"}),
]  # fmt: skip
beats = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, len(ACTIONS) - 1), st.integers(0, 4)), min_size=5, max_size=40
)
stories = st.lists(st.sampled_from(range(len(ACTIONS))), max_size=8)


def play(desk, standing, story, name):
    """Acts on four cases; what is refused changes nothing. What was refused is returned."""
    cases, refused = {}, []
    for place, (which, chosen, days) in enumerate(story):
        standing.move_to(standing.now() + timedelta(days=days, minutes=7))
        if which not in cases:
            facts = {
                "subject": {
                    "project_code": f"{name}-{which}",
                    "large": which % 2 == 0,
                    "finished_on": "2020-02-20",
                }
            }
            cases[which] = desk.open(facts=facts, key=f"{name}-{which}")
        action, who, more = ACTIONS[chosen]
        try:
            desk.act(cases[which], action, getattr(desk, who), **more, key=f"{place}")
        except PlatformError as error:
            refused.append((place, error.rule))
    return refused


def rows(model: type[models.Model], cases: list[int], name: str) -> list[dict]:
    """All columns but primary keys, references told by their natural names."""
    skip = {"id", "step_id", "open_key", "unique_key", "file_id", "replaces_id"}
    found = (
        model.objects.filter(case_id__in=cases) if model is not Case else Case.objects.filter(pk__in=cases)
    )
    order = {pk: n for n, pk in enumerate(cases)}
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in skip]
    told = []
    for row in found.order_by("id"):
        values = {one: getattr(row, one) for one in names}
        values["case_id"] = order[row.pk if model is Case else row.case_id]
        told.append(repr(_neutral(values, name)))
    return sorted(told)


def _neutral(values, name):
    return {k: repr(v).replace(name, "NAME") for k, v in values.items() if k != "digest"}


_names = itertools.count()


@given(story=beats, size=st.integers(1, 12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_random_play_gives_the_same_rows_with_and_without_a_batch(desk, story, size):
    from zhujianyun.base import clock

    from .conftest import MONDAY

    found = []
    for in_batch in (False, True):
        NumberSequence.objects.update(last=0)
        Case.objects.filter(number__isnull=False).update(number=None)
        Paper.objects.update(
            number=models.functions.Concat(models.Value("x"), "id", output_field=models.CharField())
        )
        before = Case.objects.order_by("-id").values_list("id", flat=True).first() or 0
        entries_before = journal.Entry.objects.count()
        name = f"play-{next(_names)}"
        with clock.standing(clock.at_local(MONDAY, 9)) as now:
            if in_batch:
                with case.batch(size=size):
                    refused = play(desk, now, story, name)
            else:
                refused = play(desk, now, story, name)
        cases = list(Case.objects.filter(pk__gt=before).order_by("opened_at").values_list("id", flat=True))
        told = [rows(model, cases, name) for model in (Case, Step, Mark, ClockRun, Task, Paper, Document)]
        entries = journal.Entry.objects.order_by("id")[entries_before:]
        said = [(e.verb, e.at, e.actor, e.facts_dict.get("number", "")) for e in entries]
        found.append((refused, told, said, Case.objects.filter(pk__in=cases).count()))
    assert found[0] == found[1]


def test_an_act_that_fails_leaves_the_case_in_memory_and_the_batch_as_they_were(desk):
    with case.batch() as batch:
        one = desk.submitted()
        before = {k: v for k, v in one.__dict__.items() if k != "_state"}
        counts = {model: len(kept) for model, kept in batch.fresh.items()}
        for action, more in (("accept", {"by": desk.owner}), ("grant", {}), ("refuse", {"by": desk.clerk})):
            with pytest.raises(PlatformError):
                desk.act(one, action, **more)
        assert {k: v for k, v in one.__dict__.items() if k != "_state"} == before
        assert {model: len(kept) for model, kept in batch.fresh.items()} == counts
        desk.act(one, "accept", desk.clerk)
    assert Case.objects.get(pk=one.pk).state == "reviewing"


def test_a_failure_deep_inside_an_act_puts_everything_back(desk, monkeypatch):
    from zhujianyun.kernel.case.engine import changing

    with case.batch() as batch:
        one = desk.submitted()
        before, entries = dict(one.__dict__), len(batch.entries)

        def fail(*args, **kwargs):
            raise OSError("disk gone")

        with monkeypatch.context() as patch:
            patch.setattr(changing, "_tell", fail)
            with pytest.raises(OSError):
                desk.act(one, "accept", desk.clerk)
        assert (one.__dict__, len(batch.entries)) == (before, entries)
        folder = batch.folders[one.pk]
        assert [run.deadline for run in folder.running()] == ["answer"]
        desk.act(one, "accept", desk.clerk)
    assert ClockRun.objects.filter(case=one, deadline="decide").count() == 1


def test_a_number_refused_with_its_act_is_given_to_the_next(desk):
    with case.batch():
        first, second = desk.open(), desk.open()
        with pytest.raises(RuleBroken):
            desk.act(first, "submit", desk.owner)  # the form is missing
        desk.act(second, "submit", desk.owner, documents=["申请表"])
        desk.act(first, "submit", desk.owner, documents=["申请表"])
    assert (second.number, first.number) == ("桂许2020-450103-00001", "桂许2020-450103-00002")
    assert NumberSequence.objects.get().last == 2


def test_what_was_not_flushed_when_the_batch_broke_is_not_there(desk):
    with pytest.raises(ZeroDivisionError), case.batch() as batch:
        desk.submitted()
        batch.flush()
        desk.submitted()
        raise ZeroDivisionError
    assert Case.objects.count() == 1
    assert Step.objects.count() == 2
    assert journal.Entry.objects.count() == 2


def test_a_case_changed_by_somebody_else_makes_the_flush_fail_and_writes_nothing(desk):
    one = desk.submitted()
    with pytest.raises(Conflict), case.batch():
        desk.act(one, "accept", desk.clerk)
        Case.objects.filter(pk=one.pk).update(version=7)
    assert Case.objects.get(pk=one.pk).state == "submitted"


def test_keys_and_unique_keys_are_known_inside_the_batch_before_anything_is_written(desk):
    facts = {"subject": {"project_code": "P", "large": True}}
    with case.batch():
        one = desk.open(facts=facts, key="k")
        assert desk.open(facts=facts, key="k") is one
        assert desk.open(facts=facts) is one
        desk.act(one, "submit", desk.owner, documents=["申请表"])
        desk.act(one, "withdraw", desk.owner)
        assert desk.open(facts=facts) is not one
    assert Case.objects.count() == 2


def test_an_object_loaded_elsewhere_shows_the_new_state_after_an_act_in_a_batch(desk):
    one = desk.submitted()
    other = Case.objects.get(pk=one.pk)
    with case.batch():
        desk.act(other, "accept", desk.clerk)
        assert (other.state, other.version) == ("reviewing", 2)
        desk.act(one, "grant", key="late") if one.version == 2 else None
    assert Case.objects.get(pk=one.pk).state == "reviewing"


def test_rows_of_an_app_are_written_after_the_case_they_name(desk):
    from zhujianyun.base import clock
    from zhujianyun.kernel.case.models import Offered

    with case.batch():
        one = desk.submitted()
        case.keep(Offered(case=one, process="permit_special", facts={}, at=clock.now()))
        assert not Offered.objects.exists()
    assert Offered.objects.get().case_id == one.pk


def test_a_batch_asks_no_query_for_an_act_on_a_case_in_hand(desk, django_assert_num_queries):
    with case.batch():
        one = desk.submitted()
        chief = desk.chief
        desk.act(one, "accept", desk.clerk)
        with django_assert_num_queries(0):
            desk.act(one, "test", chief)
            desk.act(one, "tested", chief, documents=["检测报告"])
            desk.act(one, "grant", chief)


def test_an_interactive_act_asks_few_queries_whatever_the_number_of_cases(
    desk, django_assert_max_num_queries
):
    one = desk.submitted()
    clerk = desk.clerk
    with django_assert_max_num_queries(36):
        desk.act(one, "accept", clerk)
