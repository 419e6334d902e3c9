"""A leader looks at the wall as it was in November, steps a day, plays, comes back (回放)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def count(page: Page) -> int:
    """Design reviews accepted, as the wall prints it."""
    said = page.locator(
        '[data-widget="counts"] [data-code="fire_review.design_accepted"] .value'
    ).inner_text()
    return int(re.sub(r"\D", "", said))


def test_the_wall_of_a_past_day_shows_what_was_known_then_and_is_not_refreshed(enter):
    person = enter("leader", width=1920, height=1080)
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    page = person.opens("/screen/main/?at=2020-11-30T21:00")
    expect(page.locator("#then")).to_have_text("回放 2020-11-30 21:00")
    then = count(page)
    page.get_by_label("后一天").click()
    expect(page.locator("#then")).to_have_text("回放 2020-12-01 21:00")
    assert count(page) == then  # nothing was counted in between
    page.get_by_label("日期").evaluate("e => { e.value = e.max; e.dispatchEvent(new Event('input')) }")
    expect(page.locator("#then")).to_contain_text("回放 2020-12-31")
    page.wait_for_function("then => !document.getElementById('then').textContent.includes('11-30')", arg=then)
    assert count(page) >= then
    assert not [url for url in asked if "/stream" in url]
    page.get_by_role("button", name="播放").click()
    expect(page.get_by_role("button", name="暂停")).to_be_visible()
    page.get_by_role("button", name="暂停").click()
    page.get_by_role("link", name="回到现在").click()
    page.wait_for_url(re.compile(r"/screen/main/$"))
    assert count(page) > then


def test_before_the_first_counting_the_wall_says_that_nothing_was_known(enter):
    page = enter("leader", width=1920, height=1080).opens("/screen/main/?at=2020-01-05T09:00")
    expect(page.locator("#notice")).to_contain_text("当时还没有载入任何指标")
    assert page.locator('[data-widget="calls"] .value').inner_text().strip() == "—"


def test_a_city_leads_to_its_counties_and_they_make_up_the_city(enter):
    page = enter("leader").opens("/screen/figure/fire_review.design_accepted/?city=450100")
    total = int(re.sub(r"\D", "", page.locator("p.value").inner_text()))
    amounts = [int(re.sub(r"\D", "", text)) for text in page.locator(".counties .amount").all_inner_texts()]
    assert len(amounts) >= 12 and sum(amounts) == total and amounts == sorted(amounts, reverse=True)
