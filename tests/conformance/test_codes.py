"""Our codes and python-stdnum: agreement but for what is foreseen, and the vectors of the notes."""

from __future__ import annotations

import pytest
from stdnum.cn import uscc as theirs

from tests.conformance import codes
from zhujianyun.base.codes import citizen_id, uscc


@pytest.mark.parametrize("kind", ["credit", "identity"])
def test_some_thousand_codes_are_judged_alike(kind):
    reasons, faults = codes.compare(kind, 5_000, seed=7)
    assert faults == []
    assert reasons["agreed"] > 3_000 and reasons["taken"] > 500


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("N2450122MF0000013B", "letters"),
        ("911100006\t00037341L", "cleaning"),
        ("91110000\u200b600037341L", "cleaning"),
    ],
)
def test_a_credit_code_differs_for_a_foreseen_reason_only(code, reason):
    assert codes.ours_takes(uscc.check, code) and not theirs.is_valid(code)
    assert codes.why_credit(code, ours=True) == reason


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("450122195001010017", "division"),
        ("45018120200101001X", "division"),
        ("450127202201010016", "division"),
    ],
)
def test_an_identity_number_differs_for_a_foreseen_reason_only(number, reason):
    assert codes.ours_takes(lambda one: citizen_id.check(one, on=codes.date(2023, 1, 1)), number)
    assert not codes.ric_takes(number)
    assert codes.why_identity(number, ours=True) == reason


def test_a_wrong_check_character_is_explained_by_nothing():
    assert codes.why_credit("N2450122MF0000013C", ours=True) == ""
    assert codes.why_identity("450122195001010018", ours=True) == ""
