from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.indicator import actions, periods, queries, snapshots
from zhujianyun.kernel.indicator.freshness import Freshness
from zhujianyun.kernel.indicator.materialising import materialise
from zhujianyun.kernel.indicator.models import PeriodState, Snapshot
from zhujianyun.kernel.indicator.targets import Aim, Verdict
from zhujianyun.kernel.indicator.tests.world import CODES, Work, fill, works

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("declared")]
NOON = datetime(2020, 12, 31, 4, tzinfo=UTC)
AFTER = datetime(2021, 1, 5, 4, tzinfo=UTC)
YEAR = periods.year(2020)


def some(count: int, on: date, city: str = "450100", **more: object) -> list[Work]:
    return [Work(city_code=city, accepted_on=on, **more) for _ in range(count)]


class TestFigure:
    def test_says_everything_that_may_stand_beside_a_number(self) -> None:
        with clock.standing(NOON):
            fill(some(4, date(2020, 5, 5), concluded_on=date(2020, 6, 1)) + some(1, date(2020, 7, 7)))
            materialise(year=2020)
            rate = queries.figure("world.rate", YEAR)
        assert (rate.text, rate.numerator, rate.denominator, rate.value) == ("80.0%", 4, 5, 80)
        assert (rate.zh, rate.unit.zh, rate.freshness) == ("办结率", "%", Freshness.FRESH)
        assert (rate.as_of, rate.loaded_at) == (NOON, NOON)
        assert rate.mom is None
        assert rate.yoy.why_not == "基期缺数"

    def test_holds_a_year_against_the_year_before_and_a_month_against_both(self) -> None:
        with clock.standing(NOON):
            fill(some(2, date(2019, 12, 3)) + some(4, date(2020, 11, 3)) + some(3, date(2020, 12, 3)))
            materialise(year=2019)
            materialise(year=2020)
            year, month = (queries.figure("world.accepted", p) for p in (YEAR, periods.month(2020, 12)))
        assert year.yoy.text_zh == "同比 +250.0%"
        assert month.yoy.text_zh == "同比 +50.0%"
        assert month.mom.text_zh == "环比 -25.0%"

    def test_a_period_cut_in_the_past_is_held_against_the_same_cut(self) -> None:
        with clock.standing(AFTER):
            fill(
                some(2, date(2019, 12, 19)) + some(5, date(2019, 12, 20))
                + some(3, date(2020, 12, 19)) + some(7, date(2020, 12, 20))
            )  # fmt: skip
            materialise(year=2019)
            materialise(year=2020)
            cut = queries.figure("world.accepted", YEAR.cut(date(2020, 12, 19)))
            assert (cut.value, cut.yoy.text) == (3, "+50.0%")
            owners = queries.figure("world.owners", YEAR.cut(date(2020, 12, 19)))
            assert owners.value == 0
            open_then = queries.figure("world.open", YEAR.cut(date(2020, 12, 19)), "450100")
            assert open_then.value == 10

    def test_january_and_february_are_held_together(self) -> None:
        with clock.standing(AFTER):
            fill(some(1, date(2019, 1, 9)) + some(3, date(2019, 2, 9)) + some(5, date(2020, 1, 9)))
            materialise(year=2019)
            materialise(year=2020)
            assert queries.january_and_february("world.accepted", 2020).text == "+25.0%"

    def test_a_changed_definition_is_not_compared(self) -> None:
        from zhujianyun.kernel.indicator import FLOW, Records, indicator, registry

        with clock.standing(AFTER):
            fill(some(2, date(2019, 5, 5)) + some(3, date(2020, 5, 5)))
            materialise(["world.accepted"], year=2019)
            registry.remove("world.accepted")

            @indicator("world.accepted", zh="受理", unit="项", kind=FLOW)
            def accepted() -> Records:
                """Otherwise counted (受理)."""
                return Records(Work.objects.all(), day="accepted_on")

            materialise(["world.accepted"], year=2020)
            assert queries.figure("world.accepted", YEAR).yoy.why_not == "口径调整"
            both = queries.series(
                "world.accepted", "year", periods.span(date(2019, 1, 1), date(2020, 12, 31))
            )
            assert [point.is_break for point in both] == [False, True]

    def test_turns_amber_and_grey_when_nobody_looked(self) -> None:
        with clock.standing(NOON) as now:
            fill([])
            materialise(year=2020)
            states = []
            for minutes in (15, 16, 31):
                now.move_to(NOON + timedelta(minutes=minutes))
                states.append(queries.figure("world.accepted", YEAR).freshness)
        assert states == [Freshness.FRESH, Freshness.AMBER, Freshness.GREY]

    def test_what_nobody_counted_is_a_dash_and_grey(self) -> None:
        with clock.standing(NOON):
            empty = queries.figure("world.accepted", YEAR)
        assert (empty.text, empty.reason, empty.freshness) == ("—", "无数据", Freshness.GREY)

    def test_stands_to_its_target(self) -> None:
        with clock.standing(NOON):
            fill(some(10, date(2020, 5, 5), concluded_on=date(2020, 6, 1)))
            materialise(year=2020)
            actions.set_target("world.rate", YEAR, Aim(Decimal(97), "up", owner="甲处"), by=SYSTEM)
            figure = queries.figure("world.rate", YEAR)
        assert (figure.target, figure.aim.owner) == (Verdict.MET, "甲处")

    def test_many_figures_cost_no_more_queries_than_one(self, django_assert_max_num_queries) -> None:  # noqa: ANN001
        with clock.standing(NOON):
            fill(some(3, date(2020, 5, 5)))
            materialise(year=2020)
            with django_assert_max_num_queries(3):
                assert len(queries.figures_of(CODES, YEAR)) == len(CODES)
            with django_assert_max_num_queries(3):
                cities = queries.by_city("world.accepted", YEAR)
        assert (len(cities), cities["450100"].value, cities["450200"].text) == (14, 3, "0项")

    def test_records_without_a_city_are_shown_apart(self) -> None:
        with clock.standing(NOON):
            fill(some(2, date(2020, 5, 5), city=""))
            materialise(year=2020)
            assert queries.by_city("world.accepted", YEAR)["-"].value == 2
            assert queries.by_city("world.money", YEAR) == {}


