"""The figures of sub-screen 10 and the records behind them."""

from __future__ import annotations

import random
from datetime import date

import pytest

from zhujianyun.apps.fire_review.sample.targets import CITIES, split, targets
from zhujianyun.kernel import indicator
from zhujianyun.kernel.indicator import Grain, Records, periods

pytestmark = pytest.mark.django_db
WHOLE = periods.of(Grain.YEAR, date(2020, 1, 1))
SCREEN_10 = (
    "design_accepted", "design_concluded", "design_concluded_rate", "acceptance_accepted", "acceptance_concluded",
    "acceptance_concluded_rate", "filings", "spot_checks", "spot_check_rate", "overdue",
)  # fmt: skip


def test_every_code_of_sub_screen_10_is_declared_with_a_definition_in_chinese():
    known = {definition.code: definition for definition in indicator.all_("fire_review")}
    for name in SCREEN_10:
        assert "。" in known[f"fire_review.{name}"].text


def test_a_figure_is_the_number_of_its_records_in_every_period_and_city(year):
    rng = random.Random(year["seed"])
    months = list(WHOLE.split(Grain.MONTH))
    for definition in indicator.all_("fire_review"):
        source = definition.source()
        if not isinstance(source, Records) or source.measure:
            continue
        for period in (WHOLE, *rng.sample(months, 3)):
            for city in ("", *rng.sample(sorted(CITIES), 3)):
                told = (definition.code, period, city, year["seed"])
                assert source.value(period, city) == source.rows(period, city).count(), told


def test_the_cities_add_up_to_the_region(year):
    for definition in indicator.all_("fire_review"):
        source = definition.source()
        if isinstance(source, Records) and not source.measure:
            cities = sum(source.value(WHOLE, city) for city in CITIES)
            assert cities == source.value(WHOLE), (definition.code, year["seed"])


def test_rates_are_computed_from_the_two_counts(year):
    for part in ("design", "acceptance"):
        rate = indicator.get(f"fire_review.{part}_concluded_rate").tally(WHOLE)
        assert rate.numerator == indicator.get(f"fire_review.{part}_concluded").tally(WHOLE).value
        assert rate.denominator == indicator.get(f"fire_review.{part}_accepted").tally(WHOLE).value


def test_the_figures_of_the_year_are_the_yearbooks_at_scale(year):
    aim = targets(year["scale"])
    for name in (
        "design_accepted",
        "design_concluded",
        "acceptance_accepted",
        "acceptance_concluded",
        "filings",
        "spot_checks",
    ):
        assert indicator.get(f"fire_review.{name}").tally(WHOLE).value == getattr(aim, name), (
            name,
            year["seed"],
        )


def test_accepted_cases_are_split_over_the_cities_by_largest_remainder(year):
    source = indicator.get("fire_review.design_accepted").source()
    expected = split(targets(year["scale"]).design_accepted, CITIES)
    assert {city: int(source.value(WHOLE, city)) for city in CITIES} == expected


def test_a_case_due_today_is_not_overdue_and_a_case_due_yesterday_is(year):
    from zhujianyun.apps.fire_review import queries

    last = date(2020, 12, 31)
    source = indicator.get("fire_review.overdue").source()
    late = set(source.rows(periods.day(last)).values_list("pk", flat=True))
    running = queries.late_decisions().filter(stopped_on=None)
    assert late == set(running.filter(due_on__lt=last).values_list("pk", flat=True))
    assert not late & set(running.filter(due_on=last).values_list("pk", flat=True))
