"""Whatever is decided: what the rules let pass never gives more than was asked, and never a bare personal item unsaid."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_catalogue.rules import sharing
from zhujianyun.base.errors import RuleBroken

CODES = ("uscc", "name", "phone", "level")
DAYS = st.dates(date(2020, 1, 1), date(2022, 12, 31))
ASKED = st.builds(
    sharing.Asked, code=st.sampled_from(CODES), zh=st.just("项"), per_day=st.integers(1, 10_000), until=DAYS,
    is_personal=st.booleans(), mask=st.sampled_from(["", "phone"]),
)  # fmt: skip
RULED = st.builds(
    sharing.Ruled, is_granted=st.booleans(), per_day=st.integers(-5, 20_000), until=st.none() | DAYS,
    mask=st.sampled_from(["", "phone"]), exact_lookup=st.booleans(), why=st.sampled_from(["", " ", "理由"]),
)  # fmt: skip


@given(
    st.lists(ASKED, unique_by=lambda one: one.code),
    st.dictionaries(st.sampled_from((*CODES, "salary")), RULED),
)
def test_what_passes_lies_within_the_asking(asked, ruled):
    rows = {one.code: one for one in asked}
    if sharing.rule_faults(asked, ruled):
        return
    assert set(ruled) == set(rows)
    for code, one in ruled.items():
        if not one.is_granted:
            assert one.why.strip()
            continue
        assert 1 <= one.per_day <= rows[code].per_day and one.until <= rows[code].until
        assert one.mask or not (rows[code].is_personal and rows[code].mask) or one.why.strip()


@given(st.lists(ASKED, unique_by=lambda one: one.code, min_size=1), st.data())
def test_a_grant_holds_the_granted_items_and_the_narrowest_of_them(asked, data):
    ruled = {
        one.code: sharing.Ruled(data.draw(st.booleans()), one.per_day, one.until, one.mask, True, "理由")
        for one in asked
    }
    granted = [code for code, one in ruled.items() if one.is_granted]
    if not granted:
        with pytest.raises(RuleBroken):
            sharing.given(ruled, ruled)
        return
    personal = [one.code for one in asked if one.is_personal]
    found = sharing.given(ruled, [one.code for one in asked], personal)
    assert list(found.items) == granted
    assert found.per_day == min(ruled[code].per_day for code in granted)
    assert found.until == min(ruled[code].until for code in granted)
    assert set(found.masks) == {code for code in granted if ruled[code].mask or code in personal}
    assert set(found.exact_lookup) <= {code for code in granted if ruled[code].mask}


@given(st.lists(st.text(max_size=50), max_size=30))
def test_networks_of_any_text_are_judged_not_crashed_upon(networks):
    assert isinstance(sharing.network_fault(networks), str)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["item", "op", "value"]),
            st.none() | st.text() | st.integers() | st.lists(st.text()),
        ),
        max_size=4,
    )
)
def test_conditions_of_any_shape_are_judged_not_crashed_upon(rows):
    assert isinstance(sharing.filter_fault(rows, []), str)