class TestDrill:
    @pytest.fixture(autouse=True)
    def _permission(self, monkeypatch) -> None:  # noqa: ANN001
        register = access.registry.register
        monkeypatch.setattr(register, "permissions", dict(register.permissions))
        access.add_permission("world.view", "查看", "world")

    def actor(self, *offices: int) -> Actor:
        return Actor("account:1", "某", "account", granted={"world.view": frozenset(offices)})

    def test_shows_as_many_as_the_figure_and_to_each_what_he_may_see(self) -> None:
        with clock.standing(NOON):
            fill(some(4, date(2020, 5, 5), office_id=1) + some(6, date(2020, 5, 5), office_id=2))
            materialise(year=2020)
            whole = queries.drill("world.accepted", YEAR, "450100", SYSTEM)
            part = queries.drill("world.accepted", YEAR, "450100", self.actor(1))
            none = queries.drill("world.accepted", YEAR, "450100", self.actor())
            assert queries.figure("world.accepted", YEAR, "450100").value == whole.total
        assert (whole.visible, whole.text_zh) == (10, "共 10 条")
        assert (part.visible, part.total, part.text_zh) == (4, 10, "你可见 4 / 共 10 条")
        assert (none.visible, none.total) == (0, 10)
        assert {row.office_id for row in part.rows} == {1}

    def test_a_ratio_has_two_drills_and_names_its_parts(self) -> None:
        with clock.standing(NOON):
            fill(some(3, date(2020, 5, 5)) + some(2, date(2020, 5, 5), concluded_on=date(2020, 5, 6)))
            drills = [
                queries.drill("world.rate", YEAR, "", SYSTEM, side=s) for s in ("numerator", "denominator")
            ]
        assert [drill.total for drill in drills] == [2, 5]
        assert [part.code for part in drills[0].parts] == ["world.concluded", "world.accepted"]

    def test_records_print_as_a_table(self) -> None:
        with clock.standing(NOON):
            fill(some(3, date(2020, 5, 5), owner="a"))
            header, rows, total = queries.record_rows("world.accepted", 2020, limit=2)
        assert (len(rows), total) == (2, 3)
        assert "a" in rows[0]
        assert len(header) == len(rows[0])


class TestFiguresTable:
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(works)
    def test_every_figure_equals_its_drill_down(self, rows: list[Work]) -> None:
        with clock.standing(NOON):
            fill(rows)
            table = queries.figures_table(2020, app="world")
        assert [row.code for row in table] == list(CODES)
        assert queries.rows_agree(table)

    def test_an_unknown_app_is_named(self) -> None:
        with pytest.raises(RuleBroken, match="没有名为"):
            queries.figures_table(2020, app="nothing")

    def test_prints_what_the_command_line_shows(self) -> None:
        with clock.standing(NOON):
            fill(some(4, date(2020, 5, 5), concluded_on=date(2020, 6, 1)) + some(1, date(2020, 7, 7)))
            rows = {row.code: row for row in queries.figures_table(2020)}
        rate = rows["world.rate"]
        assert (rate.value, rate.unit, rate.numerator, rate.denominator, rate.records) == (
            "80.0",
            "%",
            4,
            5,
            5,
        )
        assert (rows["world.accepted"].value, rows["world.accepted"].numerator) == ("5", None)


