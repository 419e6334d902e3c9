"""Σ counties = city, by the same predicate, for every kind of count (分县)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base.codes import divisions
from zhujianyun.kernel.indicator import Period, counties, registry
from zhujianyun.kernel.indicator.sources import Ratio
from zhujianyun.kernel.indicator.tally import roll_up
from zhujianyun.kernel.indicator.tests.world import Work, fill, works

pytestmark = pytest.mark.django_db
YEAR = Period.year(2020)
CITY = "450100"
# In the small world the owner stands for the county: a text beside the city.
COUNTIES = {"a": "450103", "b": "450127", "c": "450100", None: None}


@pytest.fixture
def by_owner(declared, monkeypatch):  # noqa: ANN001
    """The small world with counties: the owner's letter is turned into a division code."""
    for code in ("world.accepted", "world.concluded", "world.open", "world.days", "world.slow"):
        definition = registry.get(code)
        definition.__dict__["declared"] = replace(definition.declared, county="owner")
    return


def filled(rows: list[Work]) -> None:
    for row in rows:
        row.owner = COUNTIES[row.owner]
    fill(rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    rows=works,
    code=st.sampled_from(["world.accepted", "world.concluded", "world.open", "world.days", "world.rate"]),
)
def test_the_counties_of_a_city_make_up_the_city(by_owner, monkeypatch, rows, code):
    filled(rows)
    found = counties.by_county(code, YEAR, CITY, date(2020, 12, 31))
    assert found is not None and found.adds_up
    definition = registry.get(code)
    assert found.total == definition.tally(YEAR, CITY, known_by=date(2020, 12, 31))
    total = roll_up([row.tally for row in found.rows], definition.aggregate, over="cities")
    assert (total.numerator, total.denominator or Decimal(0)) == (
        found.total.numerator, found.total.denominator or Decimal(0),
    )  # fmt: skip


def test_every_county_of_the_day_is_listed_and_old_codes_count_where_they_went(by_owner):
    filled([Work(owner="b", city_code=CITY, accepted_on=date(2020, 5, 1))])
    then = counties.by_county("world.accepted", YEAR, CITY, date(2020, 12, 31))
    later = counties.by_county(
        "world.accepted", Period(YEAR.grain, date(2020, 1, 1), date(2021, 6, 1)), CITY, date(2021, 5, 31)
    )
    assert {row.code for row in then.rows} == {
        row.code for row in divisions.counties(CITY, date(2020, 12, 31))
    }
    assert [(r.code, r.name) for r in then.rows if r.value] == [("450127", "横县")]
    assert [(r.code, r.name) for r in later.rows if r.value] == [("450181", "横州市")]


def test_what_has_no_county_says_so(declared):
    assert counties.by_county("world.accepted", YEAR, CITY) is None
    assert counties.by_county("world.money", YEAR, CITY) is None


def test_a_ratio_by_county_has_both_its_parts(by_owner):
    filled([
        Work(owner="a", city_code=CITY, accepted_on=date(2020, 5, 1), concluded_on=date(2020, 6, 1)),
        Work(owner="a", city_code=CITY, accepted_on=date(2020, 5, 2)),
    ])  # fmt: skip
    assert isinstance(registry.get("world.rate").declared, Ratio)
    found = counties.by_county("world.rate", YEAR, CITY, date(2020, 12, 31))
    (row,) = [row for row in found.rows if row.value is not None]
    assert (row.name, row.shown.text, row.tally.numerator, row.tally.denominator) == ("青秀区", "50.0%", 1, 2)
