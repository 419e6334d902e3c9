"""Lint: what each rule refuses, and on which line."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhujianyun.kernel.case.definition.load import DefinitionError, load_file, load_text

DEFINITIONS = Path(__file__).parent / "definitions"
SMALL = (DEFINITIONS / "small.yaml").read_text(encoding="utf-8")


def refused(*changes: tuple[str, str]) -> dict[str, int]:
    """Rule → line of the faults of the small process after the changes."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with pytest.raises(DefinitionError) as caught:
        load_text(text, "test")
    return {fault.rule: fault.line for fault in caught.value.faults}


def line_of(words: str) -> int:
    return next(i for i, line in enumerate(SMALL.splitlines(), 1) if words in line)


@pytest.mark.parametrize("name", ["small", "drawing_review", "fire_filing"])
def test_the_examples_pass(name):
    assert load_file(DEFINITIONS / f"{name}.yaml", "test").states


def test_an_unknown_target_is_refused():
    assert refused(("to: paused", "to: pused"))["target.unknown"] == line_of("test:")


def test_an_action_without_target_is_refused():
    assert refused(("leave: {by: [owner], to: gone", "leave: {by: [owner]"))["target.unknown"] == line_of(
        "leave:"
    )


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("supply: {by: [owner]", "supply: {by: [ownr]", "supply:"),
        ("sign: [rev*, chief]", "sign: [rev*, chef]", "grant:"),
        ("notify: [owner, public]", "notify: [owner, press]", "grant:"),
        ("distinct_from: [owner]", "distinct_from: [designer]", "parallel:"),
        ("task: opinion, by: rev", "task: opinion, by: reviewer", "parallel:"),
        ("approver: chief", "approver: head", "pause:"),
        ("by: [chief], doc: 延期", "by: [head], doc: 延期", "extend:"),
    ],
)
def test_an_unknown_role_is_refused_wherever_it_stands(old, new, where):
    assert refused((old, new)) == {"role.unknown": line_of(where)}


def test_an_unknown_role_of_a_lottery_is_refused():
    lottery = "    lottery: {by: drawer, witness: [judge*2], table: t, stratum: \"'all'\", also: {insp: 2}}\n"
    text = SMALL.replace("  paused:\n    do:\n", "  paused:\n" + lottery + "    do:\n")
    with pytest.raises(DefinitionError) as caught:
        load_text(text, "test")
    assert [f.rule for f in caught.value.faults].count("role.unknown") == 3


def test_public_is_an_audience_but_acts_in_nothing():
    assert "role.unknown" in refused(("supply: {by: [owner]", "supply: {by: [public]"))


def test_a_clock_that_never_starts_is_refused():
    assert refused(("start: accepted", "start: begun")) == {
        "deadline.never_starts": line_of("start: accepted")
    }


def test_a_clock_that_never_stops_is_refused():
    assert refused(("stop: [decided]", "stop: [finished]")) == {
        "deadline.never_stops": line_of("stop: [decided]")
    }


def test_a_state_name_is_not_a_mark_and_the_reason_says_so():
    text = SMALL.replace("stop: [decided]", "stop: [done]")
    with pytest.raises(DefinitionError, match="是环节名，不是节点标记"):
        load_text(text, "test")


def test_an_unreachable_state_is_refused():
    assert refused(("  gone: {}", "  gone: {}\n  island: {do: {row: {by: [owner], to: gone, nat: 2}}}")) == {
        "state.unreachable": line_of("  gone: {}") + 1
    }


def test_a_state_without_action_that_is_no_end_is_a_trap():
    assert refused(("end: [gone, lost]", "end: [gone]")) == {"state.trap": line_of("  lost: {}")}


def test_states_that_only_lead_to_each_other_are_a_trap():
    found = refused(
        ("leave: {by: [owner], to: gone", "leave: {by: [owner], to: limbo"),
        ("  gone: {}", "  gone: {}\n  limbo: {do: {wait: {by: [owner], to: limbo, nat: null}}}"),
    )
    assert found == {"state.trap": line_of("  gone: {}") + 1}


def test_an_end_state_with_an_action_is_refused():
    assert refused(("  gone: {}", "  gone: {do: {back: {by: [owner], to: open, nat: 7}}}"))[
        "end.action"
    ] == line_of("  gone: {}")


def test_a_state_cannot_be_settled_and_end():
    assert refused(("settled: [done]", "settled: [done, gone]")) == {"end.settled": line_of("end: [")}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("settled: [done]", "settled: [done, dun]", "settled.unknown"),
        ("end: [gone, lost]", "end: [gone, lost, left]", "end.unknown"),
        ("settled: [done]", "settled: [done]\ninitial: start", "initial.unknown"),
        (
            "settled: [done]",
            'settled: [done]\nmigrate: {"2019.1": {old: open, older: opened}}',
            "migrate.unknown",
        ),
    ],
)
def test_lists_naming_unknown_states_are_refused(old, new, rule):
    assert rule in refused((old, new))


def test_an_action_by_nobody_is_refused():
    assert refused(("supply: {by: [owner], to", "supply: {by: [], to")) == {
        "action.nobody": line_of("supply:")
    }


