"""The hall's public pages hinder nobody: by ear, keyboard, magnified, printed, on a slow line (无障碍)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .hall_material import Material, gather
from .test_accessibility import RUN, axe
from .test_public_verification import READY, drop

__all__ = ["axe"]
pytestmark = pytest.mark.browser

BUDGET = 200_000  # bytes for a page with everything it asks for
PAGES = {
    "home": "/hall/",
    "draws": "/hall/notices/",
    "decisions": "/hall/notices/?kind=decision",
    "results": "/hall/notices/?kind=result",
    "nothing-found": "/hall/notices/?q=没有这样的项目",
    "draw": "/hall/notices/draw/{draw}/",
    "figures": "/hall/figures/",
    "figure": "/hall/figures/fire_review.design_concluded/",
    "paper-state": "/hall/papers/",
    "paper-unknown": "/hall/papers/?number=x&code=12345678",
    "about": "/hall/about/",
    "verify": "/hall/verify/",
    "verify-draw": "/hall/verify/draw/{draw}/",
    "verify-clock": "/hall/verify/clock/",
    "verify-paper": "/hall/verify/paper/",
    "offline": "/hall/verify/offline/",
}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def material(site) -> Material:
    """The files; made once."""
    return gather(site)


def opened(person, name: str, material: Material) -> Page:
    """A page of the hall."""
    page = person.opens(PAGES[name].format(draw=material.draw))
    page.wait_for_load_state("load")
    return page


@pytest.mark.parametrize("width", [1440, 390], ids=["desk", "phone"])
def test_the_pages_of_the_hall_hinder_nobody(enter, axe, material, width):
    person = enter(width=width, bypass_csp=True)
    found = {}
    for name in PAGES:
        page = opened(person, name, material)
        page.evaluate(axe)
        found[name] = page.evaluate(RUN)
    assert {name: faults for name, faults in found.items() if faults} == {}


@pytest.mark.parametrize("name", ["clock", "paper"])
def test_a_verdict_hinders_nobody(enter, axe, material, name):
    page = enter(bypass_csp=True).opens(f"/hall/verify/{name}/")
    expect(page.locator(READY)).to_be_attached()
    drop(page, material.proof if name == "clock" else material.pdf)
    expect(page.locator(".verdict h2")).to_have_text("一致")
    page.evaluate(axe)
    assert page.evaluate(RUN) == []


def test_a_page_stays_within_its_budget_and_asks_nobody_else(enter, site, material):
    person = enter()
    answers: list[tuple[str, int]] = []
    person.page.on("response", lambda one: answers.append((one.url, len(one.body()))))
    for name in PAGES:
        answers.clear()
        opened(person, name, material)
        person.page.wait_for_load_state("networkidle")
        hosts = {urlsplit(url).netloc for url, _ in answers if not url.startswith("data:")}
        assert (name, hosts) == (name, {urlsplit(site.base).netloc})
        assert (name, sum(size for _, size in answers) <= BUDGET) == (name, True)


@pytest.mark.parametrize("width", [720, 320], ids=["zoom-200", "zoom-400"])
def test_a_magnified_page_needs_no_scrolling_sideways(enter, material, width):
    person = enter(width=width, height=450)
    too_wide = {name: opened(person, name, material).evaluate(OVERFLOW) for name in PAGES}
    assert {name: by for name, by in too_wide.items() if by > 0} == {}


def test_the_hall_is_read_and_searched_without_scripts(enter):
    page = enter(java_script_enabled=False).opens("/hall/")
    page.get_by_role("link", name="公示公告", exact=True).first.click()
    page.get_by_role("navigation", name="公示类别").get_by_role("link", name="办理结果").click()
    name = page.locator(".rows a").first.inner_text()
    page.get_by_label("项目名称或编号").fill(name)
    page.locator("main").get_by_role("button", name="查询").click()
    expect(page.locator(".rows a").first).to_have_text(name)
    page.locator(".rows a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_from_the_home_page_to_a_notice_by_keyboard_alone(enter):
    page = enter().opens("/hall/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    assert page.get_by_role("link", name="跳到正文").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    wanted = page.locator(".rows a").first
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.evaluate(
            "(one) => getComputedStyle(one).outlineStyle !== 'none' || !!one.closest('.card')"
        )
        if wanted.evaluate("(one) => one === document.activeElement"):
            break
    title = wanted.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_whoever_wants_no_motion_gets_none(enter):
    page = enter(reduced_motion="reduce").opens("/hall/")
    moving = "[...document.querySelectorAll('*')].filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("name", ["home", "draw", "results", "figures"])
def test_a_print_out_keeps_what_counts_and_drops_the_rest(enter, material, name):
    page = opened(enter(), name, material)
    page.emulate_media(media="print")
    expect(page.locator(".hall-nav")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
