from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.indicator import periods
from zhujianyun.kernel.indicator.periods import Grain, Period
from zhujianyun.kernel.indicator.records import REGION, UNPLACED, Records
from zhujianyun.kernel.indicator.sources import Ratio, Reported
from zhujianyun.kernel.indicator.tally import Aggregate, Tally, roll_up
from zhujianyun.kernel.indicator.tests.world import CITIES, Sign, Verdict, Work, fill, works

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world")]
many = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLACES = (*CITIES, UNPLACED)

spans = st.one_of(
    st.sampled_from([periods.year(2020), periods.month(2020, 2), periods.quarter(2020, 3)]),
    st.integers(0, 365).map(
        lambda n: periods.year(2020).cut(date.fromordinal(date(2020, 1, 1).toordinal() + n))
    ),
    st.integers(1, 12).map(lambda m: periods.month(2020, m)),
)


def every_kind() -> dict[str, Records]:
    all_works = Work.objects.all()
    return {
        "count": Records(all_works, day="accepted_on"),
        "sum": Records(all_works, day="accepted_on", measure="amount"),
        "distinct": Records(all_works, day="accepted_on", distinct="owner"),
        "mean": Records(all_works, day="concluded_on", measure="net_days", average=True),
        "p95": Records(all_works, day="concluded_on", measure="net_days", percentile=95),
        "stock": Records(all_works, from_field="accepted_on", to_field="concluded_on"),
        "distinct stock": Records(
            all_works, from_field="accepted_on", to_field="concluded_on", distinct="owner"
        ),
        "balance": Records(all_works, from_field="accepted_on", to_field="concluded_on", measure="amount"),
    }


@many
@given(works, spans, st.sampled_from(list(every_kind())), st.sampled_from([REGION, *PLACES]))
def test_the_figure_is_what_the_drill_down_shows(
    rows: list[Work], period: Period, kind: str, city: str
) -> None:
    fill(rows)
    records = every_kind()[kind]
    drilled = list(records.rows(period, city))
    if kind in ("sum", "balance"):
        assert records.value(period, city) == sum((row.zjy_measure for row in drilled), Decimal(0))
    elif kind == "mean":
        days = [row.net_days for row in drilled if row.net_days is not None]
        assert records.tally(period, city) == Tally(Decimal(sum(days)), Decimal(len(days)), paired=True)
    elif kind == "p95":
        days = sorted(row.net_days for row in drilled if row.net_days is not None)
        below = [d for d in days if d <= (records.value(period, city) or 0)]
        assert len(below) * 100 >= len(days) * 95
    else:
        assert records.value(period, city) == len(drilled)


@many
@given(works, spans, st.sampled_from(list(every_kind())), st.sampled_from(list(Grain)))
def test_grouped_in_one_query_equals_one_by_one(
    rows: list[Work], period: Period, kind: str, grain: Grain
) -> None:
    fill(rows)
    records = every_kind()[kind]
    cells = [period] if grain is Grain.SPAN else list(period.split(grain))
    by_city, region = records.grouped(period, grain), records.grouped(period, grain, by_city=False)
    for cell in cells[:3] + cells[-3:]:
        for city in PLACES:
            assert by_city.get((city, cell.start), records.nothing) == records.tally(cell, city)
        assert region.get((REGION, cell.start), records.nothing) == records.tally(cell)
    assert {start for _, start in by_city} <= {cell.start for cell in cells}


@many
@given(works, spans, st.sampled_from(["count", "sum", "mean", "stock", "balance"]))
def test_the_cities_add_up_to_the_region(rows: list[Work], period: Period, kind: str) -> None:
    fill(rows)
    records = every_kind()[kind]
    cities = [records.tally(period, city) for city in PLACES]
    assert roll_up(cities, records.aggregate, over="cities") == records.tally(period)


@many
@given(works, st.sampled_from(["count", "sum", "mean"]))
def test_the_months_add_up_to_the_year(rows: list[Work], kind: str) -> None:
    fill(rows)
    records = every_kind()[kind]
    months = [records.tally(periods.month(2020, m)) for m in range(1, 13)]
    assert roll_up(months, records.aggregate, over="time") == records.tally(periods.year(2020))


def test_grouping_costs_one_query(django_assert_num_queries) -> None:
    fill([Work(city_code="450100", owner="a", accepted_on=date(2020, 5, 1))])
    for records in every_kind().values():
        with django_assert_num_queries(1):
            records.grouped(periods.year(2020), Grain.MONTH)


def test_an_enterprise_in_two_cities_counts_once_in_the_region_and_once_in_each() -> None:
    fill([Work(city_code=city, owner="a", accepted_on=date(2020, 3, 3)) for city in CITIES[:2]])
    records = every_kind()["distinct"]
    assert records.value(periods.year(2020)) == 1
    assert [records.value(periods.year(2020), city) for city in CITIES] == [1, 1, 0]


@pytest.mark.parametrize(
    ("kind", "over"),
    [("distinct", "cities"), ("distinct", "time"), ("p95", "cities"), ("stock", "time"), ("balance", "time")],
)
def test_a_roll_up_that_would_lie_is_refused(kind: str, over: str) -> None:
    with pytest.raises(RuleBroken, match="不能按"):
        roll_up([Tally(Decimal(1))], every_kind()[kind].aggregate, over=over)


def test_a_mean_price_weighs_by_area_and_is_no_mean_of_means() -> None:
    per_city = [
        Tally(Decimal(100 * 10_000), Decimal(100), True),
        Tally(Decimal(900 * 5_000), Decimal(900), True),
    ]
    assert roll_up(per_city, Aggregate.MEAN, over="cities").value == 5_500


