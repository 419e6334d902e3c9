"""The exhaustive walk: golden figures, endings, and what only a walk can see."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case.definition import walk as walking
from zhujianyun.kernel.case.definition.load import load_file, load_text
from zhujianyun.kernel.case.definition.walk import each_path, walk

DEFINITIONS = Path(__file__).parent / "definitions"
SMALL = (DEFINITIONS / "small.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "paths", "longest", "cut"), [("fire_filing", 59, 16, 18), ("drawing_review", 37, 13, 0)]
)
def test_the_golden_processes_have_the_published_number_of_paths(name, paths, longest, cut):
    report = walk(load_file(DEFINITIONS / f"{name}.yaml", "test"))
    assert (report.paths, report.longest, report.cut) == (paths, longest, cut)
    assert report.left_open == 0 and report.stuck == () and report.is_sound


def test_every_state_and_action_is_met():
    definition = load_file(DEFINITIONS / "fire_filing.yaml", "test")
    report = walk(definition)
    assert report.states == set(definition.states)
    assert len(report.actions) == 17 and not report.missed_actions


def test_the_shortest_way_to_each_closed_state_is_told():
    report = walk(load_file(DEFINITIONS / "fire_filing.yaml", "test"))
    assert report.shortest == {
        "filed": ("draft.submit", "received.voucher", "pool.miss"),
        "refused": ("draft.submit", "received.refuse"),
        "withdrawn": ("draft.submit", "received.supplement", "supplementing.withdraw"),
        "revoked": ("draft.submit", "received.voucher", "pool.miss", "filed.revoke"),
    }


def test_a_way_out_that_may_be_used_only_once_leaves_a_case_open():
    text = SMALL.replace(
        "do:\n      tested: {by: [clerk], to: open,", "do:\n      tested: {by: [clerk], to: open, once: true,"
    )
    definition = load_text(text, "test")  # the lint cannot see it
    report = walk(definition)
    assert report.left_open > 0 and not report.is_sound
    assert len(report.stuck) == min(report.left_open, walking.SHOWN)
    for steps in report.stuck:
        assert steps[-1] == "open.test" and steps.count("open.test") == 2
    assert "无法办结的路径" in report.told()


@pytest.mark.parametrize("name", ["fire_filing", "drawing_review", "small"])
def test_counting_agrees_with_listing_every_path(name):
    definition = load_file(DEFINITIONS / f"{name}.yaml", "test")
    report, listed = walk(definition), list(each_path(definition))
    assert report.paths == len(listed) == len(set(listed))
    assert report.longest == max(map(len, listed))
    assert {step for steps in listed for step in steps} == report.actions
    assert Counter(_last_state(definition, steps) for steps in listed) == report.endings


def test_no_path_takes_an_action_more_often_than_allowed():
    definition = load_file(DEFINITIONS / "fire_filing.yaml", "test")
    once = {f"{s.name}.{a.name}" for s, a in definition.all_actions() if a.once}
    for steps in each_path(definition):
        for step, times in Counter(steps).items():
            assert times <= (1 if step in once else 2)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_counting_agrees_with_listing_on_random_processes(data):
    definition = load_text(_random_process(data), "test")
    listed = []
    for steps in each_path(definition):
        listed.append(steps)
        if len(listed) > 3000:
            return
    report = walk(definition)
    assert set(report.stuck) <= set(listed)
    assert report.paths == len(listed) and report.longest == max(map(len, listed))
    assert Counter(_last_state(definition, steps) for steps in listed) == report.endings


def test_loops_beyond_measure_are_refused_in_words(monkeypatch):
    monkeypatch.setattr(walking, "MAX_SITUATIONS", 5)
    with pytest.raises(RuleBroken, match="无法穷举走查"):
        walk(load_file(DEFINITIONS / "fire_filing.yaml", "test"))


def _last_state(definition, steps):
    state, _, action = steps[-1].partition(".")
    return definition.states[state].actions[action].to


def _random_process(data) -> str:
    size = data.draw(st.integers(2, 5))
    lines = [
        'process: random_one\nversion: "2020.1"\nvalid: {from: "2020-01-01"}\nbasis: [试]',
        'number: "试{seq:5}"\nroles: {clerk: 受理人员}\nstates:',
    ]
    for i in range(size):
        # One step ahead each, so that nothing is unreachable or a trap; the rest at random.
        targets = [i + 1, *data.draw(st.lists(st.integers(0, size), max_size=2))]
        lines.append(f"  s{i}:\n    do:")
        for j, target in enumerate(targets):
            once = j > 0 and data.draw(st.booleans())
            lines.append(f"      a{j}: {{by: [clerk], to: s{target}, once: {str(once).lower()}, nat: null}}")
    return "\n".join([*lines, f"  s{size}: {{}}", f"end: [s{size}]"])
