"""The rules of 消防审验, read aloud."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zhujianyun
from zhujianyun.apps.fire_review import rules

DATA = Path(zhujianyun.__file__).parent / "data"
DAY = date(2020, 7, 1)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"fire_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


PLACES = rules.places(rules.in_force(rows("places"), DAY))
LIMITS = rules.thresholds(rules.in_force(rows("special_kinds"), DAY))
BY_AREA = {1: 20_000, 2: 15_000, 3: 10_000, 4: 2_500, 5: 1_000, 6: 500}
CENT = Decimal("0.01")


def work(use: str, area="0", height="0", single="0", places=()):
    return {"use": use, "area_m2": str(area), "height_m": str(height), "single_building_m2": str(single),
            "places": [{"place": p, "area_m2": str(a)} for p, a in places]}  # fmt: skip


def items(subject) -> list[int]:
    return [item for item, _ in rules.special_kind(subject, PLACES, LIMITS)]


@pytest.mark.parametrize("place", [p for p in PLACES.values() if 1 <= p.item <= 6], ids=lambda p: p.code)
def test_a_place_is_special_only_above_the_very_threshold_of_its_item(place):
    edge = Decimal(BY_AREA[place.item])
    assert place.item not in items(work(place.code, edge - CENT))
    assert place.item not in items(work(place.code, edge))
    assert place.item in items(work(place.code, edge + CENT))


@pytest.mark.parametrize(("height", "special"), [("53.99", False), ("54", False), ("54.01", True)])
def test_a_dwelling_is_special_above_54_metres(height, special):
    assert (items(work("residence", 90_000, height)) == [7]) is special
    assert bool(items(work("residence", 90_000, height))) is special


@pytest.mark.parametrize(("height", "special"), [("49.99", False), ("50", False), ("50.01", True)])
def test_a_public_building_is_special_above_50_metres(height, special):
    assert items(work("office", 9_000, height)) == ([12] if special else [])


@pytest.mark.parametrize(("single", "special"), [("39999.99", False), ("40000", False), ("40000.01", True)])
def test_a_public_building_is_special_above_40000_square_metres_in_one_building(single, special):
    assert items(work("office", 90_000, 20, single)) == ([12] if special else [])


def test_a_factory_is_never_special_by_its_size_alone():
    assert items(work("factory", 900_000, 99, 900_000)) == []


@pytest.mark.parametrize("place", [p for p in PLACES.values() if 8 <= p.item <= 10], ids=lambda p: p.code)
def test_items_8_to_10_are_special_whatever_their_size(place):
    assert items(work(place.code, 1)) == [place.item]


@pytest.mark.parametrize(
    ("area", "special"), [("499.99", False), ("500", False), ("500.01", True), ("501", True)]
)
def test_a_block_with_a_karaoke_is_special_by_item_11_above_500_square_metres(area, special):
    found = items(work("office", 9_000, 20, places=[("karaoke", area)]))
    assert found == ([11] if special else [])


def test_places_of_one_item_are_added_up_and_places_of_two_items_are_not():
    assert items(work("office", 9_000, places=[("karaoke", 300), ("bar", 300)])) == [11]
    assert items(work("office", 9_000, places=[("karaoke", 300), ("school", 300)])) == []


def test_a_market_of_exactly_10000_is_not_special_and_the_reason_names_both_figures():
    assert items(work("market", 10_000)) == []
    [(item, reason)] = rules.special_kind(work("market", "10000.01"), PLACES, LIMITS)
    assert item == 3 and reason == "第三项：市场，总建筑面积10000.01平方米，大于10000平方米"


def test_a_tall_mall_is_special_by_two_items():
    assert items(work("mall", 30_000, "60")) == [3, 12]


@given(
    use=st.sampled_from(sorted(PLACES)),
    area=st.decimals(0, 100_000, places=2),
    height=st.decimals(0, 200, places=2),
    more=st.decimals(0, 1_000, places=2),
)
def test_a_larger_work_never_becomes_less_special(use, area, height, more):
    assert set(items(work(use, area, height, area))) <= set(
        items(work(use, area + more, height + more, area + more))
    )


def test_a_binary_fraction_is_refused_as_an_area():
    with pytest.raises(ValueError, match="十进制"):
        rules.special_kind({"use": "market", "area_m2": 10_000.01}, PLACES, LIMITS)


def test_an_unknown_use_is_named():
    with pytest.raises(ValueError, match="castle"):
        rules.special_kind(work("castle"), PLACES, LIMITS)


@pytest.mark.parametrize(
    "day", [date(2019, 4, 1), date(2020, 5, 31), date(2020, 6, 1), date(2023, 10, 30), date(2026, 1, 1)]
)
def test_every_limit_and_every_item_stands_exactly_once_on_every_day(day):
    names = {row["rule"] for row in rows("limits")}
    assert all(rules.limit(rows("limits"), name, day) for name in names)
    found = rules.thresholds(rules.in_force(rows("special_kinds"), day))
    assert sorted({row.item for row in found}) == list(range(1, 13)) and len(found) == 13


def test_the_design_opinion_takes_15_working_days_from_june_2020():
    assert rules.limit(rows("limits"), "design_opinion", date(2020, 6, 1))["value"] == "15"
    assert rules.limit(rows("limits"), "design_opinion", date(2020, 5, 31))["value"] == "20"
    with pytest.raises(LookupError, match="2018"):
        rules.limit(rows("limits"), "design_opinion", date(2018, 1, 1))


@given(st.booleans(), st.booleans(), st.booleans())
def test_a_filing_is_drawn_in_the_severest_stratum(punished, public, crowded):
    said = rules.stratum({"punished": punished, "crowded_public": public, "crowded": crowded})
    order = [("punished", punished), ("crowded_public", public), ("crowded", crowded), ("other", True)]
    assert said == next(name for name, applies in order if applies)


def test_a_cinema_is_a_gathering_place_and_a_ward_is_only_crowded():
    assert rules.gathering_flags(work("theatre"), PLACES) == {"crowded_public": True, "crowded": True}
    assert rules.gathering_flags(work("ward"), PLACES) == {"crowded_public": False, "crowded": True}
    assert rules.gathering_flags(work("office"), PLACES) == {"crowded_public": False, "crowded": False}
    assert rules.gathering_flags(work("office", places=[("bar", 40)]), PLACES)["crowded_public"]


@given(st.sets(st.sampled_from(sorted(rules.GATES))))
def test_the_completion_report_waits_for_all_four_conditions(met):
    missing = rules.unmet_gates(dict.fromkeys(met, True))
    assert len(missing) == 4 - len(met)
    assert not any(rules.GATES[name] in missing for name in met)


def test_an_unanswered_condition_is_not_met():
    assert len(rules.unmet_gates({"contract_done": "yes", "archive_complete": None})) == 4


@given(st.integers(0, 20))
def test_a_filing_is_late_from_the_sixth_day_on(days):
    start = date(2020, 6, 1)
    late = rules.is_late_filing(
        start, start + timedelta(days=days), 5, lambda day, n: day + timedelta(days=n)
    )
    assert late is (days > 5)


def test_a_crowded_or_unlisted_work_is_key_and_a_small_office_is_general():
    catalogue = rows("filing_classes")
    assert rules.filing_class(work("office", 5_000), PLACES, catalogue) == "general"
    assert rules.filing_class(work("office", "5000.01"), PLACES, catalogue) == "key"
    assert rules.filing_class(work("residence", 80_000), PLACES, catalogue) == "general"
    assert rules.filing_class(work("hotel", 10), PLACES, catalogue) == "key"
    assert rules.filing_class(work("telecom", 10), PLACES, catalogue) == "key"


@pytest.mark.parametrize(
    ("measured", "fits"), [("9.49", False), ("9.5", True), ("10.5", True), ("10.51", False)]
)
def test_a_distance_may_deviate_by_5_percent_unless_it_harms_safety(measured, fits):
    said = Decimal(10), Decimal(measured), Decimal(5)
    assert rules.within_tolerance(*said, harms_safety=False) is fits
    assert rules.within_tolerance(*said, harms_safety=True) is False


def test_gb_55037_overrides_the_old_clauses_from_june_2023():
    old = rules.clauses_in_force(rows("clauses"), date(2023, 5, 31))
    new = rules.clauses_in_force(rows("clauses"), date(2023, 6, 1))
    assert any(c.startswith("GB 50016") for c in old) and not any(c.startswith("GB 55037") for c in old)
    assert any(c.startswith("GB 55037") for c in new) and not any(c.startswith("GB 50016") for c in new)
