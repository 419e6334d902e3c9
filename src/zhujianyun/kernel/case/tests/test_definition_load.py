"""Loading: the shipped dialect, its traps, and every fault at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhujianyun.base.expressions import Expression
from zhujianyun.kernel.case.definition.lint import warnings
from zhujianyun.kernel.case.definition.load import DefinitionError, load_file, load_text
from zhujianyun.kernel.case.definition.model import signers

DEFINITIONS = Path(__file__).parent / "definitions"
SMALL = (DEFINITIONS / "small.yaml").read_text(encoding="utf-8")


def faults(text: str):
    with pytest.raises(DefinitionError) as caught:
        load_text(text, "test", "small.yaml")
    return caught.value.faults


def line_of(words: str) -> int:
    return next(i for i, line in enumerate(SMALL.splitlines(), 1) if words in line)


def test_drawing_review_loads_as_the_specification_writes_it():
    definition = load_file(DEFINITIONS / "drawing_review.yaml", "drawing_review")
    assert (definition.process, definition.version, definition.app) == (
        "drawing_review",
        "2020.1",
        "drawing_review",
    )
    assert definition.initial == "draft" and definition.valid_to is None
    parallel = definition.states["reviewing"].parallel
    assert len(parallel.over) == 8 and parallel.distinct_from == ("designer",)
    passed = definition.action("reviewing", "conclude_pass")
    assert passed.sign == ("rev*", "legal_rep") and passed.mark == ("opined", "passed") and passed.nat == 11
    assert definition.action("reviewing", "send_back").round_next
    assert definition.action("revising", "resubmit").reopen == "failed_or_touched"
    assert definition.action("revising", "lapse").after.unit == "day"
    assert definition.roles["rev"].per == "specialty" and definition.roles["rev"].zh == "审查人员"
    assert definition.deadlines["rereview"].kind == "promise" and definition.deadlines["rereview"].per_round


def test_fire_filing_loads_as_the_specification_writes_it():
    definition = load_file(DEFINITIONS / "fire_filing.yaml", "fire_review")
    assert (definition.valid_from, definition.valid_to) == (date(2020, 6, 1), date(2023, 10, 29))
    lottery = definition.states["pool"].lottery
    assert lottery.witness == 2 and lottery.also == (("insp", 2),) and lottery.table == "draw_ratio"
    assert definition.deadlines["file_by"].start_date == "subject.completion_accepted_on"
    assert (
        definition.deadlines["file_by"].start_mark is None and definition.deadlines["file_by"].late == "flag"
    )
    (pause,) = definition.deadlines["inspect"].pauses
    assert (pause.state, pause.approver, pause.cap_unit) == ("testing", "chief", "day")
    assert definition.deadlines["inspect"].yellow == "0.67"
    assert definition.action("draft", "submit").otherwise == "case.offer:fire_acceptance"
    assert definition.action("rectifying", "escalate").once
    assert definition.action("inspecting", "fail").nat is None
    assert definition.action("draft", "nothing") is None


def test_the_additions_of_our_dialect_load():
    definition = load_text(SMALL, "test")
    assert definition.zh == "小型许可" and definition.states["paused"].zh == "检测中"
    assert definition.facts["subject.special"].derived and definition.facts["subject.area_m2"].unit == "㎡"
    assert definition.tables == {"limits": "small_limits"} and definition.functions == ("is_special",)
    assert definition.action("draft", "submit").guard_zh == "特殊工程不在此办理"
    assert definition.action("paused", "tested").facts[0].name == "action.report_no"
    assert definition.deadlines["decide"].verified and definition.deadlines["decide"].extend.times == 1
    assert definition.deadlines["decide"].days == Expression("subject.special ? limits.long_days : 20")
    assert definition.marks() == {"accepted", "decided"}
    assert definition.is_closed("done") and definition.is_closed("gone") and not definition.is_closed("open")
    assert [signers(entry) for entry in ("insp*2", "chief", "rev*")] == [
        ("insp", 2),
        ("chief", 1),
        ("rev", 0),
    ]


def test_line_numbers_point_into_the_file():
    definition = load_text(SMALL, "test")
    assert definition.action("open", "grant").line == line_of("grant:")
    assert definition.states["paused"].line == line_of("  paused:")
    assert definition.deadlines["decide"].line == line_of("  decide:")


def test_every_fault_is_told_at_once_with_its_line():
    text = SMALL.replace("to: paused", "to: nowhere").replace("by: [chief], to: lost", "by: [boss], to: lost")
    text = text.replace("guard_zh: 特殊", "gard_zh: 特殊").replace("o.passed)", "o.passed")
    found = {(fault.rule, fault.line) for fault in faults(text)}
    assert ("target.unknown", line_of("test:")) in found
    assert ("role.unknown", line_of("revoke:")) in found
    assert ("schema.unknown_key", line_of("submit:")) in found
    assert ("cel.compiles", line_of("grant:")) in found


def test_each_reason_is_one_chinese_sentence():
    text = SMALL.replace("to: paused", "to: nowhere").replace('version: "2020.1"', "version: 2020.1")
    for fault in faults(text):
        assert fault.reason_zh.endswith(("。", "？")) and fault.reason_zh.count("。") <= 1


def test_the_error_names_file_lines_and_rules():
    with pytest.raises(DefinitionError) as caught:
        load_text(SMALL.replace("to: paused", "to: nowhere"), "test", "小型.yaml")
    answer = caught.value.as_answer()
    assert "小型.yaml" in answer["message_zh"] and answer["rule"] == "definition.faultless"
    assert answer["details"]["faults"][0].keys() == {"line", "rule", "reason_zh"}


def test_a_version_without_quotes_is_refused():
    (fault,) = faults(SMALL.replace('version: "2020.1"', "version: 2020.10"))
    assert (fault.rule, fault.line) == ("yaml.version_unquoted", 3)
    assert "2020.10" in fault.reason_zh


def test_a_state_written_twice_is_refused():
    text = SMALL.replace("  gone: {}\n", "  gone: {}\n  gone: {}\n")
    (fault,) = faults(text)
    assert (fault.rule, fault.line) == ("state.duplicate", line_of("  gone: {}") + 1)


def test_an_action_written_twice_is_refused():
    copy = "      supply: {by: [owner], to: open, nat: 7}\n"
    (fault,) = faults(SMALL.replace(copy, copy * 2))
    assert fault.rule == "action.duplicate" and "supply" in fault.reason_zh


def test_a_key_written_twice_is_refused():
    (fault,) = faults(SMALL.replace("settled: [done]\n", "settled: [done]\nsettled: [done]\n"))
    assert fault.rule == "yaml.duplicate_key"


def test_broken_yaml_is_refused_with_its_line():
    (fault,) = faults(SMALL.replace("basis: [", "basis: [[", 1))
    assert fault.rule == "yaml.syntax" and fault.line >= 5


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words"])
def test_a_file_without_a_mapping_is_refused(text):
    (fault,) = faults(text)
    assert fault.rule == "yaml.empty"


def test_anchors_are_refused():
    text = SMALL.replace("settled: [done]", "settled: &s [done]").replace("end: [gone, lost]", "end: *s")
    assert {fault.rule for fault in faults(text)} >= {"yaml.alias"}


def test_an_unknown_key_is_refused_and_the_near_one_proposed():
    (fault,) = faults(SMALL.replace("once: true, doc", "onec: true, doc"))
    assert fault.rule == "schema.unknown_key" and "once" in fault.reason_zh


def test_no_yes_and_on_stay_words():
    text = SMALL.replace("leave:", "no:").replace("      tested:", "      on:")
    definition = load_text(text, "test")
    assert "no" in definition.states["waiting"].actions and "on" in definition.states["paused"].actions


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("once: true, doc", "once: 3, doc", "schema.type"),
        ("unit: workday,", "unit: week,", "schema.enum"),
        ("nat: 15", "nat: 16", "schema.maximum"),
        ('version: "2020.1"', 'version: "v1"', "schema.pattern"),
        ("[accepted]", "[accepted, accepted]", "schema.uniqueItems"),
        ('basis: ["行政许可法#32"]', "basis: []", "schema.minItems"),
        ("end: [gone, lost]\n", "", "schema.required"),
        ("  gone: {}", "  Gone: {}", "schema.pattern"),
        ("type: bool", "type: boolean", "schema.enum"),
        ('else: "case.offer:small_permit"', "else: nothing", "schema.pattern"),
    ],
)
def test_a_wrong_shape_is_refused(old, new, rule):
    assert old in SMALL
    assert rule in {fault.rule for fault in faults(SMALL.replace(old, new, 1))}


def test_a_day_that_does_not_exist_is_refused():
    (fault,) = faults(SMALL.replace("2020-01-01", "2020-02-30"))
    assert (fault.rule, fault.line) == ("valid.date", 4)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "x.yaml").write_bytes(SMALL.encode("gb18030"))
    with pytest.raises(DefinitionError, match="UTF-8"):
        load_file(tmp_path / "x.yaml", "test")


def test_an_oversized_file_is_refused(tmp_path):
    (tmp_path / "x.yaml").write_text("# " + "x" * 600_000, encoding="utf-8")
    with pytest.raises(DefinitionError, match="512"):
        load_file(tmp_path / "x.yaml", "test")


def test_warnings_name_what_has_no_chinese_name_and_no_basis():
    rules = {warning.rule for warning in warnings(load_file(DEFINITIONS / "fire_filing.yaml", "x"))}
    assert rules == {"state.unnamed", "action.unnamed", "deadline.unfounded"}
