"""A TV in the hall: a code on the screen, an administrator's approval, no sign-in; taken away at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from . import walls

pytestmark = pytest.mark.browser


def test_a_tv_is_let_in_by_its_code_and_put_out_within_one_refresh(enter):
    tv = walls.device(enter, "一楼大厅电视", screens=("main",))
    walls.see_screen(tv, "main")
    assert tv.url.endswith("/wall/")
    assert tv.evaluate("document.cookie").find("zjy_wall") < 0
    desk = enter("system.officer").opens("/workbench/devices/")
    card = desk.locator("section").filter(has_text="一楼大厅电视")
    expect(card).to_contain_text("127.0.0.1")
    card.locator("summary", has_text="吊销").click()
    card.get_by_label("理由").fill("电视搬走了")
    card.get_by_role("button", name="吊销这台设备").click()
    expect(tv.locator("#code")).to_be_visible(timeout=20_000)
    expect(tv.locator("body")).to_contain_text("授权已被收回")
    expect(tv.locator(".frame")).to_have_count(0)


def test_a_figure_on_the_tv_opens_its_definition_and_no_other_page(enter):
    tv = walls.device(enter, "二楼电视", screens=("fire",))
    tv.locator("button.fig").first.click()
    expect(tv.locator("#card")).to_contain_text("口径")
    expect(tv.locator("#card .go")).to_be_hidden()
    tv.goto("/screen/main/")
    assert tv.locator("input[type=password]").count() == 0


def test_the_code_can_be_read_from_the_sofa(enter):
    tv = enter(width=1920, height=1080).page
    tv.goto("/wall/")
    size = tv.locator("#code").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 96
