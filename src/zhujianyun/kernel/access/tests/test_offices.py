"""The department, its 处室, fourteen cities and their counties (单位设立)."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel.access import actions, queries
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.journal import Entry


def test_offices_of_today_are_the_department_fourteen_cities_and_111_counties(house):
    with clock.standing(clock.at_local(date(2026, 1, 5))):
        opened = actions.open_offices_from_divisions(by=house.by("system"))
        kinds = [office.kind for office in opened]
        assert (kinds.count("province"), kinds.count("city"), kinds.count("county")) == (1, 14, 111)
        assert kinds.count("division") >= 15
        assert queries.office("450181").name == "横州市住房和城乡建设局"
        assert queries.office("450181").parent == queries.office("450100")
        assert actions.open_offices_from_divisions(by=house.by("system")) == []
    assert Entry.objects.filter(verb="access.open_office").count() == len(opened) + 3


def test_offices_of_2020_know_the_county_that_later_became_a_city(house):
    opened = {office.code for office in actions.open_offices_from_divisions(by=house.by("system"))}
    assert "450127" in opened
    assert "450181" not in opened


def test_the_fire_division_of_the_department_reads_everywhere_and_a_city_reads_its_counties(house):
    actions.open_offices_from_divisions(by=house.by("system"))
    Office.objects.filter(code__startswith="T-").delete()
    Office.objects.filter(code="T").delete()
    tree = queries.office_tree()
    everything = set(Office.objects.values_list("pk", flat=True))
    assert tree.reach(queries.office("450000-xf").pk) == everything
    nanning = tree.reach(queries.office("450100").pk)
    assert len(nanning) == 13
    assert tree.reach(queries.office("450127").pk) == {queries.office("450127").pk}


@pytest.mark.parametrize("duty", ["security", "audit"])
def test_only_the_system_officer_opens_offices(house, duty):
    with pytest.raises(NotAllowed):
        actions.open_office("Z", "处", "division", by=house.by(duty), parent=house.offices["department"])


@pytest.mark.parametrize(
    ("code", "kind", "parent"),
    [("T", "division", True), ("Z", "bureau", True), ("Z", "province", True), ("Z", "city", False)],
)
def test_offices_that_make_no_sense_are_refused(house, code, kind, parent):
    with pytest.raises(RuleBroken):
        actions.open_office(
            code, "处", kind, by=house.by("system"), parent=house.offices["department"] if parent else None
        )
