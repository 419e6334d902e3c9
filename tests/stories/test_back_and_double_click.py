"""Back, twice, in two tabs: the page shows what is, and says why (返回·双击·两个标签页)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .people import action, steps, submit

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(enter, stock) -> Page:
    """A clerk in front of a case that waits to be accepted."""
    return enter("nanning.clerk").opens_case(stock["designs"].pop(0))


def test_the_way_back_shows_the_fresh_state_with_a_sentence(desk):
    submit(action(desk, "受理"))
    expect(desk.locator(".wb-casehead")).to_contain_text("技术审查")
    desk.goto("/workbench/cases/")
    desk.go_back()
    expect(desk.locator("[data-wb-back]")).to_be_hidden()  # nothing has changed since
    desk.go_back()
    told = desk.locator("[data-wb-back]")
    expect(told).to_be_visible()
    expect(told).to_contain_text("现处于“技术审查”")
    assert desk.locator("details.wb-act summary", has_text="受理").count() == 0


def test_two_tabs_with_the_same_act_end_in_its_result(desk):
    other = desk.context.new_page()
    other.goto(desk.url)
    left_open = action(other, "受理")
    submit(action(desk, "受理"))
    expect(desk.locator(".wb-casehead")).to_contain_text("技术审查")
    submit(left_open)
    expect(other.get_by_role("status").first).to_contain_text("您已于")
    expect(other.get_by_role("status").first).to_contain_text("没有重复办理")
    expect(other.get_by_role("alert")).to_have_count(0)
    assert steps(other, "受理") == 1


def test_another_act_in_another_tab_is_told_as_ones_own(desk):
    other = desk.context.new_page()
    other.goto(desk.url)
    left_open = action(other, "不予受理")
    left_open.get_by_label("理由").fill("不属于本机关职权")
    submit(action(desk, "受理"))
    expect(desk.locator(".wb-casehead")).to_contain_text("技术审查")
    submit(left_open)
    told = other.get_by_role("alert").first
    expect(told).to_contain_text("您自己")
    expect(told).to_contain_text("在另一页办理“受理”")
    expect(other.locator("body")).to_contain_text("不属于本机关职权")


@pytest.mark.parametrize("name", ["受理", "一次性补正告知"])
def test_a_double_click_on_an_act_is_one_act(desk, name):
    form = action(desk, name)
    if name != "受理":
        form.get_by_label("其他需要补正的内容").fill("总平面图")
    form.locator("button.wb-button--main").dblclick()
    expect(desk.locator(".wb-events > li > div > b").first).to_have_text(name)
    desk.reload()
    assert steps(desk, name) == 1
