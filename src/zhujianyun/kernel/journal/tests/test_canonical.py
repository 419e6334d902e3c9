"""One way to write a record down."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.journal.canonical import COLUMNS, TEXT_LIMIT, clean, facts_text, row_bytes

HOSTILE = ["\n", "\r\n", "\x00", "\x1b[31m", "\u202e", "\u200b", "\ud800", "\ufeff", "\U000e0041", "\u2028"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def plainly(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


@given(st.dictionaries(st.text(max_size=10), JSON, max_size=6))
def test_facts_have_the_bytes_that_any_json_library_gives(facts):
    text = facts_text(facts)
    assert plainly(json.loads(text)) == text.encode()


@given(st.text(), st.text(), st.integers(0, 2**53), st.none() | st.integers(0, 2**53))
def test_a_row_has_the_bytes_that_any_json_library_gives(left, right, seq, case):
    row = (seq, clean(left), clean(right), "2020-01-01T00:00:00+00:00", "", case, facts_text({left: right}))
    row = (*row, *(clean(right) for _ in range(6)))
    named = {**dict(zip(COLUMNS, row, strict=True)), "seq": seq, "prev": "00"}
    assert row_bytes(seq, "00", row) == plainly(named)


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_characters_become_one_clean_line(bad):
    text = clean(f"张三{bad}伪造行")
    assert text.startswith("张三\\") and text.endswith("伪造行")
    assert text.splitlines() == [text]
    assert all(char.isprintable() for char in text)


@given(st.text(), st.integers(40, 80))
def test_clean_text_is_short_stays_clean_and_can_be_written(text, limit):
    once = clean(text, limit)
    assert len(once) <= limit
    assert clean(once, limit) == once
    once.encode()


def test_wide_space_and_rare_characters_of_names_are_left_alone():
    assert clean("住建厅　䶮𠮷·买买提") == "住建厅　䶮𠮷·买买提"


def test_a_megabyte_is_cut_and_leaves_length_and_digest():
    text = clean("长" * 1_000_000)
    assert len(text) == TEXT_LIMIT and "1000000字" in text
    assert clean("长" * 999_999 + "短") != text


def test_dates_decimals_and_floats_become_text():
    at = datetime(2020, 6, 1, 8, 30, tzinfo=UTC)
    facts = {"z": at, "a": date(2020, 6, 1), "m": Decimal("12.50"), "f": 0.1, "n": 2**60, "s": {"b", "a"}}
    assert json.loads(facts_text(facts)) == {
        "a": "2020-06-01",
        "f": "0.1",
        "m": "12.50",
        "n": str(2**60),
        "s": ["a", "b"],
        "z": "2020-06-01T08:30:00+00:00",
    }


@pytest.mark.parametrize(
    "facts", [{"x": object()}, {"x": b"bytes"}, {"x": "长" * 9_000, "y": ["长" * 9_000] * 40}]
)
def test_facts_that_cannot_be_written_down_are_refused(facts):
    with pytest.raises(RuleBroken) as refused:
        facts_text(facts)
    assert refused.value.rule == "journal.facts"


def test_facts_nested_too_deep_are_refused():
    facts: dict = {}
    for _ in range(5000):
        facts = {"deeper": facts}
    with pytest.raises(RuleBroken):
        facts_text(facts)
