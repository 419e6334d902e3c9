"""What is decided without asking anybody: links, probes, findings, rows of a sheet, the picture."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.asset_inventory.rules import finding, layout, probing, sheet
from zhujianyun.apps.asset_inventory.rules.linking import Tie, is_linked, linked_spans

DAY = date(2020, 1, 1)
days = st.integers(0, 60).map(lambda n: DAY + timedelta(days=n))


@st.composite
def ties(draw):
    since = draw(days)
    until = draw(st.none() | st.integers(0, 30).map(lambda n: since + timedelta(days=n)))
    return Tie(
        draw(st.booleans()), draw(st.sampled_from(["interface", "table", "file", "sign_on"])), since, until
    )


@given(st.lists(ties(), max_size=8), st.none() | days)
def test_a_day_lies_in_a_span_exactly_when_the_system_is_linked_on_it(some, last):
    spans = linked_spans(some, last)
    for n in range(100):
        day = DAY + timedelta(days=n)
        inside = any(since <= day and (until is None or day < until) for since, until in spans)
        assert inside == (is_linked(some, day) and (last is None or day < last))


@given(st.lists(ties(), max_size=8))
def test_spans_are_in_order_and_never_touch(some):
    spans = linked_spans(some)
    for (_, until), (since, _) in zip(spans, spans[1:], strict=False):
        assert until is not None and until < since


@given(st.lists(ties(), max_size=8), ties(), days)
def test_one_more_link_never_unlinks(some, more, day):
    assert not is_linked(some, day) or is_linked([*some, more], day)


@pytest.mark.parametrize(
    ("kinds", "linked"),
    [
        ([("out", "interface")], False),
        ([("out", "interface"), ("out", "table")], False),
        ([("out", "interface"), ("in", "file")], True),
        ([("in", "sign_on")], False),
        ([("in", "sign_on"), ("out", "sign_on")], False),
        ([("in", "sign_on"), ("in", "table")], True),
    ],
    ids=["one way", "one way twice", "both ways", "sign-on", "sign-on both ways", "sign-on and data"],
)
def test_linked_is_data_both_ways_or_sign_on_with_data(kinds, linked):
    some = [Tie(way == "out", kind, DAY) for way, kind in kinds]
    assert is_linked(some, DAY) is linked


def test_a_link_that_ended_today_no_longer_counts_today():
    some = [Tie(True, "file", DAY, DAY + timedelta(days=5)), Tie(False, "file", DAY)]
    assert is_linked(some, DAY + timedelta(days=4)) and not is_linked(some, DAY + timedelta(days=5))


# --- probes ---

EXPECTED = probing.Expected(200, "正常", 10, 1000)


def test_an_error_page_under_status_200_is_a_failure():
    assert not probing.judge_page(200, "抱歉，出错了，请稍后再试", 400, 20, EXPECTED).good
    assert not probing.judge_page(200, "正常", 6, 20, EXPECTED).good
    assert probing.judge_page(200, "系统运行正常", 400, 20, EXPECTED).good


@given(st.lists(st.booleans(), max_size=40))
def test_down_is_two_failures_in_a_row_and_one_good_answer_ends_it(answers):
    state, failures = "unknown", 0
    for place, good in enumerate(answers):
        state, failures = probing.next_state(failures, probing.Outcome(good, ""))
        last_two = answers[max(0, place - 1) : place + 1]
        assert (state == "down") == (last_two == [False, False])
        assert (state == "up") == good


@pytest.mark.parametrize(
    ("left", "good", "warned"), [(-1, False, False), (0, True, True), (30, True, True), (31, True, False)]
)
def test_a_certificate_warns_from_thirty_days_and_fails_after_its_last(left, good, warned):
    outcome = probing.judge_certificate(DAY + timedelta(days=left), DAY)
    assert (outcome.good, outcome.warned) == (good, warned)


@given(st.integers(30, 5000), st.integers(-9000, 9000))
def test_the_next_probe_lies_ahead_and_in_step(every, late):
    due = datetime(2020, 1, 1, tzinfo=UTC)
    now = due + timedelta(seconds=late)
    found = probing.next_at(due, now, timedelta(seconds=every))
    assert found > now or found == due > now
    assert (found - due) % timedelta(seconds=every) == timedelta(0)


# --- findings ---

SOUND = {
    "is_running": True, "has_owner": True, "level": 2, "level_filed_on": DAY, "has_backup": True, "live_links": 1,
    "gathered_on": DAY,
}  # fmt: skip


def rules_of(**changes) -> dict[str, str]:
    facts = finding.Facts(**{**SOUND, **changes})
    return {found.rule: found.severity for found in finding.findings(facts, DAY)}


def test_a_sound_system_has_no_finding():
    assert rules_of() == {}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"has_owner": False}, "owner_missing"),
        ({"level": None}, "no_level"),
        ({"level_filed_on": None}, "no_level"),
        ({"has_backup": False}, "no_backup"),
        ({"live_links": 0}, "orphan"),
        ({"contract_ends_on": DAY + timedelta(days=60)}, "contract"),
        ({"reviewed_on": DAY - timedelta(days=366)}, "review_overdue"),
        ({"twins": (finding.Twin("b", "乙", "企业"),)}, "duplicate_data"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_rule_finds_what_it_is_for(change, rule):
    assert set(rules_of(**change)) == {rule}


def test_a_system_of_level_one_needs_no_filing():
    assert rules_of(level=1, level_filed_on=None) == {}


@pytest.mark.parametrize(
    ("left", "severity"), [(31, None), (30, "low"), (14, "medium"), (7, "high"), (-1, "high")]
)
def test_a_certificate_grows_more_severe_as_its_end_comes_nearer(left, severity):
    found = rules_of(certificates=(("x:443", DAY + timedelta(days=left)),))
    assert found.get("certificate") == severity


# --- the sheet ---

COLUMNS = (
    sheet.Column("code", "系统代码", "code", required=True),
    sheet.Column("name", "系统名称", required=True, longest=10),
    sheet.Column("count", "用户数", "int"),
    sheet.Column("day", "上云日期", "date"),
    sheet.Column("backup", "备份方式", "choice", choices=(("local", "本地备份"), ("offsite", "异地备份"))),
)


def test_a_wrong_header_is_told_with_the_nearest_right_one():
    found, faults = sheet.match_headers(["系统代码*", "系统名", "用户数"], COLUMNS)
    assert [column.key for column in found.values()] == ["code", "count"]
    assert any("系统名称" in fault.remedy for fault in faults)
    assert any(fault.problem == "缺少必填列" for fault in faults)


def test_every_fault_of_a_row_names_column_value_and_remedy():
    values, faults = sheet.read_row(
        {
            "code": "9 x",
            "name": "十一个字的名称放不下呀",
            "count": "-3",
            "day": "2020-02-30",
            "backup": "异地",
        },
        COLUMNS,
    )
    assert values == {}
    assert [fault.column for fault in faults] == [column.zh for column in COLUMNS]
    assert all(fault.value and fault.problem and fault.remedy for fault in faults)
    assert "异地备份" in faults[-1].remedy


@given(st.text(max_size=9).filter(lambda text: text.strip() == text and "'" not in text[:1]))
def test_text_that_was_made_harmless_comes_back_as_it_was(text):
    import unicodedata

    said = sheet.harmless(text)
    assert not said.startswith(("=", "+", "-", "@"))
    assert sheet.as_text(said) == unicodedata.normalize("NFC", text).strip()


def test_full_width_digits_and_chinese_dates_are_understood():
    values, faults = sheet.read_row(
        {"code": "ａｂ", "name": "甲", "count": "１，２００", "day": "2020年9月1日"}, COLUMNS
    )
    assert not faults
    assert values == {"code": "ab", "name": "甲", "count": 1200, "day": date(2020, 9, 1)}


def test_the_second_of_two_equal_rows_names_the_first():
    found = sheet.double_rows([(2, "a"), (3, "b"), (4, "a")], [(2, "甲"), (3, "甲"), (4, "丙")])
    assert set(found) == {3, 4}
    assert "第 2 行" in found[4][0].problem


# --- the picture ---

names = st.sampled_from([f"s{n}" for n in range(12)])


@given(st.sets(names, min_size=1), st.lists(st.tuples(names, names), max_size=20))
def test_the_same_links_make_the_same_picture_and_no_two_systems_stand_on_one_spot(nodes, pairs):
    spots = layout.laid_out(nodes, pairs)
    assert spots == layout.laid_out(sorted(nodes, reverse=True), list(reversed(pairs)))
    assert set(spots) == nodes
    assert len({(spot.x, spot.y) for spot in spots.values()}) == len(nodes)
    tied = {end for pair in pairs if pair[0] != pair[1] and set(pair) <= nodes for end in pair}
    assert {name for name, spot in spots.items() if spot.is_alone} == nodes - tied
