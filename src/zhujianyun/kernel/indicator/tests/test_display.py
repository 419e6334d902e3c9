from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.indicator import display
from zhujianyun.kernel.indicator.display import mixed, points, show, text_zh
from zhujianyun.kernel.indicator.tally import Tally, percentile
from zhujianyun.kernel.indicator.units import PER_MILLE, PERCENT, UNITS, Qualifier, unit

ABOUT, OVER, AT_LEAST = Qualifier.ABOUT, Qualifier.OVER, Qualifier.AT_LEAST


def share(top: int, bottom: int) -> Tally:
    return Tally(Decimal(top), Decimal(bottom), paired=True)


@pytest.mark.parametrize(
    ("top", "bottom", "text"),
    [
        (4185, 4282, "97.7%"),
        (3151, 3242, "97.2%"),
        (797, 939, "84.9%"),
        (1272, 2488, "51.1%"),
        (797 + 142, 939, "100.0%"),
        (1, 16, "6.3%"),
        (4281, 4282, "99.9%"),
        (1, 4282, "0.1%"),
        (0, 7, "0.0%"),
        (120, 100, "120.0%"),
        (10001, 10000, "100.1%"),
        (-1, 10000, "-0.1%"),
    ],
)
def test_rates_print_as_the_yearbook_prints_them(top: int, bottom: int, text: str) -> None:
    assert show(share(top, bottom), PERCENT).text == text


def test_nothing_over_nothing_is_a_dash_with_its_reason() -> None:
    shown = show(share(0, 0), PERCENT)
    assert (shown.text, shown.reason) == ("—", "分母为零")
    assert show(Tally(None), unit("项")).reason == "无数据"
    assert show(Tally(Decimal(0)), unit("项")).text == "0项"


@pytest.mark.parametrize(
    ("value", "qualifier", "text"),
    [
        (9_999, Qualifier.EXACT, "9,999"),
        (10_000, Qualifier.EXACT, "1万"),
        (1_920_000, AT_LEAST, "192万以上"),
        (4_000_000, OVER, "超400万"),
        (99_995_000, Qualifier.EXACT, "1亿"),
        (99_949_999, Qualifier.EXACT, "9,990万"),
        (250, ABOUT, "约250"),
        (12_345, Qualifier.EXACT, "1.23万"),
        (123_456_789_012, Qualifier.EXACT, "1,230亿"),
        (999_500_000_000, Qualifier.EXACT, "1万亿"),
        (0, Qualifier.EXACT, "0"),
        (-12_345, Qualifier.EXACT, "-1.23万"),
        (5, Qualifier.AT_MOST, "5以下"),
        (5, Qualifier.UNDER, "不满5"),
    ],
)
def test_large_and_qualified_numbers(value: int, qualifier: Qualifier, text: str) -> None:
    assert text_zh(value, None, qualifier) == text


@pytest.mark.parametrize(
    ("value", "zh", "qualifier", "text"),
    [
        ("93.07", "分", Qualifier.EXACT, "93.07分"),
        ("140", "分", OVER, "超140分"),
        ("5", "名", Qualifier.EXACT, "第5名"),
        ("1", "是/否", Qualifier.EXACT, "是"),
        ("0", "是/否", Qualifier.EXACT, "否"),
        ("1920000", "条", AT_LEAST, "192万条以上"),
        ("4000000", "人次", OVER, "超400万人次"),
        ("120", "期", ABOUT, "约120期"),
        ("8.25", "工作日", Qualifier.EXACT, "8.3工作日"),
        ("12345.6", "亿元", Qualifier.EXACT, "12,345.6亿元"),
    ],
)
def test_units_have_their_own_manner(value: str, zh: str, qualifier: Qualifier, text: str) -> None:
    assert show(Tally(Decimal(value)), unit(zh), qualifier).text == text


def test_the_card_shows_every_digit() -> None:
    shown = show(Tally(Decimal(1_923_456)), unit("条"), AT_LEAST)
    assert (shown.text, shown.full) == ("192万条以上", "1,923,456条以上")


def test_rates_differ_in_percentage_points_computed_before_rounding() -> None:
    assert points(share(9773, 10000), share(9726, 10000), PERCENT) == "+0.5 个百分点"
    assert points(share(9726, 10000), share(9773, 10000), PERCENT) == "-0.5 个百分点"
    assert points(share(1, 2), share(1, 2), PERCENT) == "0.0 个百分点"
    assert points(share(2, 1000), share(1, 1000), PER_MILLE) == "+1.0 个千分点"


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from([PERCENT, PER_MILLE]))
def test_a_rate_prints_the_whole_only_when_it_is_and_zero_only_when_it_is(
    top: int, bottom: int, rate
) -> None:  # noqa: ANN001
    number = show(share(top, bottom), rate).number
    assert (number == f"{Decimal(rate.scale):,f}.0") == (top == bottom)
    assert (number == "0.0") == (top == 0)


@given(st.decimals(0, 10**13, places=2), st.sampled_from(list(Qualifier)))
def test_a_bound_stays_true_after_rounding(value: Decimal, qualifier: Qualifier) -> None:
    number = show(Tally(value), unit("分"), qualifier).number.replace(",", "")
    digits = number.rstrip("万亿")
    printed = Decimal(digits) * {"万": 10**4, "亿": 10**8, "万亿": 10**12}.get(number[len(digits) :], 1)
    if qualifier in (Qualifier.OVER, Qualifier.AT_LEAST):
        assert printed <= value
    elif qualifier in (Qualifier.UNDER, Qualifier.AT_MOST):
        assert printed >= value
    else:
        assert abs(printed - value) * 200 <= value


@given(st.integers(10_000, 10**15))
def test_no_number_prints_as_10000_wan(value: int) -> None:
    number = text_zh(value)
    assert Decimal(number.replace(",", "").rstrip("万亿")) < 10_000
    assert number[-1] in "万亿"


@given(st.decimals(-(10**9), 10**9, places=4))
def test_half_rounds_away_from_zero(value: Decimal) -> None:
    assert abs(display.half_up(value, 1) - value) <= Decimal("0.05")
    assert display.half_up(Decimal("0.25"), 1) == Decimal("0.3")


def test_a_sum_of_qualified_numbers_is_qualified_too() -> None:
    assert mixed([OVER, Qualifier.EXACT]) is OVER
    assert mixed([OVER, AT_LEAST]) is OVER
    assert mixed([Qualifier.UNDER, Qualifier.AT_MOST]) is Qualifier.UNDER
    assert mixed([]) is Qualifier.EXACT
    for wrong in ([OVER, Qualifier.UNDER], [ABOUT, OVER]):
        with pytest.raises(RuleBroken, match="方向不同"):
            mixed(wrong)


def test_an_unknown_unit_is_refused_and_the_list_is_shown() -> None:
    assert all(unit(zh).zh == zh for zh in UNITS)
    with pytest.raises(RuleBroken, match="封闭目录"):
        unit("坨")


def test_the_percentile_is_a_value_that_occurred() -> None:
    assert percentile([Decimal(n) for n in range(1, 101)], 95) == 95
    assert percentile([Decimal(7)], 95) == 7
    assert percentile([], 95) is None
