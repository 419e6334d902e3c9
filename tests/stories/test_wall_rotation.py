"""Screens in turn: each its time, held while somebody touches, nothing left behind; a briefing by arrow keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from . import walls

pytestmark = pytest.mark.browser


def test_screens_follow_each_other_and_those_that_left_are_gone(enter):
    page = enter("leader", width=1920, height=1080).opens("/screen/main/?rotate=5")
    walls.painted(page)
    walls.see_screen(page, "fire")
    assert page.locator(".frame").count() <= 2
    expect(page.locator(".frame .chart").first).to_be_visible()
    # Every chart alive stands on the page: those of the screen that left were disposed of.
    held = page.evaluate(
        "[...document.querySelectorAll('.chart')].every((c) => !echarts.getInstanceByDom(c)?.isDisposed())"
    )
    assert held


def test_a_touch_holds_the_screen(enter):
    page = enter("leader", width=1920, height=1080).opens("/screen/main/?rotate=5")
    walls.painted(page)
    page.mouse.move(400, 400)
    page.mouse.move(420, 400)
    expect(page.locator("#progress")).to_have_class("progress held", timeout=5_000)
    page.wait_for_timeout(7_000)
    walls.see_screen(page, "main")


def test_a_wide_wall_shows_screens_side_by_side_and_stretches_none(enter):
    page = enter("leader", width=3840, height=1080).opens("/screen/main/")
    walls.painted(page)
    expect(page.locator(".frame:not([hidden])")).to_have_count(2)
    for stage in page.locator(".stage").all():
        box = stage.bounding_box()
        assert box and abs(box["width"] / box["height"] - 16 / 9) < 0.01


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440), (1440, 900), (1080, 1920)])
def test_the_stage_is_scaled_as_a_whole_and_stays_inside(enter, width: int, height: int):
    page = enter("leader", width=width, height=height).opens("/screen/fire/")
    walls.painted(page)
    box = page.locator(".stage").bounding_box()
    assert box and box["width"] <= width + 1 and box["height"] <= height + 1
    wanted = 16 / 9 if width > height else 9 / 16
    assert abs(box["width"] / box["height"] - wanted) < 0.01
    outside = page.locator(".stage .fig .value").evaluate_all(
        "(all) => all.filter((e) => { const a = e.getBoundingClientRect(), b = e.closest('.widget').getBoundingClientRect(); return a.right > b.right + 1 || a.bottom > b.bottom + 1; }).length"
    )
    assert outside == 0


def test_a_briefing_steps_through_widgets_and_screens_and_nothing_else_navigates(enter):
    page = enter("leader", width=1920, height=1080).opens("/screen/main/?mode=briefing")
    walls.painted(page)
    page.keyboard.press("ArrowRight")
    big = page.locator(".widget.big")
    expect(big).to_have_count(1)
    expect(big.locator(".brief")).to_contain_text("数据接口调用")
    page.locator(".widget.big button.fig").first.click()
    expect(page.locator("#card")).to_be_hidden()
    steps = page.locator(".widget").count()
    for _ in range(steps):
        page.keyboard.press("PageDown")
    walls.see_screen(page, "fire")
    page.keyboard.press("ArrowLeft")
    walls.see_screen(page, "main")
    expect(page.locator(".widget.big")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".widget.big")).to_have_count(0)
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "mode" not in url)
