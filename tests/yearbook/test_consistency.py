"""Every figure agrees with its records, its parts and its page, whatever the scale (年鉴数字自洽)."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.yearbook import reading

pytestmark = pytest.mark.sqlite
# Every figure of 2020 once more: as it stands on the wall, by city, and as its own drill-down counts it.
TOLD = """
from zhujianyun.base.codes import divisions
from zhujianyun.kernel.indicator import figures, queries, registry
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.indicator.tally import adds_over_cities

year, codes = Period.year(2020), [definition.code for definition in registry.all_()]
cities = ["", *[city.code for city in divisions.cities()]]
told = {}
for definition, row in zip(registry.all_(), figures.table(codes, year, cities), strict=True):
    told[definition.code] = {
        "kind": definition.kind.value,
        "by_city": definition.by_city,
        "is_sum": bool(getattr(definition.source(), "measure", "")),
        "scale": definition.unit.scale,
        "adds_up": adds_over_cities(definition.source().aggregate),
        "cities": {city: None if figure.value is None else str(figure.value) for city, figure in row.items()},
    }
for row in queries.figures_table(2020):
    told[row.code]["agrees"] = row.agrees
print(json.dumps(told))
"""


HALF_OF_THE_LAST_DIGIT = Decimal("0.000000005")  # of the eight that are kept


@pytest.fixture(scope="module")
def sheet(played):
    return reading.sheet(played)


@pytest.fixture(scope="module")
def told(played):
    return json.loads(played.script(TOLD))


def test_the_codes_of_the_page_that_an_app_offers_are_all_on_the_sheet(sheet):
    present = {code.partition(".")[0] for code in sheet}
    missing = [row["code"] for row in reading.page() if row["app"] in present and row["code"] not in sheet]
    assert not missing


def test_names_units_and_qualifiers_are_those_of_the_page(sheet):
    for row in reading.page():
        if row["code"] in sheet:
            here = sheet[row["code"]]
            assert (here["name"], here["unit"], here["qualifier"]) == (
                row["name_zh"],
                row["unit"],
                row["qualifier"],
            )


def test_a_count_is_the_number_of_its_records(sheet, told):
    numbers = [code for code, one in told.items() if one["kind"] in ("flow", "stock")]
    counts = [code for code in numbers if not told[code]["is_sum"]]
    assert len(counts) >= 40
    for code in counts:
        assert Decimal(sheet[code]["value"]) == int(sheet[code]["records"]), code
    for code in set(numbers) - set(counts):
        assert Decimal(sheet[code]["value"]) > 0 and int(sheet[code]["records"]) > 0, code


def test_every_figure_says_that_its_records_agree(told):
    assert [code for code, one in told.items() if one["agrees"] is not True] == []


def test_a_ratio_is_computed_from_the_two_numbers_beside_it(sheet, told):
    ratios = [code for code, one in told.items() if one["kind"] == "ratio"]
    assert len(ratios) >= 4
    for code in ratios:
        row = sheet[code]
        whole = Decimal(row["numerator"]) / Decimal(row["denominator"]) * told[code]["scale"]
        assert abs(Decimal(row["value"]) - whole) <= Decimal("0.05"), code


def test_the_sides_of_a_ratio_are_figures_of_the_sheet(sheet):
    for name in ("design", "acceptance"):
        rate, above, below = (
            sheet[f"fire_review.{name}_{what}"] for what in ("concluded_rate", "concluded", "accepted")
        )
        assert (rate["numerator"], rate["denominator"]) == (above["value"], below["value"])


def test_the_cities_add_up_to_the_region(told):
    added = 0
    for code, one in told.items():
        if one["kind"] in ("flow", "stock") and one["by_city"] and one["adds_up"]:
            parts = [Decimal(value) for city, value in one["cities"].items() if city and value is not None]
            rounding = len(parts) * HALF_OF_THE_LAST_DIGIT if one["is_sum"] else 0
            assert len(parts) == 14 and abs(sum(parts) - Decimal(one["cities"][""])) <= rounding, code
            added += 1
    assert added >= 10


def test_the_wall_shows_what_the_sheet_prints(sheet, told):
    for code, one in told.items():
        printed = Decimal(sheet[code]["value"])
        assert abs(Decimal(one["cities"][""]) - printed) <= Decimal("0.05"), code


def test_the_inventory_has_its_printed_size_at_every_scale(sheet):
    printed = {row["code"]: row for row in reading.page() if row["app"] == "asset_inventory"}
    assert len(printed) == 7
    for code, row in printed.items():
        if code in sheet:
            assert reading.at_precision_of(row["value"], sheet[code]["value"]) == Decimal(row["value"]), code


def test_the_three_hundred_percents_stand_on_declared_denominators(sheet):
    sides = {"cloud_rate": 59, "network_rate": 2, "service_docking_rate": 12}
    for name, count in sides.items():
        if row := sheet.get(f"asset_inventory.{name}"):
            assert (Decimal(row["numerator"]), Decimal(row["denominator"])) == (count, count), name
