"""The process definitions of 消防审验 hold together."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

import zhujianyun
from zhujianyun.apps.fire_review import rules
from zhujianyun.base.expressions import Expression
from zhujianyun.kernel.case.definition import lint, load, walk

APP = Path(zhujianyun.__file__).parent / "apps" / "fire_review"
DATA = Path(zhujianyun.__file__).parent / "data"
FILES = sorted((APP / "processes").glob("*.yaml"))
DEFINITIONS = {(d.process, d.version): d for d in (load.load_file(file, "fire_review") for file in FILES)}
EVERY = pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda d: f"{d.process}-{d.version}")
VERSIONED = ("fire_design", "fire_acceptance", "fire_filing")


@EVERY
def test_every_definition_loads_without_a_warning(definition):
    assert lint.warnings(definition) == []


@EVERY
def test_no_path_through_a_definition_gets_stuck(definition):
    report = walk.walk(definition)
    assert report.is_sound, report.told()


def test_a_filing_runs_on_59_paths_of_at_most_16_steps():
    report = walk.walk(DEFINITIONS["fire_filing", "2020.1"])
    assert (report.paths, report.longest) == (59, 16)


@EVERY
def test_every_paper_of_a_definition_has_its_template(definition):
    papers = {action.doc for _, action in definition.all_actions() if action.doc}
    papers |= {pause.doc for deadline in definition.deadlines.values() for pause in deadline.pauses}
    missing = [doc for doc in papers if not (APP / "templates" / "papers" / f"{doc}.typ").is_file()]
    assert missing == []


@EVERY
def test_every_limit_is_read_from_a_dated_row_and_no_number_stands_in_the_file(definition):
    known = {row["rule"] for row in _rows("limits")}
    spans = [deadline.days for deadline in definition.deadlines.values()]
    spans += [pause.cap_days for deadline in definition.deadlines.values() for pause in deadline.pauses]
    spans += [action.after.days for _, action in definition.all_actions() if action.after]
    for span in spans:
        found = re.fullmatch(r"limits\.(\w+)", span.source)
        assert found and found[1] in known, span.source


@EVERY
def test_states_actions_and_facts_are_named_in_chinese(definition):
    named = [state.zh for state in definition.states.values()]
    named += [action.zh for _, action in definition.all_actions()]
    named += [fact.zh for fact in definition.facts.values()]
    named += [deadline.zh for deadline in definition.deadlines.values()]
    assert all(re.search(r"[一-鿿]", name) for name in named)


@pytest.mark.parametrize("process", VERSIONED)
def test_on_every_day_since_april_2019_exactly_one_version_is_in_force(process):
    versions = [d for (name, _), d in DEFINITIONS.items() if name == process]
    assert sorted(d.version for d in versions) == ["2019.1", "2020.1", "2023.1"]
    day = date(2019, 4, 1)
    while day < date(2024, 3, 1):
        assert sum(d.in_force(day) for d in versions) == 1, day
        day += timedelta(days=1)


@pytest.mark.parametrize("process", VERSIONED)
def test_the_form_offers_the_places_of_the_catalogue(process):
    for (name, _), definition in DEFINITIONS.items():
        if name == process:
            assert dict(definition.facts["subject.use"].choices) == {
                row["place"]: row["zh"] for row in _rows("places")
            }


def test_nothing_of_the_interim_versions_is_called_verified():
    for (_, version), definition in DEFINITIONS.items():
        if version == "2019.1":
            own = [
                d
                for d in definition.deadlines.values()
                if d.id != "answer" or definition.process == "fire_filing"
            ]
            assert not any(deadline.verified for deadline in own)


def test_a_design_clock_stands_still_only_while_experts_review_and_with_their_own_clock():
    definition = DEFINITIONS["fire_design", "2020.1"]
    [pause] = definition.deadlines["opinion"].pauses
    assert (pause.state, pause.type, pause.approver) == ("expert_review", "专家评审", "chief")
    assert definition.deadlines["expert"].start_mark == "expert_started"
    assert definition.states["expert_review"].actions["experts_done"].doc == "专家评审结果告知书"


def test_only_the_2023_filing_knows_the_promise_and_only_for_general_works():
    assert "promise" not in DEFINITIONS["fire_filing", "2020.1"].states["draft"].actions
    promise = DEFINITIONS["fire_filing", "2023.1"].states["draft"].actions["promise"]
    special = {"special_project": False, "filing_class": "general"}
    assert promise.guard.holds({"subject": special})
    assert not promise.guard.holds({"subject": special | {"filing_class": "key"}})
    assert not promise.guard.holds({"subject": special | {"special_project": True}})


@pytest.mark.parametrize("punished", [True, False])
@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("crowded", [True, False])
def test_the_stratum_of_the_definition_is_that_of_the_rule(punished, public, crowded):
    subject = {"punished": punished, "crowded_public": public, "crowded": crowded}
    for (process, _), definition in DEFINITIONS.items():
        if process == "fire_filing":
            said: Expression = definition.states["pool"].lottery.stratum
            assert said.evaluate({"subject": subject}) == rules.stratum(subject)


def test_the_ratio_table_has_a_row_for_every_stratum():
    assert {row["stratum"]: row["percent"] for row in _rows("draw_ratio")} == {
        "punished": "100", "crowded_public": "80", "crowded": "50", "other": "10",
    }  # fmt: skip


def test_a_completion_report_without_the_four_conditions_stops_an_acceptance():
    guard = DEFINITIONS["fire_acceptance", "2020.1"].states["draft"].actions["submit"].guard
    met = dict.fromkeys(rules.GATES, True) | {"special_project": True}
    assert guard.holds({"subject": met})
    for gate in rules.GATES:
        assert not guard.holds({"subject": met | {gate: False}})


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"fire_{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
