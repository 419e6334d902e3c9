"""Persons in public: no cell of one to four, none by subtraction, none between two months (对外发布)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.kernel import indicator
from zhujianyun.kernel.indicator import FLOW, RATIO, Ratio, Records, publishing
from zhujianyun.kernel.indicator.disclosure import difference_is_safe
from zhujianyun.kernel.indicator.records import REGION
from zhujianyun.kernel.indicator.tests.world import Work, fill

states = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), max_size=12)


@given(states)
def test_what_is_published_never_moves_by_one_to_four(rows):
    shown = [publishing.last_safe(rows[: n + 1]) for n in range(len(rows))]
    assert (publishing.last_safe([]) is None) and all(n is not None for n in shown)
    for a, b in zip(shown, shown[1:], strict=False):
        assert b >= a
        assert all(difference_is_safe(x, y) for x, y in zip(rows[a], rows[b], strict=True))


@pytest.fixture
def households(register, world) -> None:
    @indicator.indicator("world.people", zh="在保户", unit="户", kind=FLOW, persons=True, release=True)
    def people() -> Records:
        """Households (在保户). 试验口径。"""
        return Records(Work.objects.all(), day="accepted_on")

    @indicator.indicator("world.done", zh="办结户", unit="户", kind=FLOW, persons=True, release=True)
    def done() -> Records:
        """Households concluded (办结户). 试验口径。"""
        return Records(Work.objects.exclude(concluded_on=None), day="accepted_on")

    @indicator.indicator("world.share", zh="办结率", unit="%", kind=RATIO, release=True)
    def share() -> Ratio:
        """Concluded over all (办结率). 试验口径。"""
        return Ratio("world.done", "world.people")


def rows(city: str, count: int, *, month: int = 1, done: int = 0) -> list[Work]:
    day = date(2020, month, 10)
    return [
        Work(city_code=city, accepted_on=day, concluded_on=day if n < done else None, owner="a")
        for n in range(count)
    ]


@pytest.mark.django_db
def test_a_small_city_is_hidden_and_another_with_it(households):
    with clock.standing(clock.at_local(date(2020, 1, 31), 20)) as now:
        fill([*rows("450100", 3), *rows("450200", 10), *rows("450300", 20)])
        indicator.materialise(year=2020)
        now.move_to(clock.at_local(date(2020, 2, 10), 9))
        shown = publishing.published("world.people", 2020)
    assert (shown.hidden["450100"], shown.hidden["450200"]) == ("<5", "×")
    assert REGION not in shown.hidden and shown.region.value == 33 and shown.as_of == date(2020, 1, 31)


@pytest.mark.django_db
def test_a_month_that_adds_a_few_waits_until_they_are_enough(households):
    fill([*rows("450100", 20), *rows("450200", 10)])
    told = []
    with clock.standing(clock.at_local(date(2020, 1, 31), 20)) as now:
        for month, more in ((1, 0), (2, 2), (3, 4)):
            Work.objects.bulk_create(rows("450100", more, month=month))
            now.move_to(clock.at_local(indicator.Period.month(2020, month).last_day, 20))
            indicator.materialise(year=2020)
            now.move_to(clock.at_local(date(2020, month + 1, 5), 9))
            told.append(publishing.published("world.people", 2020).region.value)
    assert told == [30, 30, 36]


@pytest.mark.django_db
def test_a_share_with_a_small_part_or_a_small_rest_is_hidden(households):
    fill([*rows("450100", 40, done=38), *rows("450200", 40, done=20), *rows("450300", 50, done=25)])
    with clock.standing(clock.at_local(date(2020, 1, 31), 20)) as now:
        indicator.materialise(year=2020)
        now.move_to(clock.at_local(date(2020, 2, 10), 9))
        hidden = publishing.published("world.share", 2020).hidden
    assert "450100" in hidden and REGION in hidden


@pytest.mark.django_db
def test_before_the_first_months_end_nothing_is_published(households):
    fill(rows("450100", 40))
    with clock.standing(clock.at_local(date(2020, 1, 20), 9)):
        indicator.materialise(year=2020)
        shown = publishing.published("world.people", 2020)
    assert shown.as_of is None and shown.hidden == {REGION: "×"}