def test_an_action_whose_doers_are_not_told_is_refused():
    assert refused(("supply: {by: [owner], to", "supply: {to")) == {"action.nobody": line_of("supply:")}


def test_an_action_whose_guard_is_never_true_is_refused():
    assert refused(("supply: {by: [owner],", 'supply: {by: [owner], guard: "1 > 2",')) == {
        "action.nobody": line_of("supply:")
    }


def test_a_timer_needs_the_system_to_act():
    assert refused(("lapse: {by: [system]", "lapse: {by: [clerk]")) == {"action.nobody": line_of("lapse:")}


def test_the_national_code_must_be_told():
    assert refused(
        ("note: {by: [clerk], to: done, once: true, nat: null}", "note: {by: [clerk], to: done}")
    ) == {"nat.missing": line_of("note:")}


@pytest.mark.parametrize(
    "part", ["type: 检测, ", "doc: 检测告知书, approver", "approver: chief, ", 'cap: {days: "30", unit: day}']
)
def test_a_pause_without_type_paper_approver_or_cap_is_refused(part):
    new = "approver" if part.endswith("approver") else ""
    found = refused((f", {part}" if part.startswith("cap") else part, new))
    assert found == {"pause.complete": line_of("pause:")}


def test_a_pause_in_an_unknown_state_is_refused():
    assert refused(("state: paused", "state: resting")) == {"pause.state": line_of("pause:")}


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("opinions.all(o, o.passed)", "opinions.all(o, o.passed", "grant:"),
        ("subject.special ? limits.long_days : 20", "subject.special ?", 'days: "subject'),
        ("limits.lapse_days", "30 days", "lapse:"),
        ('cap: {days: "30"', 'cap: {days: "3 0"', "pause:"),
        ('extend: {days: "10"', 'extend: {days: "+"', "extend:"),
    ],
)
def test_an_expression_that_does_not_compile_is_refused(old, new, where):
    assert refused((old, new)) == {"cel.compiles": line_of(where)}


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("opinions.all(o, o.passed)", "opinion.all(o, o.passed)", "grant:"),
        ("opinions.all(o, o.passed)", "opinions.all(o, p.passed)", "grant:"),
        ("limits.lapse_days", "limit.lapse_days", "lapse:"),
        ("start: accepted", "start: {date: sbject.finished_on}", "start: accepted"),
    ],
)
def test_an_unknown_variable_is_refused(old, new, where):
    assert refused((old, new)) == {"cel.unknown_variable": line_of(where)}


def test_a_field_that_is_not_declared_is_refused_where_facts_are():
    assert refused(("is_special(subject.area_m2)", "is_special(subject.area)")) == {
        "cel.unknown_variable": line_of("submit:")
    }


def test_an_unknown_function_is_refused():
    assert refused(("!is_special(subject.area_m2)", "!is_big(subject.area_m2)")) == {
        "cel.unknown_function": line_of("submit:")
    }


def test_a_lottery_without_hit_and_miss_is_refused():
    lottery = "    lottery: {by: clerk, witness: [witness*2], table: t, stratum: \"'all'\"}\n"
    assert refused(("  paused:\n    do:\n", "  paused:\n" + lottery + "    do:\n")) == {
        "lottery.actions": line_of("  paused:") + 1
    }


def test_parallel_work_without_tasks_is_refused():
    assert refused(("over: [建筑, 结构]", "over: []")) == {"parallel.empty": line_of("parallel:")}


def test_a_quorum_above_the_number_of_tasks_is_refused():
    assert refused(("join: all", "join: quorum, quorum: 3")) == {"parallel.quorum": line_of("parallel:")}


def test_a_supplement_that_never_ends_is_refused():
    with pytest.raises(DefinitionError) as caught:
        load_text(SMALL.replace("to: open, nat: 7", "to: open, nat: null"), "test")
    told = {(fault.rule, fault.line) for fault in caught.value.faults}
    # The supplement is never closed, and the conclusion may come while it is open.
    assert told == {("nat.unpaired", line_of("      ask:")), ("nat.unpaired", line_of("grant:"))}


def test_the_end_of_a_special_procedure_that_never_began_is_refused():
    assert refused(("doc: 检测告知书, nat: 9", "doc: 检测告知书, nat: null")) == {
        "nat.unpaired": line_of("tested:")
    }


def test_a_conclusion_while_a_supplement_is_open_is_refused():
    assert refused(("leave: {by: [owner], to: gone, nat: 2}", "leave: {by: [owner], to: done, nat: 11}")) == {
        "nat.unpaired": line_of("leave:")
    }


def test_only_a_revocation_follows_a_conclusion():
    assert refused(("once: true, nat: null", "once: true, nat: 14")) == {
        "nat.after_conclusion": line_of("note:")
    }


def test_a_validity_that_ends_before_it_begins_is_refused():
    assert refused(("to: null}", 'to: "2019-12-31"}')) == {"valid.order": 4}


@pytest.mark.parametrize("pattern", ["小{yyyy}-{region6}", "小{year}-{seq:5}", "小{seq:5}{seq:5}", "小{seq}"])
def test_a_number_pattern_needs_known_places_and_one_sequence(pattern):
    assert refused(("小{yyyy}-{region6}-{seq:5}", pattern)) == {"number.pattern": line_of("number:")}
