from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.indicator.compare import Against, Reading, compare
from zhujianyun.kernel.indicator.freshness import Freshness, coverage_zh, reporting, state
from zhujianyun.kernel.indicator.tally import Tally
from zhujianyun.kernel.indicator.targets import Aim, Verdict, judge
from zhujianyun.kernel.indicator.units import PERCENT, RANK, Kind, Qualifier, unit

ITEMS = unit("项")


def reading(value: int | None, **more) -> Reading:  # noqa: ANN003
    return Reading(Tally(None if value is None else Decimal(value)), **more)


def held(now: Reading | None, base: Reading | None, kind: Kind = Kind.FLOW, in_unit=ITEMS):  # noqa: ANN001, ANN201
    return compare(now, base, unit=in_unit, kind=kind, against=Against.YEAR_EARLIER)


def test_a_change_is_in_percent_of_the_base() -> None:
    assert held(reading(106), reading(100)).text_zh == "同比 +6.0%"
    assert held(reading(100), reading(100)).text == "0.0%"
    assert held(reading(50), reading(100)).change == -50


def test_a_change_of_a_rate_is_in_percentage_points() -> None:
    now = Reading(Tally(Decimal(4185), Decimal(4282), paired=True))
    base = Reading(Tally(Decimal(9726), Decimal(10000), paired=True))
    assert held(now, base, Kind.RATIO, PERCENT).text == "+0.5 个百分点"


@pytest.mark.parametrize(
    ("now", "base", "why"),
    [
        (reading(5), None, "基期缺数"),
        (reading(5), reading(None), "基期缺数"),
        (None, reading(5), "本期缺数"),
        (reading(5), reading(0), "基期为零"),
        (reading(5, qualifier=Qualifier.ABOUT), reading(5), "含约数，不作比较"),
        (reading(5), reading(5, qualifier=Qualifier.OVER), "含约数，不作比较"),
        (reading(5, version="b"), reading(5, version="a"), "口径调整"),
        (reading(5, cities=frozenset("ab")), reading(5, cities=frozenset("abc")), "填报地市不一致"),
    ],
)
def test_without_a_fair_base_there_is_a_dash_and_the_reason(now: Reading, base: Reading, why: str) -> None:
    answer = held(now, base)
    assert (answer.text, answer.change, answer.why_not) == ("—", None, why)


def test_ranks_and_verdicts_of_others_are_never_compared() -> None:
    assert held(reading(2), reading(5), Kind.EXTERNAL, RANK).why_not == "外部评定值不作比较"


@pytest.mark.parametrize(
    ("value", "direction", "verdict"),
    [
        (98, "up", Verdict.MET), (96, "up", Verdict.NEAR), (90, "up", Verdict.MISSED),
        (96, "down", Verdict.MET), (99, "down", Verdict.NEAR), (103, "down", Verdict.MISSED),
        (95, "band", Verdict.MET), (101, "band", Verdict.NEAR), (110, "band", Verdict.MISSED),
    ],
)  # fmt: skip
def test_a_target_is_met_near_or_missed(value: int, direction: str, verdict: Verdict) -> None:
    assert judge(Decimal(value), Aim(Decimal(97), direction, Decimal(3))) is verdict


def test_a_target_needs_a_direction_and_a_value_to_judge() -> None:
    assert judge(None, Aim(Decimal(1), "up")) is Verdict.UNKNOWN
    with pytest.raises(RuleBroken):
        Aim(Decimal(1), "sideways")


def test_a_late_source_turns_amber_and_a_dead_one_grey_and_leaves_the_totals() -> None:
    now = datetime(2020, 12, 31, 8, tzinfo=UTC)
    ages = {"450100": 10, "450200": 15, "450300": 16, "450400": 30, "450500": 31}
    seen = {city: now - timedelta(minutes=age) for city, age in ages.items()}
    states = [state(at, 15, now) for at in seen.values()]
    assert states == [Freshness.FRESH, Freshness.FRESH, Freshness.AMBER, Freshness.AMBER, Freshness.GREY]
    assert state(None, 15, now) is Freshness.GREY
    left = reporting({**seen, "450600": None}, 15, now)
    assert left == frozenset(ages) - {"450500"}
    assert coverage_zh(len(left), 6) == "4/6市"
