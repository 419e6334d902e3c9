"""What people do on the pages, in their words (页面上的动作)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Locator, Page, expect

CONCLUDED_RATE = "fire_review.design_concluded_rate"
ACCEPTED = "fire_review.design_accepted"


@dataclass(frozen=True)
class Person:
    """Somebody in front of a browser of his own (一名使用者)."""

    account: str
    context: BrowserContext
    page: Page

    def opens(self, path: str) -> Page:
        """Go to an address of the platform; the page."""
        self.page.goto(path)
        return self.page

    def opens_case(self, number: str) -> Page:
        """Go to the handling page of a case."""
        return self.opens(f"/workbench/cases/{number}/")


def sign_in(page: Page, account: str, password: str) -> None:
    """Through the sign-in page, wherever that leads (登录)."""
    if "/signin/" not in page.url:
        page.goto("/signin/")
    page.get_by_label("账号名").fill(account)
    page.get_by_label("口令").fill(password)
    page.get_by_role("button", name="登录").click()


def see_wall(page: Page) -> None:
    """The wall is painted and hears of changes (大屏就绪)."""
    page.wait_for_selector("html[data-painted=yes]")
    expect(page.locator("#link")).to_have_text("实时")


def figure(page: Page, code: str) -> Locator:
    """A figure on the wall (大屏上的指标)."""
    return page.locator(f'button.fig[data-code="{code}"]').first


def number_of(text: str) -> float:
    """The number that a figure's text says, without grouping and unit (数值)."""
    found = re.search(r"-?[\d,]+(?:\.\d+)?", text)
    assert found, f"no number in {text!r}"
    return float(found.group().replace(",", ""))


def count_said(page: Page) -> int:
    """How many records the figure's page says there are (共 N 条)."""
    found = re.search(r"共 ([\d,]+) 条", page.locator("h2", has_text="背后的记录").inner_text())
    assert found
    return int(found.group(1).replace(",", ""))


def action(page: Page, name: str) -> Locator:
    """The form of an action on the handling page, opened (办理表单)."""
    box = page.locator("details.wb-act").filter(has=page.locator("summary", has_text=re.compile(f"^{name}$")))
    if box.get_attribute("open") is None:
        box.locator("summary").first.click()  # one inside opens the entry of an earlier time
    return box


def submit(box: Locator) -> None:
    """Send the form of an action (提交)."""
    box.locator("button.wb-button--main").click()


def state(page: Page) -> str:
    """The state of the case, as its page's heading shows it (环节)."""
    return page.locator(".wb-casehead h1 .wb-state").inner_text()


def steps(page: Page, name: str) -> int:
    """How often an action stands in the history of the case (办理次数)."""
    lines = page.locator(".wb-events > li > div > b").all_inner_texts()
    return sum(line.strip() == name for line in lines)


def watch(page: Page, code: str) -> None:
    """Note, in the page itself, when a figure on the wall shows another text (盯住一个指标)."""
    page.evaluate(
        """(code) => {
          const text = () => document.querySelector(`button.fig[data-code="${code}"] .value`)?.textContent;
          window.zjySeen = [{at: Date.now(), text: text()}];
          new MutationObserver(() => {
            const now = text();
            if (now && now !== window.zjySeen.at(-1).text) window.zjySeen.push({at: Date.now(), text: now});
          }).observe(document.querySelector("main.grid"), {subtree: true, childList: true, characterData: true});
        }""",
        code,
    )


def repainted_at(page: Page, timeout: float = 20_000) -> float:
    """When the watched figure first showed another text, in milliseconds of the machine's clock (重绘时刻)."""
    page.wait_for_function("window.zjySeen.length > 1", timeout=timeout)
    return float(page.evaluate("window.zjySeen[1].at"))
