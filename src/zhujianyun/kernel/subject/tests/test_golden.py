"""The golden tests of the subject bases (主体库金标测试), numbered as in the domain note."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, RuleBroken
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.subject import actions, queries
from zhujianyun.kernel.subject.models import AttributeValue, Identifier, Merge, Subject

USCC, ORG = "91450100MA5K00004P", "MA5K00004"
OTHER = "91450100600000004Q"

pytestmark = pytest.mark.usefixtures("standing")


def builder(sources, **changes):
    row = {
        "kind": "enterprise",
        "name": "广西某某建设工程有限公司",
        "identifiers": {"uscc": USCC},
        "source": sources.ours,
    }
    return actions.register(**{**row, **changes}, by=SYSTEM)


def test_1_organisation_code_in_one_system_and_unified_code_in_another_are_one_subject(sources):
    old = builder(sources, identifiers={"org_code": ORG[:8] + "-" + ORG[8]}, source=sources.old)
    new = builder(sources)
    assert old.pk == new.pk
    assert set(old.identifiers.exclude(scheme="name").values_list("scheme", flat=True)) == {
        "org_code",
        "uscc",
    }
    assert queries.by_identifier("uscc", USCC.lower()) == queries.by_identifier("org_code", f" {ORG} ") == old


def test_1b_the_other_way_round_the_organisation_code_is_derived_and_marked(sources):
    new = builder(sources)
    assert new.identifiers.get(scheme="org_code").derived
    assert builder(sources, identifiers={"org_code": ORG}, source=sources.old) == new


def test_2_a_builder_changes_its_name_and_both_names_find_it(sources):
    firm = builder(sources, source=sources.market)
    day = date(2020, 3, 1)
    actions.state(
        firm, {"name": "广西新名建工集团有限公司"}, source=sources.market, by=SYSTEM, valid_from=day
    )
    firm.refresh_from_db()
    assert firm.name == "广西新名建工集团有限公司"
    for text in ("某某建设", "新名建工", "建"):
        assert queries.search_names(text, by=SYSTEM) == [firm]
    assert queries.name_on(firm, day - timedelta(days=1)) == "广西某某建设工程有限公司"
    assert queries.name_on(firm, day) == "广西新名建工集团有限公司"


def test_2b_a_name_that_somebody_else_claims_does_not_rename_the_firm(sources):
    firm = builder(sources, source=sources.market)
    builder(sources, name="广西某某建设公司", source=sources.old)
    assert Subject.objects.get().name == "广西某某建设工程有限公司"
    others = queries.golden(firm, "name").others
    assert [(said.source, said.value) for said in others] == [("old", "广西某某建设公司")]


def test_3_a_person_moves_company_without_gap_or_overlap(sources):
    a, b = builder(sources), builder(sources, identifiers={"uscc": OTHER}, name="乙公司")
    person = actions.register(
        "person", "覃某某", {"id_card": "450122195001010017"}, source=sources.ours, by=SYSTEM
    )
    d = date(2020, 5, 1)
    actions.bind(person, a, "registered", date(2019, 1, 1), source=sources.ours, by=SYSTEM)
    actions.bind(person, b, "registered", d, source=sources.ours, by=SYSTEM)
    assert queries.bound_to(person, "registered", d - timedelta(days=1)) == a
    assert queries.bound_to(person, "registered", d) == b
    for wrong in (d, d - timedelta(days=9)):
        with pytest.raises(RuleBroken, match="起始日"):
            actions.bind(person, a, "registered", wrong, source=sources.ours, by=SYSTEM)


def test_4_a_project_that_later_obtains_an_investment_code_is_no_second_project(sources):
    first = actions.register(
        "project",
        "某住宅小区",
        {"prj_num": "4501002001010101", "prj_inner": "NN-1"},
        source=sources.ours,
        by=SYSTEM,
    )
    second = actions.register(
        "project",
        "某住宅小区",
        {"prj_inner": "NN-1", "invest_code": "2107-450100-04-01-123456"},
        source=sources.reform,
        by=SYSTEM,
    )
    assert first.pk == second.pk
    assert Subject.objects.count() == 1
    assert queries.by_identifier("invest_code", "2107-450100-04-01-123456") == first


def test_5_two_firms_of_one_name_stay_two(sources):
    a = builder(sources, name="宏达建筑公司", division_code="450100")
    b = builder(sources, name="宏达建筑公司", division_code="450200", identifiers={"uscc": OTHER})
    c = builder(sources, name="宏达建筑公司", identifiers={})
    assert len({a.pk, b.pk, c.pk}) == 3
    assert set(queries.search_names("宏达", by=SYSTEM)) == {a, b, c}


def picture():
    """Every row that a page could count."""
    return (
        sorted(Subject.objects.values_list()),
        sorted(Identifier.objects.values_list()),
        sorted(map(str, AttributeValue.objects.values_list())),
        list(queries.visible().values_list("pk", flat=True)),
    )


def test_6_merge_then_undo_leaves_every_row_and_count_as_before(sources):
    a, b = builder(sources), builder(sources, identifiers={"reg_no": "450100000012345"}, source=sources.old)
    before = picture()
    event = actions.merge(a, b, evidence="营业执照复印件", by=SYSTEM)
    assert queries.visible().count() == 1
    actions.undo_merge(event, reason="另有同名企业", by=SYSTEM)
    assert picture() == before
    assert Merge.objects.get().undone_at is not None
    with pytest.raises(RuleBroken, match="已经撤销"):
        actions.undo_merge(event, reason="再撤", by=SYSTEM)


def test_6b_a_look_up_by_the_alias_returns_the_survivor_and_says_so(sources):
    a, b = builder(sources), builder(sources, identifiers={"reg_no": "450100000012345"}, source=sources.old)
    c = builder(sources, identifiers={"reg_no": "450100000099999"}, source=sources.old)
    actions.merge(b, c, evidence="档案", by=SYSTEM)
    actions.merge(a, b, evidence="档案", by=SYSTEM)
    for number, alias in (("450100000012345", b), ("450100000099999", c)):
        found = queries.by_identifier("reg_no", number)
        assert (found, found.alias_uid) == (a, alias.uid)
    assert queries.by_uid(c.uid) == a
    assert queries.by_identifier("uscc", USCC).alias_uid == ""
    assert builder(sources, identifiers={"reg_no": "450100000099999"}, source=sources.old) == a


def test_7_a_correction_back_in_time_does_not_change_what_was_known_then(sources, standing):
    firm = builder(sources, source=sources.market, attributes={"capital": 800}, valid_from=date(2020, 1, 1))
    day = date(2020, 6, 19)
    standing.move_to(clock.at_local(date(2020, 6, 19), 18))
    then = clock.now()
    standing.move_to(clock.at_local(date(2020, 6, 30), 9))
    actions.state(firm, {"capital": 900}, source=sources.market, by=SYSTEM, valid_from=date(2020, 6, 1))
    assert queries.golden(firm, "capital", on=day, known=then).value == 800
    assert queries.golden(firm, "capital", on=day).value == 900
    assert queries.golden(firm, "capital", on=date(2020, 5, 31)).value == 800


SAID = st.lists(
    st.tuples(
        st.sampled_from(["market", "ours", "old"]),
        st.sampled_from(["甲公司", "乙公司", "丙公司"]),
        st.one_of(st.none(), st.integers(1, 3)),
        st.integers(0, 3),
        st.integers(1, 4),
    ),
    min_size=1,
    max_size=6,
)


@given(said=SAID, data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_9_the_same_statements_in_any_order_give_the_same_golden_values(sources, said, data):
    from django.db import transaction

    def play(order):
        with transaction.atomic():
            for source, name, capital, month, trust in order:
                builder(
                    sources,
                    name=name,
                    source=getattr(sources, source),
                    attributes={"capital": capital},
                    valid_from=date(2020, 1 + month, 1),
                    trust=trust,
                )
            firm = Subject.objects.get()
            capital = queries.golden(firm, "capital")
            names = list(
                firm.identifiers.filter(scheme="name").values_list("value", "valid_from", "valid_to")
            )
            result = (firm.name, capital and capital.value, sorted(map(str, names)))
            transaction.set_rollback(True)
        return result

    assert play(said) == play(data.draw(st.permutations(said)))


def test_11_no_read_shows_a_merged_away_or_sealed_subject(sources):
    a, b = builder(sources), builder(sources, identifiers={"reg_no": "450100000012345"}, source=sources.old)
    c = builder(sources, identifiers={"uscc": OTHER})
    actions.merge(a, b, evidence="档案", by=SYSTEM)
    actions.seal(c, reason="涉诉", by=SYSTEM)
    assert list(queries.visible()) == [a]
    assert queries.search_names("建设", by=SYSTEM) == [a]
    for look in (
        lambda: queries.by_identifier("uscc", OTHER),
        lambda: queries.by_uid(c.uid),
        lambda: queries.card(c, by=SYSTEM),
    ):
        with pytest.raises(NotFound):
            look()
    assert queries.card(b, by=SYSTEM).uid == a.uid
    assert builder(sources, identifiers={"uscc": OTHER}).pk == c.pk, (
        "a sealed subject is not registered twice"
    )


def test_every_change_of_a_subject_leaves_a_line_without_personal_data(sources):
    actions.register("person", "覃某某", {"id_card": "450122195001010017"}, source=sources.ours, by=SYSTEM)
    entry = Entry.objects.get(verb="subject.register")
    assert "覃" not in entry.facts
    assert "450122195001010017" not in entry.facts
