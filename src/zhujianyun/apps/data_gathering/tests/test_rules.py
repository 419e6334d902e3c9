"""Rules: types, codes, buckets and drift (归集规则)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhujianyun.apps.data_gathering.rules import buckets, casting, checking, coding, drift
from zhujianyun.apps.data_gathering.rules.drift import Found
from zhujianyun.apps.data_gathering.rules.shape import Column
from zhujianyun.base import codes
from zhujianyun.base.errors import RuleBroken

TAKEN = (
    ("integer", "12", 12), ("integer", " -3 ", -3), ("integer", "1.5", "bad"), ("integer", "0x1F", "bad"),
    ("integer", "9" * 19, "bad"), ("integer", "", None), ("decimal", "1.50", "1.50000000"),
    ("decimal", "1e3", "1000.00000000"), ("decimal", "1e-9", "bad"), ("decimal", "0.123456789", "bad"), ("decimal", "5.", "5.00000000"),
    ("date", "2020-12-31", date(2020, 12, 31)), ("date", "2020/2/9", date(2020, 2, 9)),
    ("date", "20201231", date(2020, 12, 31)), ("date", "2020年2月29日", date(2020, 2, 29)),
    ("date", "2019-02-29", "bad"), ("date", "2020-13-01", "bad"), ("boolean", "是", True),
    ("boolean", "no", False), ("boolean", "也许", "bad"),
    ("datetime", "2020-12-31 08:00:00", datetime(2020, 12, 31, tzinfo=UTC)),
    ("datetime", "2020-12-31T08:00:00.000001+08:00", datetime(2020, 12, 31, 0, 0, 0, 1, tzinfo=UTC)),
    ("datetime", "2020-12-31", datetime(2020, 12, 30, 16, tzinfo=UTC)), ("datetime", "昨天", "bad"),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "expected"), TAKEN)
def test_text_becomes_what_it_says_or_is_refused(kind, text, expected):
    column, lost = casting.landed(pa.array(["", text, None]), Column("x", kind))
    assert lost.tolist() == [False, expected == "bad", False]
    value = column[1].as_py()
    assert (str(value) if kind == "decimal" and value is not None else value) == (
        None if expected == "bad" else expected
    )


def test_native_values_of_another_type_are_taken_when_nothing_is_lost():
    kinds = {
        "integer": pa.array([1.0, 2.0]), "decimal": pa.array([1.1, 2.25]), "text": pa.array([1, 2]),
        "date": pa.array([datetime(2020, 1, 2), None]), "boolean": pa.array([0, 1]),
    }  # fmt: skip
    for kind, column in kinds.items():
        _, lost = casting.landed(column, Column("x", kind))
        assert not lost.any(), kind
    assert casting.landed(pa.array([1.5, 2.0]), Column("x", "integer"))[1].tolist() == [True, False]
    assert casting.landed(pa.array([1.1]), Column("x", "decimal"))[0][0].as_py().__str__() == "1.10000000"


def test_one_bad_row_among_many_is_the_only_one_refused():
    values = [str(n) for n in range(5000)]
    values[3210] = "三"
    column, lost = casting.landed(pa.array(values), Column("x", "integer"))
    assert np.flatnonzero(lost).tolist() == [3210]
    assert column[4999].as_py() == 4999


def _mutated(rng: Random, code: str) -> str:
    place = rng.randrange(len(code))
    return code[:place] + rng.choice("0123456789ABCXYZ Io") + code[place + 1 :]


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["uscc", "citizen_id", "project_code", "division"]))
def test_a_column_of_codes_gets_the_verdicts_of_the_codes_one_by_one(rng, kind):
    make = {
        "uscc": lambda: codes.uscc.make(rng), "citizen_id": lambda: codes.citizen_id.make(rng),
        "project_code": lambda: codes.project_code.make(rng, date(2020, 12, 1)),
        "division": lambda: rng.choice(["450103", "450181", "459999", "110101"]),
    }[kind]  # fmt: skip
    good = [make() for _ in range(40)]
    values = [None, "", *good, *(_mutated(rng, code) for code in good), "4501031980022900" + "1X"]
    found = {place: rule for place, rule, _ in coding.faults(pa.array(values), kind)}
    check = coding._ASK[kind]
    for place, value in enumerate(values):
        try:
            expected = check(value) and None if value is not None else None
        except RuleBroken as broken:
            expected = broken.rule
        assert found.get(place) == expected


def test_the_first_broken_rule_is_the_reason_and_repeats_no_value():
    columns = (Column("id", nullable=False), Column("person", code="citizen_id"), Column("n", "integer"))
    batch = pa.record_batch(
        {
            "id": ["1", None, "3", "4"],
            "person": ["110101199003070012", None, "x", None],
            "n": ["1", "2", "z", "q"],
        }
    )
    verdict = checking.judge(batch, columns, ["id"])
    assert {place: one.rule for place, one in verdict.reasons.items()} == {
        0: "citizen_id.check", 1: "row.key_empty", 2: "citizen_id.length", 3: "row.type",
    }  # fmt: skip
    assert not any("110101199003070012" in one.text_zh for one in verdict.reasons.values())


def test_an_unknown_value_of_a_code_list_is_a_finding_and_the_row_lands():
    column = Column("kind", values=("甲", "乙"))
    verdict = checking.judge(pa.record_batch({"kind": ["甲", "丙", None]}), (column,), [])
    assert not verdict.reasons
    assert verdict.findings == {"row.code_list:kind": 1}


# -- buckets

States = st.dictionaries(st.integers(0, 400), st.integers(0, 3), max_size=120)


def marks_of(state: dict[int, int]) -> np.ndarray:
    import hashlib

    raw = b"".join(
        hashlib.sha256(str(k).encode()).digest()[:16] + hashlib.sha256(f"{k}:{v}".encode()).digest()[:16]
        for k, v in state.items()
    )
    return np.frombuffer(raw, np.uint8).reshape(-1, 32)


@given(States, States)
def test_the_change_set_is_exactly_the_difference_of_the_two_states(old, new):
    found = buckets.changes(buckets.table_of(marks_of(old)), buckets.table_of(marks_of(new)))
    olds, news = list(old), list(new)
    assert {news[n] for n in found.inserted} == new.keys() - old.keys()
    assert {olds[n] for n in found.deleted} == old.keys() - new.keys()
    changed = {k for k in old.keys() & new.keys() if old[k] != new[k]}
    assert {news[n] for n in found.updated} == {olds[n] for n in found.updated_old} == changed


@given(States, st.randoms(use_true_random=False))
def test_the_root_does_not_depend_on_the_order_of_rows_and_tells_states_apart(state, rng):
    shuffled = list(state.items())
    rng.shuffle(shuffled)
    first, second = buckets.table_of(marks_of(state)), buckets.table_of(marks_of(dict(shuffled)))
    assert first.root == second.root
    other = buckets.table_of(marks_of(state | {9999: 1}))
    assert other.root != first.root
    assert buckets.changes(first, other).unequal_buckets == 1


# -- drift

COLUMNS = (Column("id", nullable=False), Column("name", length=20), Column("n", "integer"))


def offered(**changes) -> list[Found]:
    base = {"id": Found("id", "text", False, 0, True), "name": Found("name", "text", True, 20, False),
            "n": Found("n", "integer", True, 0, False)}  # fmt: skip
    return [one for one in {**base, **changes}.values() if one]


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({}, []),
        ({"extra": Found("extra", "text", True, 0, False)}, [("added", False)]),
        ({"name": None}, [("removed", True)]),
        ({"name": Found("name", "text", True, 40, False)}, [("widened", False)]),
        ({"name": Found("name", "text", True, 10, False)}, [("narrowed", True)]),
        ({"n": Found("n", "text", True, 0, False)}, [("retyped", True)]),
        ({"id": Found("id", "text", True, 0, True)}, [("widened", False)]),
        ({"n": Found("n", "integer", False, 0, True)}, [("key", True)]),
        ({"id": None}, [("key", True), ("key", False)][:1]),
    ],
    ids=["same", "added", "removed", "longer", "shorter", "retyped", "nullable", "key", "key gone"],
)
def test_a_change_of_the_source_stops_or_warns_as_the_rules_say(changes, kinds):
    told = drift.differences(COLUMNS, ["id"], offered(**changes))
    assert [(one.kind, one.stops) for one in told] == kinds


def test_a_rename_is_proposed_where_values_overlap_and_each_column_is_used_once():
    told = drift.differences(COLUMNS, ["id"], offered(name=None, title=Found("title"), other=Found("other")))
    values = {"title": {"a", "b", "c"}, "other": {"x"}}
    (proposal,) = drift.renames(told, {"name": {"a", "b", "d"}}, values)
    assert (proposal.column, proposal.after, proposal.stops) == ("name", {"name": "title"}, True)
    assert drift.renamed(COLUMNS, "name", "title")[1].source_name == "title"