class TestFreeze:
    def test_a_late_record_makes_a_restated_row_and_the_frozen_one_stays(self) -> None:
        with clock.standing(AFTER):
            self.freeze_year()
            before = list(Snapshot.objects.filter(state="frozen").order_by("pk").values())
            Work.objects.create(city_code="450200", accepted_on=date(2020, 12, 30))
            report = materialise(["world.accepted"], year=2020)
            figure = queries.figure("world.accepted", YEAR)
            again = materialise(["world.accepted"], year=2020)
        assert report.restated == 1
        assert again.written == 0
        assert list(Snapshot.objects.filter(state="frozen").order_by("pk").values()) == before
        assert (figure.text, figure.frozen_text, figure.is_revised) == ("11项", "10项", True)
        assert "原值 10" in figure.reason
        assert PeriodState.objects.get().state == "restated"
        assert all(row.digest == snapshots.digest(row) for row in Snapshot.objects.all())

    def test_the_months_of_a_frozen_year_are_frozen_too_and_other_years_are_not(self) -> None:
        with clock.standing(AFTER):
            self.freeze_year()
            fill(some(3, date(2020, 8, 8)) + some(1, date(2021, 1, 2)))
            materialise(["world.accepted"], year=2020)
            materialise(["world.accepted"], year=2021)
            assert queries.latest("world.accepted", periods.month(2020, 8)).state == "restated"
            assert queries.latest("world.accepted", periods.month(2021, 1)).state == "open"

    def test_a_new_definition_does_not_touch_a_frozen_value(self) -> None:
        from zhujianyun.kernel.indicator import FLOW, Records, indicator, registry

        with clock.standing(AFTER):
            self.freeze_year()
            registry.remove("world.accepted")

            @indicator("world.accepted", zh="受理", unit="项", kind=FLOW)
            def accepted() -> Records:
                """None at all (受理)."""
                return Records(Work.objects.none(), day="accepted_on")

            assert materialise(["world.accepted"], year=2020).written == 0
            assert queries.figure("world.accepted", YEAR).text == "10项"

    def test_only_what_is_over_counted_reasoned_and_permitted_can_be_frozen(self) -> None:
        nobody = Actor("account:9", "某", "account")
        with clock.standing(AFTER):
            fill([])
            with pytest.raises(NotAllowed):
                actions.freeze(YEAR, by=nobody, reason="年报")
            with pytest.raises(RuleBroken, match="尚未结束"):
                actions.freeze(periods.year(2021), by=SYSTEM, reason="年报")
            with pytest.raises(RuleBroken, match="还没有数值"):
                actions.freeze(YEAR, by=SYSTEM, reason="年报", codes=["world.accepted"])
            with pytest.raises(RuleBroken, match="理由"):
                actions.freeze(YEAR, by=SYSTEM, reason=" ")
            with pytest.raises(NotFound):
                actions.freeze(YEAR, by=SYSTEM, reason="年报", codes=["world.gone"])
            self.freeze_year()
            with pytest.raises(RuleBroken, match="不能重复"):
                actions.freeze(YEAR, by=SYSTEM, reason="再来", codes=["world.accepted"])
        assert journal.Entry.objects.filter(verb="indicator.freeze").count() == 1

    def test_a_late_source_makes_a_period_provisional(self) -> None:
        month = periods.month(2020, 12)
        with clock.standing(AFTER):
            fill(some(1, date(2020, 12, 1)))
            actions.call_provisional(month, ["world.accepted"], by=SYSTEM, reason="崇左未报")
            materialise(["world.accepted"], year=2020)
            assert queries.figure("world.accepted", month).state == "provisional"
            assert queries.figure("world.accepted", YEAR).state == "open"

    @staticmethod
    def freeze_year() -> None:
        fill(some(10, date(2020, 5, 5)))
        materialise(["world.accepted"], year=2020)
        assert actions.freeze(YEAR, by=SYSTEM, reason="年报", codes=["world.accepted"]) == 2


def test_the_gateway_learns_what_changed_and_how_far() -> None:
    with clock.standing(NOON):
        fill(some(2, date(2020, 5, 5)))
        materialise(["world.accepted"], year=2020)
        last = queries.newest_snapshot()
        assert queries.changes_since(last) == []
        materialise(["world.open", "world.concluded"], year=2020)
    changed = queries.changes_since(last)
    assert {code for _, code in changed} == {"world.open", "world.concluded"}
    assert changed[-1][0] == queries.newest_snapshot()
