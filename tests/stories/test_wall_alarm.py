"""Something is wrong: the wall jumps to it and flashes slowly until somebody has seen it, then goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from . import walls
from .people import see_wall

pytestmark = pytest.mark.browser
RATE = "fire_review.acceptance_concluded_rate"


@pytest.fixture(autouse=True)
def quiet(site):
    walls.close_alarms(site)
    yield
    walls.close_alarms(site)


def test_five_hundred_alarms_are_one_line_that_stops_flashing_when_acknowledged(enter, site):
    wall = enter("leader", width=1920, height=1080).opens("/screen/fire/")
    see_wall(wall)
    walls.raise_alarms(site, 500, indicator=RATE, title="验收办结率未达目标", severity="urgent")
    strip = wall.locator(".alarms")
    expect(strip).to_contain_text("等 500 条", timeout=20_000)
    expect(strip.locator(".alarm")).to_have_count(1)
    expect(strip).to_have_class("alarms flash")
    hertz = strip.evaluate("(e) => 1 / parseFloat(getComputedStyle(e, '::before').animationDuration)")
    assert hertz <= 3
    desk = enter("system.officer").opens("/workbench/alarms/")
    desk.get_by_role("button", name="全部确认").click()
    expect(desk.locator("body")).to_contain_text("已确认 500 条")
    expect(strip).to_have_class("alarms", timeout=20_000)
    expect(strip).to_contain_text("已确认")


def test_a_rotating_wall_jumps_to_the_screen_of_the_alarm_and_returns(enter, site):
    wall = enter("leader", width=1920, height=1080).opens("/screen/systems/?rotate=60")
    walls.painted(wall)
    expect(wall.locator(".link").first).to_have_text("实时")
    before = wall.locator("h1").inner_text()
    walls.raise_alarms(site, 1, indicator="fire_review.design_pass_rate", title="设计合格率未达目标")
    walls.see_screen(wall, "fire", timeout=20_000)
    walls.close_alarms(site)
    expect(wall.locator(".frame:not([hidden]) h1")).to_have_text(before, timeout=20_000)
    expect(wall.locator(".alarms").first).to_be_hidden()


def test_whoever_does_not_move_well_sees_no_flash(enter, site):
    walls.raise_alarms(site, 1, indicator=RATE, title="验收办结率未达目标")
    wall = enter("leader", width=1920, height=1080, reduced_motion="reduce").opens("/screen/fire/")
    walls.painted(wall)
    name = wall.locator(".alarms").evaluate("(e) => getComputedStyle(e, '::before').animationName")
    assert name == "none"
