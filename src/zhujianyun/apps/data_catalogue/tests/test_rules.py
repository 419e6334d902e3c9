"""The lints: each finds what it is for, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_catalogue.rules import diff
from zhujianyun.apps.data_catalogue.rules.lints import ALLOWED, RULES_ZH, Facts, Hung, findings
from zhujianyun.kernel.resource.items import Item

from .conftest import ITEMS, USCC

NOW = datetime(2020, 7, 6, 4, tzinfo=UTC)
BINDING = {"uscc": "a", "name": "b", "phone": "c"}
TABLE = Hung("t", "table", True, BINDING, ("a", "b", "c"), NOW - timedelta(days=9), NOW)
SOUND = Facts(
    "206003/000001", "published", "名称", "摘要", "主题/城乡建设", "数据库", "conditional", "履职需要", "", "day", USCC,
    ITEMS, mounts=(TABLE,),
)  # fmt: skip
NONE = tuple(replace(item, share="none") for item in ITEMS)


def rules(facts: Facts) -> list[str]:
    return [one.rule for one in findings(facts, NOW)]


def test_a_sound_entry_has_no_findings():
    assert findings(SOUND, NOW) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"abstract": " "}, "required"),
        ({"code": "206003-1"}, "code_form"),
        ({"provider_uscc": ""}, "provider_uscc"),
        ({"provider_uscc": "11450000MB00000199"}, "provider_uscc"),
        ({"share_condition": ""}, "share_terms"),
        ({"share": "none", "items": NONE}, "share_terms"),
        ({"related": ("206003/000009",)}, "related"),
        ({"related": ("206003/000001",), "known_codes": frozenset({"206003/000001"})}, "related"),
        ({"items": (replace(ITEMS[0], share="unconditional"), *ITEMS[1:])}, "item_width"),
        ({"items": NONE}, "all_none"),
        ({"mounts": ()}, "unmounted"),
        ({"mounts": (replace(TABLE, mounted=False),)}, "unmounted"),
        ({"state": "withdrawn"}, "mount_without_entry"),
        ({"mounts": (replace(TABLE, columns=("a", "b", "c", "d")),)}, "column_not_in_entry"),
        ({"mounts": (replace(TABLE, binding={"uscc": "a", "name": "b"}, columns=("a", "b")),)}, "item_not_in_table"),
        ({"mounts": (replace(TABLE, taken_at=NOW - timedelta(days=3)),)}, "stale"),
        ({"mounts": (replace(TABLE, taken_at=None),)}, "stale"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_each_fault_is_found_under_its_rule_with_a_sentence(changes, rule):
    found = findings(replace(SOUND, **changes), NOW)
    assert rule in [one.rule for one in found]
    assert all(one.text and one.remedy.endswith("。") and one.rule in RULES_ZH for one in found)


def test_a_draft_is_not_judged_for_mounts_and_an_entry_not_shared_needs_none():
    assert rules(replace(SOUND, state="draft", mounts=())) == []
    assert rules(replace(SOUND, share="none", share_basis="某法第一条", items=NONE, mounts=())) == []


@given(cycle=st.sampled_from(sorted(ALLOWED)), minutes=st.integers(0, 600_000))
def test_stale_is_exactly_older_than_the_promise(cycle, minutes):
    age = timedelta(minutes=minutes)
    facts = replace(SOUND, cycle=cycle, mounts=(replace(TABLE, taken_at=NOW - age),))
    assert ("stale" in rules(facts)) == (age > ALLOWED[cycle])


def test_files_and_interfaces_do_not_grow_stale():
    hung = Hung("f", "file", True, {}, (), NOW - timedelta(days=900))
    assert rules(replace(SOUND, mounts=(hung,))) == []


names = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E20), min_size=1, max_size=3)
items = st.lists(
    st.builds(Item, st.sampled_from("abcde"), names), unique_by=lambda item: item.code, max_size=5
).map(lambda found: [item.row() for item in found])


@given(before=items, after=items)
def test_a_diff_is_empty_only_when_nothing_changed(before, after):
    same = sorted(before, key=lambda row: row["code"]) == sorted(after, key=lambda row: row["code"])
    assert (diff.changes({"items": before}, {"items": after}) == []) == same
