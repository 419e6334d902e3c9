"""Alarms: one per trouble, seen by whom, closed by whom or by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM, subject_actor
from zhujianyun.kernel.indicator import FLOW, STOCK, Listing, Period, alarms
from zhujianyun.kernel.indicator.alarms import watch
from zhujianyun.kernel.indicator.alarms.models import Alarm, AlarmEvent
from zhujianyun.kernel.indicator.models import Refresh, Snapshot, Target
from zhujianyun.kernel.indicator.registry import Definition
from zhujianyun.kernel.indicator.units import unit

NOON = datetime(2020, 6, 1, 4, 0, tzinfo=clock.SHANGHAI)
pytestmark = pytest.mark.django_db


def raised(**said: str) -> Alarm:
    return alarms.raise_("test.rule", said.pop("object_key", "one"), title="试验告警", **said)


def test_the_same_trouble_is_one_alarm_that_counts():
    first = raised()
    second = raised()
    assert first.pk == second.pk
    assert second.count == 2
    assert raised(object_key="another").pk != first.pk
    assert [e.verb for e in alarms.history(first)] == ["raised", "repeated"]


def test_worse_news_raises_the_severity_and_milder_news_does_not_lower_it():
    raised(severity="serious")
    assert raised(severity="urgent").severity == "urgent"
    assert raised(severity="minor").severity == "urgent"


def test_an_alarm_needs_a_title_and_a_known_severity():
    with pytest.raises(RuleBroken):
        alarms.raise_("test.rule", "one", title=" ")
    with pytest.raises(RuleBroken):
        raised(severity="terrible")


def test_it_is_acknowledged_once_closed_once_and_every_step_is_in_the_journal():
    alarm = alarms.acknowledge(raised(), by=SYSTEM, why="已派人查看")
    assert alarm.state == "acknowledged" and alarm.acknowledged_by == "系统"
    with pytest.raises(Conflict):
        alarms.acknowledge(alarm, by=SYSTEM)
    with pytest.raises(RuleBroken):
        alarms.close(alarm, by=SYSTEM, reason=" ")
    closed = alarms.close(alarm, by=SYSTEM, reason="已恢复")
    assert closed.state == "closed" and not alarms.open_().exists()
    with pytest.raises(Conflict):
        alarms.close(alarm, by=SYSTEM, reason="再次关闭")
    verbs = list(
        journal.Entry.objects.filter(object_type="alarm").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["indicator.alarm.raise", "indicator.alarm.acknowledge", "indicator.alarm.close"]


def test_the_same_trouble_after_the_end_is_another_alarm():
    first = raised()
    alarms.close(first, by=SYSTEM, reason="已恢复")
    assert raised().pk != first.pk


def test_nobody_handles_alarms_without_the_permission():
    alarm, stranger = raised(), subject_actor(1, "路人")
    with pytest.raises(NotAllowed):
        alarms.acknowledge(alarm, by=stranger)
    with pytest.raises(NotAllowed):
        alarms.close(alarm, by=stranger, reason="看不惯")
    with pytest.raises(NotAllowed):
        alarms.acknowledge_many([alarm], by=stranger)


def test_the_database_refuses_to_change_what_happened():
    event = alarms.history(raised())[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        AlarmEvent.objects.filter(pk=event.pk).update(why="没有发生过")


def test_five_hundred_alarms_are_a_few_groups_in_two_queries(django_assert_num_queries):
    now = clock.now()
    Alarm.objects.bulk_create(
        Alarm(code=f"rule.{n % 3}", object_key=str(n), title=f"第{n}条", raised_at=now, last_raised_at=now)
        for n in range(500)
    )
    with django_assert_num_queries(2):
        groups = alarms.groups()
    assert sum(group.count for group in groups) == 500
    assert len(groups) == 3
    assert alarms.acknowledge_many(alarms.open_(), by=SYSTEM) == 500
    assert sum(group.new for group in alarms.groups()) == 0


@pytest.fixture
def figure(register: dict) -> Definition:
    """A figure that promises to be confirmed every fifteen minutes."""
    made = Definition(
        "test.figure", "试验指标", unit("件"), STOCK, lambda: Listing(list), "试验。", direction="down"
    )
    register[made.code] = made
    return made


def confirmed(at: datetime) -> None:
    Refresh.objects.update_or_create(indicator="test.figure", defaults={"confirmed_at": at})


def test_a_figure_past_its_promise_raises_once_and_closes_by_itself(figure: Definition):
    confirmed(NOON)
    with clock.standing(NOON + timedelta(minutes=10)):
        assert watch.run() == 0
    with clock.standing(NOON + timedelta(minutes=20)):
        assert watch.run() == 1
        assert watch.run() == 0
        assert alarms.open_().get().severity == "minor"
    with clock.standing(NOON + timedelta(minutes=40)):
        watch.run()
        assert alarms.open_().get().severity == "serious"
        confirmed(clock.now())
        assert watch.run() == 1
    assert not alarms.open_().exists()
    assert Alarm.objects.get().closed_by == "系统"


def test_what_a_person_closed_is_not_raised_again_before_it_was_well(figure: Definition):
    confirmed(NOON)
    with clock.standing(NOON + timedelta(hours=2)):
        watch.run()
        alarms.close(alarms.open_().get(), by=SYSTEM, reason="计划停机")
        assert watch.run() == 0 and not alarms.open_().exists()
        confirmed(clock.now())
        watch.run()
    with clock.standing(NOON + timedelta(hours=5)):
        assert watch.run() == 1
    assert Alarm.objects.count() == 2


def counted(value: int, at: datetime) -> None:
    Snapshot.objects.create(
        indicator="test.figure", version="v", grain="year", period_start=date(2020, 1, 1), numerator=value,
        value=value, as_of=date(2020, 6, 1), loaded_at=at, digest="x",
    )  # fmt: skip
    confirmed(at)


def test_a_missed_target_raises_and_closes_when_it_is_met(figure: Definition):
    Target.objects.create(
        indicator="test.figure",
        period_start=date(2020, 1, 1),
        value=Decimal(10),
        direction="down",
        owner="办公室",
    )
    with clock.standing(NOON):
        counted(12, NOON)
        assert watch.run() == 1
        alarm = alarms.open_().get()
        assert alarm.title == "试验指标未达目标" and "目标不高于 10件" in alarm.text
        counted(9, NOON + timedelta(seconds=1))
        assert watch.run() == 1
    assert not alarms.open_().exists()


def test_a_growing_sum_cannot_miss_before_its_period_is_over():
    year, today = Period.year(2020), date(2020, 3, 1)
    assert not watch.is_due(FLOW, "up", year, today)
    assert watch.is_due(FLOW, "down", year, today)
    assert watch.is_due(STOCK, "up", year, today)
    assert not watch.is_due(STOCK, "up", year, date(2021, 1, 1))


def test_a_figure_that_was_never_counted_raises_nothing(figure: Definition):
    with clock.standing(NOON):
        assert watch.run() == 0
    assert not alarms.open_().exists()
