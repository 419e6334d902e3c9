"""An officer hears of what waits for him (消息): in the list, in the sidebar, and no more than he can read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LIST = "/workbench/notices/"


def test_a_case_that_is_handed_in_reaches_the_clerk_and_reading_it_takes_it_off_the_list(enter, stock):
    number = stock["designs"][0]
    page = enter("nanning.clerk").opens(LIST)
    line = page.locator(".nt-one").filter(has_text=number)
    for _ in range(20):  # the worker seals and follows several times a second
        if line.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(line).to_contain_text("轮到您办理")
    line.get_by_role("link").click()
    page.wait_for_url("**/workbench/cases/*/")
    expect(page.locator("body")).to_contain_text(number)
    page.goto(LIST)
    expect(page.locator(".nt-one").filter(has_text=number)).to_have_count(0)
    page.goto(LIST + "?scope=all")
    expect(page.locator(".nt-one").filter(has_text=number)).to_have_count(1)


def test_the_sidebar_counts_and_everything_can_be_put_away_at_once(enter, stock):
    page = enter("nanning.reviewer").opens(LIST)
    page.goto(LIST + "?scope=all")
    if page.get_by_role("button", name="全部标为已读").count():
        expect(page.get_by_role("link", name="消息（")).to_be_visible()
        page.get_by_role("button", name="全部标为已读").click()
        expect(page.get_by_role("status").first).to_contain_text("标为已读")
    page.goto(LIST)
    expect(page.locator("body")).to_contain_text("没有未读消息")
    expect(page.get_by_role("link", name="消息", exact=True)).to_be_visible()


def test_the_demo_year_leaves_some_hundred_notices_and_not_a_hundred_thousand(site):
    told = site.house.rows("SELECT count(*) FROM notices_notice")[0][0]
    acts = site.house.rows("SELECT count(*) FROM journal_entry")[0][0]
    most = site.house.rows(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM notices_notice GROUP BY account_id, kind, day)"
    )
    assert 0 < told < max(600, acts // 20)
    assert most[0][0] <= 21


def test_an_officer_chooses_how_to_be_told_with_the_keyboard_alone(enter):
    page = enter("nanning.insp", width=390, height=844).opens(LIST)
    page.get_by_role("link", name="接收设置").focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("checkbox", name="每日提要：站内")
    box.focus()
    before = box.is_checked()
    page.keyboard.press("Space")
    page.get_by_role("button", name="保存").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("已保存")
    assert page.get_by_role("checkbox", name="每日提要：站内").is_checked() is not before
