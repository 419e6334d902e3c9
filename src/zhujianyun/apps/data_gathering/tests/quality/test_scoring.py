"""Scores and grades (评分与评级)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gathering.rules.quality import DIMENSIONS, scoring
from zhujianyun.apps.data_gathering.rules.quality.scoring import Verdict

SHARES = {"conformity": 15, "completeness": 25, "accuracy": 25, "consistency": 15, "timeliness": 10, "accessibility": 10}  # fmt: skip
GRADES = (("优", 95), ("良", 85), ("中", 75), ("低", 60), ("差", 0))


@st.composite
def verdicts(draw: st.DrawFn) -> list[Verdict]:
    def one(dimension: str) -> Verdict:
        checked = draw(st.integers(0, 2_000_000))
        return Verdict(dimension, draw(st.integers(1, 100)), draw(st.integers(0, checked)), checked)

    return [one(draw(st.sampled_from(sorted(DIMENSIONS)))) for _ in range(draw(st.integers(0, 8)))]


def test_a_dimension_without_rules_is_not_measured_and_its_weight_goes_to_the_others():
    found = scoring.result(
        [Verdict("completeness", 1, 90, 100), Verdict("accuracy", 1, 1, 2)], SHARES, GRADES
    )
    told = {one.dimension: one.score for one in found.dimensions}
    assert told["consistency"] is None
    assert told["completeness"] == 90
    assert found.score == Decimal("70")
    assert found.grade == "低"


def test_rules_weigh_within_their_dimension_whatever_the_number_of_rows():
    found = scoring.result(
        [Verdict("accuracy", 3, 1, 1), Verdict("accuracy", 1, 0, 1_000_000)], SHARES, GRADES
    )
    assert found.score == 75


def test_a_rule_that_checked_nothing_neither_helps_nor_harms():
    one = [Verdict("accuracy", 1, 4, 5)]
    nothing = [*one, Verdict("accuracy", 9, 0, 0), Verdict("timeliness", 9, 0, 0)]
    assert scoring.result(nothing, SHARES, GRADES).score == scoring.result(one, SHARES, GRADES).score


def test_one_bad_row_in_ten_million_is_not_a_hundred():
    found = scoring.result([Verdict("accuracy", 1, 9_999_999, 10_000_000)], SHARES, GRADES)
    assert found.score == Decimal("99.99")


def test_where_nothing_was_measured_there_is_no_score_and_no_grade():
    found = scoring.result([Verdict("accuracy", 1, 0, 0)], SHARES, GRADES)
    assert (found.score, found.grade) == (None, "")


@given(verdicts())
def test_a_score_lies_between_its_worst_and_best_dimension_and_a_hundred_means_all(given_):
    found = scoring.result(given_, SHARES, GRADES)
    exact = [one.exact for one in found.dimensions if one.exact is not None]
    if found.score is None:
        assert not exact
        return
    assert scoring.cut(min(exact)) <= found.score <= max(exact)
    assert (found.score == 100) == all(one.passed == one.checked for one in given_ if one.checked)
    assert found.grade == next(name for name, least in GRADES if found.score >= least)


@given(verdicts(), st.integers(0, 8))
def test_a_further_row_that_passes_never_lowers_the_score(given_, at):
    counted = [one for one in given_ if one.checked]
    if not counted:
        return
    at %= len(counted)
    one = counted[at]
    better = [*counted]
    better[at] = Verdict(one.dimension, one.weight, one.passed + 1, one.checked + 1)
    assert scoring.result(better, SHARES, GRADES).score >= scoring.result(counted, SHARES, GRADES).score


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_scores_are_cut_down_and_never_up(part, whole):
    value = Fraction(part, whole)
    assert 0 <= value - Fraction(scoring.cut(value)) < Fraction(1, 100)
