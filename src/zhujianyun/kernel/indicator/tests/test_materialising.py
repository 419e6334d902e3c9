from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.indicator import follower, periods, queries, registry, snapshots
from zhujianyun.kernel.indicator.materialising import materialise, nightly
from zhujianyun.kernel.indicator.models import DefinitionVersion, Refresh, Snapshot
from zhujianyun.kernel.indicator.periods import Grain
from zhujianyun.kernel.indicator.tests.world import CITIES, CODES, Work, days, fill, works

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("declared")]
many = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NOON = datetime(2020, 12, 31, 4, tzinfo=UTC)
LEAP_DAY = datetime(2020, 2, 29, 4, tzinfo=UTC)  # a short year, so that many examples are affordable
PLACES = ("", CITIES[0], "-")


@contextmanager
def undone() -> Iterator[None]:
    """Snapshots cannot be deleted: what an example writes is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def act(verb: str, at: datetime = NOON, **facts: object) -> journal.Entry:
    entry = journal.draft(verb, actor="system", object=("case", "1"), facts=facts, at=at)
    entry.seq = 7
    return entry


def holds_everywhere(today: date) -> None:
    """Every cell that anybody may ask for says what its records say."""
    year = periods.year(today.year).cut(today)
    asked = [
        year,
        periods.of(Grain.MONTH, today),
        periods.day(today),
        periods.day(today - timedelta(days=40)),
    ]
    for code in CODES:
        definition = registry.get(code)
        for period in asked:
            for city in PLACES if definition.by_city else ("",):
                stand = queries.latest(code, periods.of(period.grain, period.start), city)
                counted = definition.tally(period.cut(today), city, known_by=today)
                assert snapshots.stored(stand.tally.value) == snapshots.stored(counted.value), (
                    code,
                    period,
                    city,
                )
                assert snapshots.stored(stand.tally.numerator) == snapshots.stored(counted.numerator)


@many
@given(works)
def test_after_a_materialisation_every_figure_is_its_records(rows: list[Work]) -> None:
    with clock.standing(LEAP_DAY), undone():
        fill(rows)
        materialise(year=2020)
        holds_everywhere(date(2020, 2, 29))


@many
@given(works, works, st.lists(days, max_size=4))
def test_after_an_act_every_figure_is_its_records_again(
    before: list[Work], more: list[Work], dates: list[date]
) -> None:
    with clock.standing(LEAP_DAY), undone():
        fill(before)
        materialise(year=2020)
        changed = Work.objects.bulk_create(more[:3])
        touched = [d for w in changed for d in (w.accepted_on, w.concluded_on) if d]
        follower.recompute(
            [act("case.work.accept", days=[d.isoformat() for d in [*touched, *dates]]), act("case.pay")]
        )
        if touched:
            follower.recompute([act("case.pay", day=d.isoformat()) for d in touched])
        holds_everywhere(date(2020, 2, 29))


def test_a_second_run_writes_nothing() -> None:
    with clock.standing(NOON):
        fill([Work(city_code="450100", owner="a", accepted_on=date(2020, 5, 5), net_days=3)])
        first = materialise(year=2020)
        second = materialise(year=2020)
    assert first.written > 0
    assert (second.written, second.codes) == (0, set())


def test_a_change_appends_and_what_was_known_then_can_still_be_asked() -> None:
    year = periods.year(2020)
    with clock.standing(datetime(2020, 6, 1, tzinfo=UTC)) as now:
        fill([Work(city_code="450100", accepted_on=date(2020, 5, 5))])
        materialise(year=2020)
        now.move_to(NOON)
        Work.objects.create(city_code="450200", accepted_on=date(2020, 7, 7))
        Work.objects.update(city_code="450200")
        materialise(year=2020)
        assert queries.latest("world.accepted", year).tally.value == 2
        assert [queries.latest("world.accepted", year, city).tally.value for city in CITIES] == [0, 2, 0]
        then = datetime(2020, 6, 2, tzinfo=UTC)
        assert queries.latest("world.accepted", year, known_at=then).tally.value == 1
        assert queries.figure("world.accepted", year, "450100", known_at=then).text == "1项"
        never = queries.latest("world.accepted", year, known_at=datetime(2020, 5, 31, tzinfo=UTC))
        assert (never.tally.value, never.reason) == (None, "无数据")


def test_days_to_come_are_missing_and_not_zero() -> None:
    with clock.standing(datetime(2020, 3, 10, 4, tzinfo=UTC)):
        fill([Work(city_code="450100", accepted_on=date(2020, 3, 9))])
        materialise(year=2020)
        points = queries.series("world.accepted", Grain.DAY, periods.month(2020, 3))
        assert [point.text for point in points[8:12]] == ["1项", "0项", "—", "—"]
        assert queries.series("world.accepted", Grain.MONTH, periods.year(2020))[3].value is None


def test_an_act_costs_few_queries_and_touches_only_what_watches_it(django_assert_max_num_queries) -> None:  # noqa: ANN001
    with clock.standing(NOON):
        fill([Work(city_code=city, owner="a", accepted_on=date(2020, 5, 5)) for city in CITIES])
        materialise(year=2020)
        last = queries.newest_snapshot()
        Work.objects.create(city_code="450100", accepted_on=date(2020, 12, 31), amount=5)
        with django_assert_max_num_queries(12):
            report = follower.recompute([act("case.pay")])
        assert report.codes == {"world.money"}
        assert [code for _, code in queries.changes_since(last)] == ["world.money"]
        assert follower.recompute([act("case.other")]).written == 0
        rows = Snapshot.objects.filter(pk__gt=last)
        assert {(row.grain, row.source_seq) for row in rows} == {("day", 7), ("month", 7), ("year", 7)}


def test_a_batch_is_counted_once_per_indicator(monkeypatch) -> None:  # noqa: ANN001
    calls: list[tuple[list[str], frozenset[date]]] = []

    def refresh(definitions, days, *, seq):  # noqa: ANN001, ANN202
        calls.append((sorted(d.code for d in definitions), frozenset(days)))
        return snapshots.Report()

    monkeypatch.setattr(follower.materialising, "refresh", refresh)
    at = datetime(2020, 5, 5, tzinfo=UTC)
    follower.recompute([act("case.work.accept", at + timedelta(days=n % 3)) for n in range(500)])
    assert len(calls) == 1
    assert calls[0][1] == {date(2020, 5, 5), date(2020, 5, 6), date(2020, 5, 7)}


def test_the_days_of_an_act_are_its_own_and_those_it_names_as_dates() -> None:
    done = date(2020, 5, 5)
    assert follower.days_of({"day": "2020-05-03", "days": ["2020-04-30"]}, done) == {
        done, date(2020, 5, 3), date(2020, 4, 30),
    }  # fmt: skip
    assert follower.days_of({"day": 15, "days": 20}, done) == {done}
    assert follower.days_of({"day": "周五", "days": ["2020-02-31", None]}, done) == {done}


def test_an_act_reaches_the_figure_through_the_sealed_journal() -> None:
    with clock.standing(NOON):
        fill([Work(city_code="450100", accepted_on=date(2020, 5, 5))])
        materialise(year=2020)
        Work.objects.create(city_code="450200", accepted_on=date(2020, 12, 31))
        journal.record("case.work.accept", actor="system", object=("case", "1"), facts={"day": "2020-12-31"})
        assert queries.figure("world.accepted", periods.year(2020)).value == 1
        journal.seal()
        journal.run_followers()
        figure = queries.figure("world.accepted", periods.year(2020))
        assert (figure.value, queries.figure("world.accepted", periods.year(2020), "450200").value) == (2, 1)
        assert Snapshot.objects.get(pk=figure.snapshot_id).source_seq >= 0


def test_within_quiet_nothing_is_counted() -> None:
    with clock.standing(NOON):
        fill([Work(city_code="450100", accepted_on=date(2020, 5, 5))])
        with follower.quiet():
            assert follower.recompute([act("case.work.accept", day="2020-05-05")]).written == 0
        assert follower.recompute([act("case.work.accept", day="2020-05-05")]).written > 0


def test_each_night_everything_is_counted_once_from_scratch() -> None:
    with clock.standing(NOON) as now:
        fill([Work(city_code="450100", accepted_on=date(2020, 5, 5))])
        materialise(year=2020)
        assert nightly().written == 0  # a whole count is the night's count already
        now.move_to(NOON + timedelta(hours=1))
        Work.objects.create(city_code="450100", accepted_on=date(2020, 2, 2))
        assert nightly().written == 0
        now.move_to(NOON + timedelta(days=1))
        nightly()
        assert queries.latest("world.accepted", periods.year(2020)).tally.value == 2
        assert queries.latest("world.open", periods.day(date(2021, 1, 1))).tally.value == 2


def test_a_snapshot_can_be_neither_changed_nor_deleted_nor_replaced() -> None:
    with clock.standing(NOON):
        fill([])
        materialise(["world.accepted"], year=2020)
    row = Snapshot.objects.first()
    for forbidden in (
        lambda: Snapshot.objects.filter(pk=row.pk).update(value=Decimal(9)),
        lambda: Snapshot.objects.filter(pk=row.pk).delete(),
        lambda: DefinitionVersion.objects.update(text="x"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            forbidden()
    assert row.digest == snapshots.digest(Snapshot.objects.get(pk=row.pk))


def test_the_beat_confirms_only_when_the_journal_is_read_to_its_end() -> None:
    def beats_at(moment: datetime) -> bool:
        with clock.standing(moment):
            follower.beat()
        row = Refresh.objects.filter(indicator="*").first()
        return row is not None and row.confirmed_at == moment

    journal.Follower.objects.update_or_create(name=follower.NAME, defaults={"cursor": 10**9, "attempts": 0})
    assert beats_at(NOON)
    journal.Follower.objects.filter(name=follower.NAME).update(attempts=1)
    assert not beats_at(NOON + timedelta(hours=1))


def test_what_no_act_touches_is_counted_again_before_it_looks_old() -> None:
    from zhujianyun.kernel.indicator import STOCK, Listing, indicator

    screens = ["main"]

    @indicator("world.screens", zh="屏幕", unit="个", kind=STOCK, dims=())
    def declared_screens() -> Listing:
        """Screens declared (屏幕)."""
        return Listing(lambda: screens)

    with clock.standing(NOON) as now:
        for minutes, expected in ((0, "1个"), (5, "1个"), (10, "2个")):
            now.move_to(NOON + timedelta(minutes=minutes))
            follower.beat()
            figure = queries.figure("world.screens", periods.year(2020))
            assert (figure.text, figure.freshness) == (expected, "fresh")
            screens[1:] = ["other"]


def test_a_new_wording_is_a_new_version_and_the_series_shows_the_break() -> None:
    from zhujianyun.kernel.indicator import FLOW, Records, indicator

    with clock.standing(datetime(2020, 2, 15, tzinfo=UTC)) as now:
        fill([Work(city_code="450100", accepted_on=date(2020, 1, 5))])
        materialise(["world.accepted"], year=2020)
        now.move_to(NOON)
        registry.remove("world.accepted")

        @indicator("world.accepted", zh="受理", unit="项", kind=FLOW, reason="不再计补正中的")
        def accepted() -> Records:
            """Works accepted, without those sent back (受理)."""
            return Records(Work.objects.all(), day="accepted_on")

        materialise(["world.accepted"], year=2020, grains=("day",))
        history = queries.definition_history("world.accepted")
        assert [row.reason for row in history] == ["首次登记", "不再计补正中的"]
        assert len({row.version for row in history}) == 2
        points = queries.series("world.accepted", Grain.DAY, periods.month(2020, 1))
        assert not any(point.is_break for point in points)
        with transaction.atomic():
            follower.recompute([act("case.other")])
