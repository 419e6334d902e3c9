"""Numbers (编号): none twice under concurrency, a gap only with an explanation, a new year at local midnight."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case.engine import numbering

SCOPE = "桂许2020-450103-{seq:5}"
SCRIPT = Path(__file__).with_name("concurrent_play.py")


def start(folder, *arguments):
    environment = {**os.environ, "ZJY_VAR": str(folder)}
    environment["DJANGO_SETTINGS_MODULE"] = "zhujianyun.kernel.case.tests.settings"
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), *arguments], env=environment, stdout=subprocess.PIPE, text=True
    )


def finish(process):
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return said.splitlines()


@pytest.mark.slow
def test_32_two_processes_never_give_a_number_twice_and_leave_no_gap(tmp_path):
    finish(start(tmp_path, "setup"))
    first, second = (start(tmp_path, "play", name, "15") for name in ("甲", "乙"))
    numbers = finish(first) + finish(second)
    assert sorted(numbers) == [f"桂许2020-450103-{n:05}" for n in range(1, 31)]


@pytest.mark.slow
def test_12_of_two_processes_that_accept_at_once_one_wins_and_the_other_is_told(tmp_path):
    finish(start(tmp_path, "setup"))
    [number] = finish(start(tmp_path, "play", "甲", "1"))
    racers = [start(tmp_path, "race", name, number) for name in ("one", "two")]
    said = sorted(line for racer in racers for line in finish(racer))
    assert said[0].startswith("lost 科员") and "办理“受理”" in said[0]
    assert said[1] == "won"


def test_32_the_year_of_a_number_rolls_at_midnight_in_shanghai(desk):
    with clock.standing(datetime(2020, 12, 31, 15, 59, tzinfo=UTC)) as now:
        before = desk.submitted()
        now.move_to(datetime(2020, 12, 31, 16, 0, tzinfo=UTC))
        # The version of 2020 has ended; its cases go on with it.
        draft_number = numbering.scope_of("{yyyy}-{seq:3}", day=clock.today(), division_code="", city_code="")
    assert before.number == "桂许2020-450103-00001"
    assert draft_number == "2021-{seq:3}"


def test_counties_count_apart_and_a_rejected_act_uses_no_number(desk):
    one, two = desk.submitted(), desk.submitted(division_code="450105")
    assert (one.number, two.number) == ("桂许2020-450103-00001", "桂许2020-450105-00001")
    failed = desk.open()
    with pytest.raises(RuleBroken):
        desk.act(failed, "submit", desk.owner)
    assert desk.submitted().number == "桂许2020-450103-00002"


def test_a_voided_number_is_passed_over_and_explained(desk):
    desk.submitted()
    with pytest.raises(RuleBroken, match="已被办件使用"):
        numbering.void(SCOPE, 1, by=desk.clerk, reason="x")
    with pytest.raises(RuleBroken, match="写明原因"):
        numbering.void(SCOPE, 2, by=desk.clerk, reason=" ")
    numbering.void(SCOPE, 2, by=desk.clerk, reason="纸质登记簿污损")
    assert desk.submitted().number == "桂许2020-450103-00003"
    assert numbering.gaps(SCOPE) == [("桂许2020-450103-00002", "纸质登记簿污损")]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("桂{yyyy}-{region6}-{seq:5}", "桂2020-450103-00007"), ("{yy}{mm}{city6}{seq}", "20034501007")],
)
def test_a_pattern_is_filled_in(pattern, found):
    scope = numbering.scope_of(pattern, day=date(2020, 3, 2), division_code="450103", city_code="450100")
    assert numbering.number_in(scope, 7) == found
