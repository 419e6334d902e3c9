"""The yearly review as a process: it holds together, and plays through from sending to the record's new day."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

import zhujianyun
from zhujianyun.apps.asset_inventory.actions import ending, reviewing
from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import case
from zhujianyun.kernel.case.definition import lint, load, walk
from zhujianyun.kernel.case.models import Case, Mark

from .conftest import HOUSING, MARKET

APP = Path(zhujianyun.__file__).parent / "apps" / "asset_inventory"
DEFINITION = load.load_file(APP / "processes" / "system_review-2020.1.yaml", "asset_inventory")
RIGHT = dict.fromkeys(("basic", "hosting", "contract", "held", "ties"), "right")


def act(found: Case, name: str, by, **more) -> Case:
    now = Case.objects.get(pk=found.pk)
    case.act(now, name, by=by, expected_version=now.version, key=f"{now.pk}:{now.version}:{name}", **more)
    return Case.objects.get(pk=found.pk)


def test_the_definition_loads_without_a_warning_and_no_path_gets_stuck():
    assert lint.warnings(DEFINITION) == []
    report = walk.walk(DEFINITION)
    assert report.is_sound, report.told()
    assert (report.paths, report.longest) == (6, 6)


def test_every_limit_is_a_dated_row_and_no_number_stands_in_the_file():
    with (APP.parents[1] / "data" / "inventory_limits.csv").open(encoding="utf-8") as file:
        known = {row["rule"] for row in csv.DictReader(file)}
    for deadline in DEFINITION.deadlines.values():
        found = re.fullmatch(r"limits\.(\w+)", deadline.days.source)
        assert found and found[1] in known


def test_states_actions_and_facts_are_named_in_chinese():
    named = [state.zh for state in DEFINITION.states.values()]
    named += [action.zh for _, action in DEFINITION.all_actions()]
    named += [fact.zh for fact in DEFINITION.facts.values()]
    assert all(re.search(r"[一-鿿]", name) for name in named)


def test_a_review_goes_from_the_centre_to_the_division_and_back_and_the_record_remembers(department):
    record = department.enter()
    centre, division = department.who("centre"), department.who("housing")
    found = reviewing.start_review(record, by=centre)
    assert (found.state, found.office.code) == ("confirming", HOUSING)
    assert found.due_on == date(2020, 7, 20)  # ten working days from the Monday after which it starts
    found = act(found, "confirm", division, facts={"action": {**RIGHT, "held": "corrected"}})
    found = act(found, "return", centre, reason="请补充备份方式")
    found = act(found, "confirm", division, facts={"action": RIGHT})
    found = act(found, "pass", centre)
    assert found.ended and found.state == "reviewed"
    assert list(Mark.objects.filter(case=found).values_list("name", flat=True)).count("sent") == 2
    department.carry_out()
    assert department.fresh(record).reviewed_on == date(2020, 7, 6)


def test_every_section_must_be_confirmed(department):
    found = reviewing.start_review(department.enter(), by=department.who("centre"))
    with pytest.raises(RuleBroken, match="数据与备份"):
        act(
            found,
            "confirm",
            department.who("housing"),
            facts={"action": {k: v for k, v in RIGHT.items() if k != "held"}},
        )


def test_only_the_division_that_owns_the_system_confirms(department):
    found = reviewing.start_review(department.enter(), by=department.who("centre"))
    for name in ("market", "centre", "reader"):
        with pytest.raises(NotAllowed):
            act(found, "confirm", department.who(name), facts={"action": RIGHT})


def test_the_same_year_gives_the_same_review_and_a_division_starts_none(department):
    record = department.enter()
    first = reviewing.start_review(record, by=department.who("centre"))
    assert reviewing.start_review(record, by=department.who("centre")).pk == first.pk
    with pytest.raises(NotAllowed):
        reviewing.start_review(record, by=department.who("housing"))


def test_the_findings_are_attached_and_a_retired_system_is_not_reviewed(department):
    record = department.enter(owner=MARKET, backup="none")
    found = reviewing.start_review(record, by=department.who("centre"))
    assert "没有数据备份" in found.facts["subject"]["findings"]
    ending.retire(department.fresh(record), by=department.who("market"), reason="不再使用")
    with pytest.raises(RuleBroken, match="停用"):
        reviewing.start_review(department.fresh(record), by=department.who("centre"))