def test_an_instant_belongs_to_the_shanghai_day() -> None:
    fill(
        [
            Work(city_code="450100", accepted_at=datetime(2020, 12, 31, 15, 59, 59, tzinfo=UTC)),
            Work(city_code="450100", accepted_at=datetime(2020, 12, 31, 16, 0, 0, tzinfo=UTC)),
        ]
    )
    records = Records(Work.objects.all(), day="accepted_at")
    assert records.value(periods.year(2020)) == records.value(periods.year(2021)) == 1
    both = periods.span(date(2020, 12, 1), date(2021, 1, 31))
    for grain, first, second in (
        (Grain.DAY, date(2020, 12, 31), date(2021, 1, 1)),
        (Grain.MONTH, date(2020, 12, 1), date(2021, 1, 1)),
    ):
        assert set(records.grouped(both, grain)) == {("450100", first), ("450100", second)}
    state = Records(Work.objects.all(), from_field="accepted_at")
    assert state.value(periods.year(2020)) == 1
    assert state.grouped(both, Grain.MONTH, by_city=False)[REGION, date(2021, 1, 1)].value == 2


def test_marks_are_counted_on_their_own_day_and_not_on_that_of_another_mark() -> None:
    fill([Work(city_code="450100", accepted_on=date(2020, 1, 1))])
    work = Work.objects.get()
    work.marks.add(Sign.objects.create(work=work, name="received", day=date(2020, 2, 1)))
    work.marks.add(Sign.objects.create(work=work, name="drawn", day=date(2020, 3, 1)))
    drawn = Records(Work.objects.filter(marks__name="drawn"), day="marks__day")
    assert drawn.value(periods.month(2020, 2)) == 0
    assert drawn.value(periods.month(2020, 3)) == 1
    assert drawn.grouped(periods.year(2020), Grain.MONTH) == {("450100", date(2020, 3, 1)): Tally(Decimal(1))}


def test_a_case_drawn_twice_counts_once_in_the_year_and_once_in_each_month() -> None:
    fill([Work(city_code="450100")])
    for month in (3, 5, 5):
        Sign.objects.create(work=Work.objects.get(), name="drawn", day=date(2020, month, 9))
    drawn = Records(Sign.objects.filter(name="drawn"), city="work__city_code", distinct="work_id")
    assert [drawn.value(p) for p in (periods.year(2020), periods.month(2020, 5))] == [1, 1]
    assert len(drawn.rows(periods.year(2020))) == 1
    assert len(drawn.grouped(periods.year(2020), Grain.MONTH)) == 2


class TestRatio:
    accepted = property(lambda self: Records(Work.objects.all(), day="accepted_on"))
    concluded = property(lambda self: Records(Work.objects.exclude(concluded_on=None), day="concluded_on"))

    def test_a_case_over_new_year_shows_the_difference_of_the_two_bases(self) -> None:
        fill([Work(city_code="450100", accepted_on=date(2020, 12, 31), concluded_on=date(2021, 1, 2))])
        year = periods.year(2020)
        same = Ratio(self.concluded, self.accepted).bound(lambda code: self.accepted)
        assert (same.tally(year).numerator, same.tally(periods.year(2021)).numerator) == (0, 1)
        later = Ratio(self.concluded, self.accepted, "cohort").bound(
            lambda code: self.accepted, date(2021, 1, 2)
        )
        earlier = Ratio(self.concluded, self.accepted, "cohort").bound(
            lambda c: self.accepted, date(2021, 1, 1)
        )
        assert later.tally(year).value == 1
        assert earlier.tally(year).value == 0

    @many
    @given(works, spans)
    def test_a_cohort_never_exceeds_one(self, rows: list[Work], period: Period) -> None:
        fill(rows)
        cohort = Ratio(self.concluded, self.accepted, "cohort").bound(lambda code: self.accepted)
        for city in (REGION, *PLACES):
            tally = cohort.tally(period, city)
            assert 0 <= tally.numerator <= tally.denominator
            assert (
                cohort.grouped(period, Grain.SPAN).get((city, period.start), cohort.nothing) == tally
                or not city
            )

    def test_more_concluded_than_accepted_is_no_alarm_in_the_same_period(self) -> None:
        fill(
            [Work(city_code="450100", accepted_on=date(2020, 5, 5)) for _ in range(100)]
            + [Work(city_code="450100", concluded_on=date(2020, 5, 9)) for _ in range(120)]
        )
        tally = (
            Ratio(self.concluded, self.accepted)
            .bound(lambda code: self.accepted)
            .tally(periods.month(2020, 5))
        )
        assert tally.scaled(100) == 120

    def test_nothing_over_nothing_has_no_value(self) -> None:
        fill([])
        assert (
            Ratio(self.concluded, self.accepted)
            .bound(lambda c: self.accepted)
            .tally(periods.year(2020))
            .value
            is None
        )

    def test_a_cohort_of_two_kinds_of_records_is_refused(self) -> None:
        with pytest.raises(RuleBroken, match="同一类记录"):
            Ratio(Records(Sign.objects.all()), self.accepted, "cohort").bound(lambda code: self.accepted)


def test_a_score_without_evidence_does_not_exist() -> None:
    Verdict.objects.all().delete()
    Verdict.objects.create(day=date(2020, 6, 1), score=Decimal("93.07"), evidence="sha256:aa")
    Verdict.objects.create(day=date(2020, 9, 1), score=Decimal("99.99"), evidence="")
    reported = Reported(Verdict.objects.all(), day="day", value="score", evidence="evidence")
    assert reported.tally(periods.year(2020)).value == Decimal("93.07")
    assert reported.grouped(periods.year(2020), Grain.MONTH) == {
        (REGION, date(2020, 6, 1)): Tally(Decimal("93.07"))
    }
    assert reported.tally(periods.year(2021)).value is None
