"""The demo year: planned from a seed, played through the engine."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhujianyun.apps.fire_review import queries, rules, sample
from zhujianyun.apps.fire_review.sample import paths, plan, strata, targets, works
from zhujianyun.apps.fire_review.tests.test_rules import rows
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import verify_draw
from zhujianyun.kernel.case.models import Case, Draw, EffectDone, Step

RATIOS = {"punished": 100, "crowded_public": 80, "crowded": 50, "other": 10}
COUNTIES = {city: [(f"{city[:4]}{n:02d}", f"{city}之{n}区") for n in (2, 3, 5)] for city in targets.CITIES}
PLACES = rules.places(rows("places"))
LIMITS = rules.thresholds(rules.in_force(rows("special_kinds"), date(2020, 12, 31)))


def counted(made: plan.Plan, process: str, *actions: str) -> int:
    return sum(beat.action in actions for c in made.courses if c.process == process for beat in c.beats)


@given(seed=st.integers(0, 10**9), scale=st.sampled_from(["0.02", "0.05", "0.1", "0.25"]))
@settings(max_examples=12, deadline=None)
def test_whatever_the_seed_the_plan_reaches_the_yearbooks_figures(seed, scale):
    made, aim = plan.make(seed, scale, COUNTIES, RATIOS), targets.targets(scale)
    for process, name in (("fire_design", "design"), ("fire_acceptance", "acceptance")):
        assert counted(made, process, "accept") == getattr(aim, f"{name}_accepted")
        assert counted(made, process, "pass", "fail", "pull_out") == getattr(aim, f"{name}_concluded")
    assert counted(made, "fire_filing", "voucher") == aim.filings
    cells: Counter = Counter()
    for course in made.courses:
        if course.process == "fire_filing" and course.accepted is not None:
            batch = next((n for n, day in enumerate(made.draw_days) if course.accepted < day), None)
            cells[course.city, batch, course.stratum] += batch is not None
    assert sum(-(-n * RATIOS[stratum] // 100) for (_, _, stratum), n in cells.items()) == aim.spot_checks


@given(seed=st.integers(0, 10**9))
@settings(max_examples=8, deadline=None)
def test_the_acts_of_a_case_go_forward_in_office_hours_on_working_days(seed):
    made = plan.make(seed, "0.02", COUNTIES, RATIOS)
    for course in made.courses:
        times = [beat.at for beat in course.beats]
        assert all(before < after for before, after in zip(times, times[1:], strict=False)), course.key
        for at in times:
            local = clock.local(at)
            assert 8 * 60 + 30 <= local.hour * 60 + local.minute < 18 * 60
            assert made.year.calendar.is_workday(local.date()) and at <= sample.year.ENDS_AT


@given(seed=st.integers(0, 10**9))
@settings(max_examples=8, deadline=None)
def test_special_works_are_special_and_filings_are_not_and_lie_in_their_stratum(seed):
    for course in plan.make(seed, "0.02", COUNTIES, RATIOS).courses:
        special = rules.is_special(course.subject, PLACES, LIMITS)
        assert special is (course.process != "fire_filing"), course.subject
        if course.stratum:
            facts = rules.gathering_flags(course.subject, PLACES) | {"punished": course.subject["punished"]}
            assert rules.stratum(facts) == course.stratum


def test_the_same_seed_gives_the_same_plan_and_another_seed_another():
    one, two, other = (plan.make(seed, "0.02", COUNTIES, RATIOS) for seed in (5, 5, 6))
    assert one.courses == two.courses
    assert [c.subject for c in one.courses] != [c.subject for c in other.courses]


def test_the_full_plan_is_the_yearbook_with_97_and_91_cases_open():
    made = plan.make(2020, "1", COUNTIES, RATIOS)
    assert (counted(made, "fire_design", "accept"), counted(made, "fire_acceptance", "accept")) == (
        4282,
        3242,
    )
    for process, still_open in (("fire_design", 97), ("fire_acceptance", 91)):
        done = counted(made, process, "pass", "fail", "pull_out")
        assert counted(made, process, "accept") - done == still_open
    assert counted(made, "fire_filing", "voucher") == 2488
    assert 7_500 <= made.works <= 8_500
    february = sum(made.year.days[c.opened].month == 2 for c in made.courses)
    december = sum(made.year.days[c.opened].month == 12 for c in made.courses)
    assert february * 4 < december


@given(
    cells=st.lists(st.sampled_from("abcde"), min_size=20, max_size=80),
    seed=st.integers(0, 1000),
)
@settings(max_examples=30, deadline=None)
def test_strata_are_assigned_so_that_exactly_the_wanted_number_is_drawn(cells, seed):
    lowest, highest = len(set(cells)), len(cells)
    wanted = (lowest * 2 + highest) // 3
    chosen = strata.assign(cells, wanted, RATIOS, Random(seed))
    counts = Counter(zip(cells, chosen, strict=True))
    assert sum(-(-n * RATIOS[stratum] // 100) for (_, stratum), n in counts.items()) == wanted


@given(st.integers(0, 50_000), st.dictionaries(st.text(min_size=1), st.integers(1, 500), min_size=1))
def test_largest_remainder_adds_up_and_strays_by_less_than_one(total, weights):
    parts = targets.split(total, weights)
    whole = sum(weights.values())
    assert sum(parts.values()) == total
    assert all(abs(parts[key] - total * weight / whole) < 1 for key, weight in weights.items())


def test_no_two_enterprises_of_a_city_share_a_name():
    names = [works.enterprise_name("南宁市", number) for number in range(700)]
    assert len(set(names)) == len(names)


def test_a_decision_past_its_limit_is_rare_and_planned():
    rng = Random(1)
    assert paths.net_days(rng, 15, late=True) > 15
    assert all(2 <= paths.net_days(rng, 15, late=False) <= 15 for _ in range(500))


@pytest.mark.parametrize("scale", ["0.001", "2", "nan", "-1"])
def test_a_scale_that_cannot_be_played_is_refused_in_chinese(scale, db):
    with pytest.raises(RuleBroken, match="演示年无法演练"):
        sample.play(scale=scale)


# --- the play itself, at two per cent, of a seed that changes with each run ---


@pytest.mark.django_db
def test_the_play_leaves_the_planned_cases_open_some_due_today_and_some_overdue(year):
    aim = targets.targets(year["scale"])
    for process, name in (("fire_design", "design"), ("fire_acceptance", "acceptance")):
        left = getattr(aim, f"{name}_accepted") - getattr(aim, f"{name}_concluded")
        assert queries.open_reviews(process).count() == left
    reviews = [queries.open_reviews(process) for process in ("fire_design", "fire_acceptance")]
    assert any(found.filter(due_on=date(2020, 12, 31), lamp="red").exists() for found in reviews)
    assert any(found.filter(lamp="black").exists() for found in reviews)


@pytest.mark.django_db
def test_every_act_of_the_play_is_a_journalled_step_before_the_clock_of_the_demo(year):
    steps = Step.objects.exclude(seq=0)
    acts = journal.Entry.objects.filter(facts__contains='"step":', verb__startswith="case.")
    assert steps.count() == acts.count() >= year["acts"]
    assert Step.objects.latest("at").at <= sample.year.ENDS_AT


@pytest.mark.django_db
def test_every_draw_of_the_play_verifies_with_the_public_script(year):
    drawn = list(Draw.objects.all())
    assert drawn and all(draw.state == Draw.State.APPLIED for draw in drawn)
    for draw in drawn:
        assert verify_draw.verify(_sheet(draw)) == []


@pytest.mark.django_db
def test_every_effect_of_the_play_was_carried_out(year):
    assert not EffectDone.objects.exclude(result="done").exists()


@pytest.mark.django_db
def test_every_drawn_filing_has_two_inspectors_and_no_other_has(year):
    for filing in Case.objects.filter(process="fire_filing"):
        drawn = filing.marks.filter(name="drawn").exists()
        assert filing.tasks.filter(name="insp").count() == (2 if drawn else 0)


@pytest.mark.django_db
def test_a_finished_play_does_nothing_when_played_again(year):
    steps, entries = Step.objects.count(), journal.Entry.objects.count()
    sample.play(scale=year["scale"], seed=year["seed"])
    assert (Step.objects.count(), journal.Entry.objects.count()) == (steps, entries)


@pytest.mark.django_db
def test_another_play_in_the_same_database_is_refused(year):
    with pytest.raises(RuleBroken, match="演示年无法演练"):
        sample.play(scale=year["scale"], seed=year["seed"] + 1)


def _sheet(draw: Draw) -> dict:
    strata_ = {name: [] for name in draw.commits}
    for entry in draw.entries.order_by("place"):
        strata_[entry.stratum].append(entry)
    return {
        "public": draw.public_value,
        "nonces": list(draw.nonces.values()),
        "nonce_commits": [draw.nonce_commits[key] for key in draw.nonces],
        "strata": [
            {
                "name": name, "ids": [e.ident for e in entries], "percent": draw.ratios[name],
                "commit": draw.commits[name], "drawn": [e.ident for e in entries if e.hit],
            }
            for name, entries in strata_.items()
        ],
    }  # fmt: skip
