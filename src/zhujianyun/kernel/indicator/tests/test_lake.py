"""Numbers from gathered data (归集数据指标): the figure is its rows, at the version it was counted from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.indicator import (
    drilling,
    follower,
    lake_pins,
    materialising,
    periods,
    queries,
    registry,
)
from zhujianyun.kernel.indicator.models import Refresh, Snapshot
from zhujianyun.kernel.indicator.tests import gathered
from zhujianyun.kernel.indicator.tests.gathered import CODES, home, land

pytestmark = pytest.mark.django_db
YEAR = periods.year(2020)
TODAY = date(2020, 6, 30)


@pytest.fixture
def homes(register, settings, tmp_path) -> Iterator:
    settings.ZJY_LAKE = tmp_path
    gathered.declare()
    with clock.standing(clock.at_local(TODAY, 9)) as time:
        made = gathered.dataset()
        made.time = time
        yield made


def text(code: str, city: str = "") -> str:
    return queries.figure(code, YEAR, city).text


def follow() -> None:
    journal.seal()
    follower.recompute(list(journal.Entry.objects.filter(verb="resource.dataset.land").order_by("pk")))


def test_what_was_never_gathered_is_a_dash_not_zero(homes):
    materialising.materialise(year=2020)
    for code in CODES:
        assert text(code) == "—"
        assert text(code, "450100") == "—"
        assert len(queries.drill(code, YEAR, "", SYSTEM).rows) == 0
    assert all(row.agrees for row in queries.figures_table(2020))


def test_an_empty_table_is_a_real_zero(homes):
    land(homes, [])
    materialising.materialise(year=2020)
    assert text("t.homes") == "0套"
    assert text("t.homes", "450100") == "0套"
    assert text("t.let_rate") == "—"


def test_a_landing_changes_the_figures_that_name_the_data_set_and_only_those(homes):
    other = gathered.dataset("other")
    land(homes, [home(1), home(2, state="free"), home(3, area_code="450202", city_code="450200")])
    follow()
    assert (text("t.homes"), text("t.let"), text("t.let_rate"), text("t.signed")) == (
        "3套",
        "2套",
        "66.7%",
        "3套",
    )
    assert (text("t.homes", "450100"), text("t.homes", "450200")) == ("2套", "1套")
    confirmed = Refresh.objects.get(indicator="t.homes").source_seq
    land(other, [])
    journal.seal()
    follower.recompute(list(journal.Entry.objects.filter(verb="resource.dataset.land").order_by("-pk")[:1]))
    assert Refresh.objects.get(indicator="t.homes").source_seq == confirmed


def test_figure_and_records_stay_at_one_version_until_the_new_one_is_counted(homes):
    land(homes, [home(1), home(2)])
    follow()
    land(homes, [home(2), home(3), home(4)])  # not counted yet
    drill = queries.drill("t.homes", YEAR, "", SYSTEM)
    assert text("t.homes") == "2套"
    assert [row.key for row in drill.rows] == [("H0001",), ("H0002",)]
    assert {row.version for row in drill.rows} == {0}
    assert lake_pins.in_use() == {"homes": {0}}
    follow()
    drill = queries.drill("t.homes", YEAR, "", SYSTEM)
    assert (text("t.homes"), len(drill.rows)) == ("3套", 3)
    assert lake_pins.in_use() == {"homes": {1}}
    newest = Snapshot.objects.filter(indicator="t.homes", grain="year", city="").latest("pk")
    assert newest.sources == "homes@1"


def test_a_version_with_the_same_value_is_confirmed_without_a_new_row(homes):
    land(homes, [home(1)])
    follow()
    rows = Snapshot.objects.filter(indicator="t.signed").count()
    land(homes, [home(2)])
    follow()
    assert Snapshot.objects.filter(indicator="t.signed").count() == rows
    assert [row.key for row in queries.drill("t.signed", YEAR, "", SYSTEM).rows] == [("H0002",)]


def test_each_day_of_a_stock_is_counted_from_the_version_of_that_day(homes):
    land(homes, [home(1)])
    homes.time.move_to(clock.at_local(date(2020, 7, 3), 9))
    land(homes, [home(1), home(2)])
    materialising.materialise(year=2020)
    values = {
        day: queries.latest("t.homes", periods.day(date(2020, *day))).tally.numerator
        for day in ((6, 29), (6, 30), (7, 2), (7, 3))
    }
    assert list(values.values()) == [None, 1, 1, 2]
    assert len(registry.get("t.homes").source().rows(periods.day(date(2020, 7, 1)))) == 1
    pinned = Snapshot.objects.get(indicator="t.homes", grain="day", city="", period_start=date(2020, 7, 1))
    assert pinned.sources == "homes@0"


def test_a_late_row_changes_the_year_in_which_it_belongs(homes):
    land(homes, [home(1, signed_on=date(2019, 5, 1))])
    materialising.materialise(["t.signed"], 2019)
    land(homes, [home(1, signed_on=date(2019, 5, 1)), home(2, signed_on=date(2019, 6, 1))])
    follow()
    assert queries.figure("t.signed", periods.year(2019)).text == "2套"


def test_a_state_lasts_from_its_day_until_its_end(homes):
    land(
        homes, [home(1, until=date(2020, 7, 2)), home(2, signed_on=None), home(3, signed_on=date(2020, 7, 3))]
    )
    homes.time.move_to(clock.at_local(date(2020, 7, 4), 9))
    materialising.materialise(year=2020)
    found = [queries.latest("t.leases", periods.day(date(2020, 7, day))).tally.numerator for day in (1, 2, 3)]
    assert found == [1, 0, 1]


def test_an_instant_belongs_to_the_local_day(homes):
    times = [datetime(2020, 5, 1, 15, 59, 59, tzinfo=UTC), datetime(2020, 5, 1, 16, tzinfo=UTC)]
    land(homes, [home(number, at=at) for number, at in enumerate(times)])
    source = registry.get("t.evenings").source()
    assert source.tally(periods.day(date(2020, 5, 1))).value == 1
    assert source.tally(periods.day(date(2020, 5, 2))).value == 1


def test_a_row_says_where_it_came_from_and_nothing_of_persons(homes):
    land(homes, [home(1)])
    follow()
    drill = queries.drill("t.homes", YEAR, "", SYSTEM)
    table = queries.columns("t.homes", drill.rows[:1])
    assert table.header[:5] == ["来源系统", "批次", "快照版本", "主键", "area_code"]
    assert table.rows[0]["cells"][:4] == ["住房保障系统", "homes-0", 0, "H0001"]
    assert "owner" not in table.header
    assert "甲" not in table.rows[0]["cells"]


def test_rows_are_paged_in_the_order_of_the_key(homes):
    land(homes, [home(number) for number in reversed(range(130))])
    follow()
    rows = queries.drill("t.homes", YEAR, "", SYSTEM).rows
    assert [row.key[0] for row in rows[50:100]] == [f"H{number:04}" for number in range(50, 100)]
    assert len(list(rows)) == len(rows) == 130
    assert rows[-1].key == ("H0129",)


def test_counties_make_up_their_city(homes):
    land(
        homes,
        [home(1), home(2, area_code="450102"), home(3, area_code="450102"), home(4, area_code="450202")],
    )
    follow()
    found = queries.by_county("t.homes", YEAR, "450100")
    assert found.total.value == 3
    assert {row.code: row.value for row in found.rows if row.value} == {"450102": 2, "450103": 1}


def test_what_lies_in_no_city_counts_in_the_region_and_as_unplaced(homes):
    land(homes, [home(1), home(2, city_code="999900"), home(3, city_code=None)])
    source = registry.get("t.let").source()
    assert [source.tally(YEAR.cut(TODAY), city).value for city in ("", "450100", "-")] == [3, 1, 2]


def test_someone_of_another_office_does_not_see_the_rows(homes):
    from zhujianyun.kernel import access

    land(homes, [home(1)])
    follow()
    drill = queries.drill("t.homes", YEAR, "", access.subject_actor(1, "某人"))
    assert (drill.visible, drill.total) == (0, 1)


def test_what_contradicts_itself_cannot_be_declared():
    for wrong in ({"distinct": "a", "measure": "b"}, {"average": True}, {"day": "a", "since": "b"}):
        with pytest.raises(ValueError, match="a"):
            registry.Gathered("x", **wrong)


places = st.sampled_from([("450100", "450103"), ("450200", "450202"), ("999999", "999999"), (None, None)])
rows = st.lists(
    st.builds(
        lambda place, state, day, span, amount, owner: {
            "city_code": place[0], "area_code": place[1], "state": state,
            "signed_on": None if day is None else date.fromordinal(date(2020, 1, 1).toordinal() + day),
            "until": None if span is None or day is None else date.fromordinal(date(2020, 1, 1).toordinal() + day + span),
            "amount": amount, "owner": owner,
        },
        places, st.sampled_from(["let", "free", None]), st.none() | st.integers(-30, 181), st.none() | st.integers(1, 90),
        st.none() | st.decimals(0, 10**6, places=2), st.sampled_from(["甲", "乙", None]),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_every_figure_is_its_rows_and_the_cities_make_up_the_region(homes, told):
    land(homes, [home(number, **known) for number, known in enumerate(told)])
    cities = ["-", *(row.code for row in divisions.cities())]
    with lake_pins.holding(["homes"]):
        for code in CODES:
            source = registry.get(code).source()
            for period in (
                (YEAR.cut(TODAY), periods.month(2020, 3)) if code not in ("t.homes",) else (YEAR.cut(TODAY),)
            ):
                assert queries._checked(source, source.tally(period), period)[1], code
            grouped = source.grouped(YEAR.cut(TODAY), periods.Grain.MONTH)
            for (city, start), tally in sorted(grouped.items())[-8:]:
                part = periods.of(periods.Grain.MONTH, start).cut(TODAY)
                assert source.tally(part, city).value == tally.value
            if registry.get(code).kind in ("flow", "stock") and code != "t.owners":
                whole = source.grouped(YEAR.cut(TODAY), periods.Grain.SPAN)
                parts = [whole[key].value or Decimal(0) for key in whole if key[0] in cities]
                assert sum(parts) == whole["", YEAR.start].value
    assert drilling.SIDES == ("numerator", "denominator")


@pytest.mark.parametrize("code", ["t.signed", "t.owners", "t.mean", "t.leases", "t.let_rate"])
def test_days_counted_one_after_the_other_from_what_is_remembered_give_what_each_gives_alone(homes, code):
    land(
        homes,
        [home(n, signed_on=date(2020, 1 + n % 6, 1 + n), owner="甲乙丙"[n % 3], amount=n) for n in range(20)],
    )
    source = registry.get(code).source()
    periods_cut = [YEAR.cut(date(2020, *day)) for day in ((2, 29), (6, 11), (6, 12), (4, 5), (6, 30))]
    alone = [source.grouped(cut, grain) for cut in periods_cut for grain in materialising.GRAINS]
    with lake_pins.remembering():
        for _ in range(2):
            kept = []
            for cut in periods_cut:
                with lake_pins.holding(["homes"]):
                    kept += [source.grouped(cut, grain) for grain in materialising.GRAINS]
            assert kept == alone


def test_a_version_that_lands_meanwhile_is_not_taken_for_the_remembered_one(homes):
    land(homes, [home(1)])
    source = registry.get("t.signed").source()
    with lake_pins.remembering():
        counted = []
        for _ in range(2):
            with lake_pins.holding(["homes"]):
                counted.append(source.grouped(YEAR, periods.Grain.YEAR)["", YEAR.start].value)
            land(homes, [home(1), home(2)])
        assert counted == [1, 2]
