"""The figures of the outside systems (归集数据指标)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from zhujianyun.apps.data_gathering.tests import lake_world
from zhujianyun.base import clock
from zhujianyun.kernel.indicator import lake_pins, materialise, periods, queries, registry
from zhujianyun.kernel.indicator.records import UNPLACED
from zhujianyun.kernel.indicator.snapshots import stored

pytestmark = pytest.mark.django_db
YEAR = periods.year(2020)
DOMAINS = ("housing", "sales", "fund", "urban", "waste", "rural", "build", "safe")


@pytest.fixture
def lake(settings, tmp_path) -> Iterator[None]:
    settings.ZJY_LAKE = tmp_path / "lake"
    with clock.standing(clock.at_local(date(2020, 12, 31), 14, 30)):
        yield


@pytest.fixture
def gathered(lake) -> None:
    for code in lake_world.TABLES:
        lake_world.land(lake_world.register(code), lake_world.rows_of(code, 60))


def test_every_domain_has_figures_and_every_data_set_they_name_is_known_here():
    codes = lake_world.gathered_codes()
    ours = [code for code in codes if code.startswith("data_gathering.")]
    assert all(any(code.startswith(f"data_gathering.{domain}_") for code in ours) for domain in DOMAINS)
    named = {dataset for code in ours for dataset in registry.datasets_of(registry.get(code))}
    assert named == set(lake_world.TABLES)


def test_without_gathered_data_every_figure_is_a_dash(lake):
    materialise(lake_world.gathered_codes(), 2020)
    shown = queries.figures_of(lake_world.gathered_codes(), YEAR)
    assert {figure.text for figure in shown} == {"—"}


def test_every_figure_is_the_rows_behind_it(gathered):
    cut = YEAR.cut(clock.today())
    with lake_pins.holding(lake_world.TABLES):
        for code in lake_world.gathered_codes():
            source = registry.get(code).source()
            tally = source.tally(cut)
            assert tally.numerator is not None, code
            assert queries._checked(source, tally, cut)[1], code


def test_the_figures_on_a_wall_are_those_of_the_records(gathered):
    codes = [
        "data_gathering.fund_deposits",
        "data_gathering.build_expiring",
        "data_gathering.waste_sorting_rate",
    ]
    materialise(codes, 2020)
    for code in codes:
        definition = registry.get(code)
        for city in ("", "450100", UNPLACED):
            stand = queries.latest(code, YEAR, city)
            counted = definition.tally(YEAR.cut(clock.today()), city)
            assert stored(stand.tally.value) == stored(counted.value), code


def test_those_who_applied_and_have_no_home_are_queueing(lake):
    asked, let = (lake_world.register(f"housing-security-{n:03d}") for n in (50, 51))
    row = dict.fromkeys(lake_world.HOUSEHOLD.split())
    lake_world.land(asked, [{**row, "case_no": f"A{n}", "id_no": f"P{n % 3}"} for n in range(5)])
    lake_world.land(let, [{**row, "case_no": "B1", "id_no": "P1"}])
    source = registry.get("data_gathering.housing_queue").source()
    assert source.tally(YEAR.cut(clock.today())).value == 2
    assert [r.key for r in source.rows(YEAR.cut(clock.today()))] == [("A0",), ("A2",)]


def test_a_qualification_counts_on_its_last_day_and_is_expiring_ninety_days_before(lake):
    firms = lake_world.register("building-market-001")
    row = dict.fromkeys(lake_world.ENTERPRISE.split())
    ends = [date(2020, 12, 30), date(2020, 12, 31), date(2021, 3, 31), date(2021, 4, 1)]
    lake_world.land(firms, [{**row, "uscc": f"U{n}", "valid_to": end} for n, end in enumerate(ends)])
    today = periods.day(date(2020, 12, 31))
    valid, expiring = (
        registry.get(f"data_gathering.build_{name}").source() for name in ("enterprises", "expiring")
    )
    assert [row.key[0] for row in valid.rows(today)] == ["U1", "U2", "U3"]
    assert [row.key[0] for row in expiring.rows(today)] == ["U1", "U2"]
    assert (valid.tally(today).value, expiring.tally(today).value) == (3, 2)
