"""Versions of a process (流程版本): a case ends on the version it began with."""

from __future__ import annotations

from datetime import date

import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import versions
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.load import load_text

from .conftest import APP, PLAYS


def version_2021(**changes):
    """The permit as of 2021: tests are called examinations, expert review is gone."""
    text = (PLAYS / "permit.yaml").read_text(encoding="utf-8")
    text = text.replace('version: "2020.1"', 'version: "2021.1"').replace(
        'valid: {from: "2017-01-01", to: "2020-12-31"}', 'valid: {from: "2021-01-01", to: null}'
    )
    text = text.replace("to: testing", "to: examining").replace("  testing:", "  examining:")
    text = text.replace("{state: testing", "{state: examining")
    for line in text.splitlines(keepends=True):
        if any(word in line for word in ("experts", "expert:")):
            text = text.replace(line, "")
    text = text.replace("    do: {experts_back", "")
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def load_2021(migrate=""):
    lines = [line for line in version_2021().splitlines() if "专家意见" not in line]
    return load_text("\n".join(lines) + "\n" + migrate, APP)


def test_31_a_case_finishes_on_the_version_it_began_with(desk):
    one = desk.accepted()
    registry.add(load_2021())
    with clock.standing(clock.at_local(date(2021, 1, 4), 9)):
        desk.act(one, "test")
        assert (one.state, one.definition_version) == ("testing", "2020.1")
        assert desk.open().definition_version == "2021.1"


def test_31_a_dry_run_lists_the_cases_that_have_no_place_in_the_new_version(desk):
    one, two = desk.accepted(), desk.accepted()
    desk.act(two, "test")
    registry.add(load_2021())
    report = versions.migrate_cases("permit", "2020.1", "2021.1")
    assert report.unmappable == ((two.number, "testing"),)
    assert report.moves == {"reviewing → reviewing": 1, "testing → ?": 1}
    with pytest.raises(RuleBroken, match="没有对应环节"):
        versions.migrate_cases("permit", "2020.1", "2021.1", reason="换版", dry_run=False)
    one.refresh_from_db()
    assert one.definition_version == "2020.1"


def test_31_a_migration_is_an_explicit_step_of_every_case(desk):
    one = desk.accepted()
    desk.act(one, "test")
    registry.add(load_2021('migrate: {"2020.1": {testing: examining}}'))
    report = versions.migrate_cases("permit", "2020.1", "2021.1", reason="换版", dry_run=False)
    one.refresh_from_db()
    assert (report.moved, one.state, one.definition_version, one.version) == (1, "examining", "2021.1", 4)
    assert one.steps.last().action == "migrate"
    assert journal.Entry.objects.filter(verb="case.permit.migrate").count() == 1
    desk.act(one, "tested", documents=["检测报告"])
    assert one.due_on is not None


def test_31_a_version_that_drops_a_live_state_is_not_activated(desk):
    one = desk.accepted()
    new = load_2021()
    versions.check_activation(new)
    desk.act(one, "test")
    with pytest.raises(RuleBroken, match="2020.1 版“检测中” 1 件"):
        versions.check_activation(new)
    versions.check_activation(load_2021('migrate: {"2020.1": {testing: examining}}'))
    desk.act(one, "tested", documents=["检测报告"])
    desk.act(one, "pull_out", desk.owner)
    versions.check_activation(new)


def test_a_version_that_nobody_registers_any_more_but_cases_use_is_told_at_start(desk, monkeypatch):
    desk.accepted()
    versions.check_all()
    monkeypatch.setattr(registry, "_definitions", {})
    with pytest.raises(RuleBroken, match="装回该版本"):
        versions.check_all()
