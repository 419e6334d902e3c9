"""An officer looks for something and finds it, whatever page he stands on (全文检索)."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PATIENCE = 30.0  # seconds: the worker follows the journal several times a second


def looks_for(page: Page, text: str) -> None:
    """By the key that leads to the box, from the handling page or any other."""
    page.locator("h1").first.wait_for()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="全文检索")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def test_a_case_that_was_just_handed_in_is_found_by_the_end_of_its_number(enter, stock):
    number = stock["designs"][-1]
    page = enter("nanning.clerk").opens_case(number)
    looks_for(page, number)
    deadline = time.monotonic() + PATIENCE
    while (
        not page.get_by_role("link").filter(has=page.locator("mark")).count() and time.monotonic() < deadline
    ):
        if page.locator(".wb-hits").count() and number in page.locator(".wb-hits").inner_text():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator(".wb-hits li").first).to_contain_text(number)


def test_two_characters_are_enough_and_kinds_narrow_the_answer(enter, stock):
    page = enter("leader").opens("/workbench/")
    looks_for(page, "小区")
    first = page.locator(".wb-hits li").first
    expect(first.locator("mark").first).to_have_text("小区")
    page.get_by_role("navigation", name="种类").get_by_role("link", name=re.compile("^文书")).click()
    expect(page.locator(".wb-hits .wb-tag").first).to_have_text("文书")
    page.goto("/workbench/search/?q=小区&kind=case")
    link = page.locator(".wb-hits h2 a").first
    link.click()
    expect(page.locator(".wb-casehead")).to_be_visible()


def test_the_leader_finds_the_definition_of_a_figure(enter):
    page = enter("leader").opens("/workbench/search/?q=办结率")
    page.locator(".wb-hits li", has=page.get_by_text("指标口径", exact=True)).get_by_role(
        "link"
    ).first.click()
    expect(page.get_by_role("heading", name="背后的记录")).to_be_visible()


def test_an_officer_of_a_city_finds_nothing_of_another(enter):
    page = enter("nanning.clerk").opens("/workbench/search/?q=柳北区")
    expect(page.get_by_text("没有找到“柳北区”")).to_be_visible()
    leader = enter("leader").opens("/workbench/search/?q=柳北区")
    expect(leader.locator(".wb-hits li").first).to_be_visible()


def test_the_audit_officer_finds_no_business(enter):
    page = enter("audit.officer").opens("/workbench/search/?q=小区")
    expect(page.get_by_text("没有找到“小区”")).to_be_visible()
