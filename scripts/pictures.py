"""Which pictures the documents show (文档用图): where each is taken, by whom, and what is done before.

`scripts/screenshots.py` takes them; `tests/docs` holds this list against the documents, both ways.
Whatever is done before a picture leaves no case changed: forms are opened and filled in, not sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

WALL, DESK, PHONE = (1920, 1080), (1440, 900), (390, 844)
CHIEF, CLERK, LEADER, CENTRE = "nanning.chief", "nanning.clerk", "leader", "dept.centre"
SYSTEM, AUDIT, EDITOR = "system.officer", "audit.officer", "screen.editor"
CONSUMER = "nanning.consumer"
APPLICANT = "13800000001"  # digits only: somebody who signs in at the hall
TELEVISION = "一楼大厅电视"
PAINTED = "html[data-painted=yes]"


@dataclass(frozen=True)
class Shot:
    """One picture (一张截图): where, how large, who looks ("" nobody signed in), what must be seen first."""

    path: str
    size: tuple[int, int]
    wait_for: str
    who: str = ""
    before: Callable[[Page], None] | None = None


# --- what is done before a picture is taken -------------------------------------------------------


def open_case(page: Page) -> None:
    """From the list to a case that waits for a decision, or else to the first (打开一件)."""
    rows = page.locator(".wb-table tbody tr")
    waiting = rows.filter(has_text="待签发意见")
    (waiting if waiting.count() else rows).locator("th a").first.click()
    page.wait_for_selector(".wb-clock")


def open_act(page: Page) -> None:
    """The same, with its first act opened (展开动作)."""
    open_case(page)
    act = page.locator("details.wb-act").first
    act.locator("summary").first.click()
    act.scroll_into_view_if_needed()


def choose_some(page: Page) -> None:
    """Three rows ticked, of one's own if there are any, so that the bar says what can be done (勾选三件)."""
    if not page.locator(".wb-table tbody tr").count():
        page.goto(page.url.replace("scope=todo", "scope=open"))
    boxes = page.locator(".wb-table tbody input[type=checkbox]")
    for number in range(min(3, boxes.count())):
        boxes.nth(number).check()
    page.wait_for_timeout(800)


def go_on_with_draft(page: Page) -> None:
    """The draft that waits among one's own cases, or a new one (继续草稿)."""
    draft = page.locator("main a[href^='/hall/applications/']")
    if draft.count():
        draft.first.click()
    else:
        page.goto(page.url.split("/hall/")[0] + "/hall/services/fire_design/start/")
        page.locator("main").get_by_role("button", name="开始填写").click()
    page.wait_for_selector("#saved", state="attached")


def open_own_case(page: Page) -> None:
    """The first of one's own cases: one that waits for the applicant, if there is one (打开自己的办件)."""
    page.locator("main a[href*='/hall/mine/%']").first.click()
    page.wait_for_selector("#state")


def check_draw(page: Page) -> None:
    """From the first notice of a draw to the verdict (核验抽查)."""
    page.locator("main a[href*='/notices/draw/']", has_text="南宁").first.click()
    page.get_by_role("link", name="打开核验页面").click()
    page.wait_for_selector("html[data-verifier=ready]")
    page.get_by_role("button", name="核验这次抽查").click()
    expect(page.locator("#verdict .verdict h2")).to_have_text("一致", timeout=30_000)
    page.evaluate("scrollTo(0, 0)")


def enlarge_first(page: Page) -> None:
    """The first widget of a briefing (汇报第一块)."""
    page.keyboard.press("ArrowRight")


def approve_television(page: Page) -> None:
    """Let a television in, unless there is one, and let it play while the picture is taken (批准一台电视)."""
    if not page.locator("section", has_text=TELEVISION).count():
        _pair(page)
    page.goto(page.url)
    page.locator("section", has_text=TELEVISION).last.scroll_into_view_if_needed()


def _pair(page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    television = browser.new_page(locale="zh-CN")  # stays open: a wall that plays is online
    television.goto(page.url.split("/workbench/")[0] + "/wall/")
    television.wait_for_selector("#code")
    form = page.locator("form[action$='approve/']")
    form.get_by_label("配对码").fill(television.locator("#code").inner_text())
    form.get_by_label("名称").fill(TELEVISION)
    for screen in ("住建数据总览", "消防审验"):
        form.get_by_label(screen).check()
    form.get_by_label("允许地址").fill("127.0.0.0/8")
    form.get_by_role("button", name="批准并开始播放").click()
    television.wait_for_selector("html[data-painted=yes]", timeout=30_000)


def open_first_row(page: Page) -> None:
    """The first thing of a list (打开第一行)."""
    page.locator("main table tbody a").first.click()
    page.wait_for_load_state()


PICTURES: dict[str, Shot] = {
    # officers
    "signin.png": Shot("/signin/", (1024, 680), "form"),
    "workbench-home.png": Shot("/workbench/", DESK, ".wb-tiles", CHIEF),
    "cases.png": Shot("/workbench/cases/?scope=todo", DESK, "h1", CLERK, choose_some),
    "case.png": Shot("/workbench/cases/?scope=todo&sort=due", (1440, 1100), ".wb-table", CHIEF, open_case),
    "act.png": Shot("/workbench/cases/?scope=todo&sort=due", DESK, ".wb-table", CHIEF, open_act),
    "case-phone.png": Shot("/workbench/cases/?scope=todo&sort=due", PHONE, ".wb-table", CHIEF, open_case),
    "search.png": Shot("/workbench/search/?q=小区", DESK, ".wb-hits", CHIEF),
    "sharing-grant.png": Shot(
        "/workbench/data-gateway/mine/grants/constructors-450100/", DESK, ".wb-table", CONSUMER
    ),
    "duties.png": Shot("/workbench/duties/", DESK, ".wb-calendar", CHIEF),
    "notices.png": Shot("/workbench/notices/?scope=all", DESK, "h1", CHIEF),
    # applicants
    "hall-home.png": Shot("/hall/", DESK, "main"),
    "hall-services-phone.png": Shot("/hall/services/", PHONE, "main"),
    "hall-form.png": Shot("/hall/mine/", DESK, "main", APPLICANT, go_on_with_draft),
    "hall-mine.png": Shot("/hall/mine/", DESK, "main", APPLICANT),
    "hall-case-phone.png": Shot("/hall/mine/", PHONE, "main", APPLICANT, open_own_case),
    "verify-draw.png": Shot("/hall/notices/?kind=draw&q=南宁", DESK, "main", "", check_draw),
    # the wall
    "main-screen.png": Shot("/screen/main/", WALL, PAINTED, LEADER),
    "fire-screen.png": Shot("/screen/fire/", WALL, PAINTED, LEADER),
    "systems-screen.png": Shot("/screen/systems/", WALL, PAINTED, LEADER),
    "figure.png": Shot("/screen/figure/fire_review.design_concluded_rate/?year=2020", DESK, "table", LEADER),
    "briefing.png": Shot("/screen/main/?mode=briefing", WALL, PAINTED, LEADER, enlarge_first),
    "replay.png": Shot("/screen/main/?at=2020-11-30T21:00", WALL, "#then", LEADER),
    "pairing.png": Shot("/wall/", (1280, 720), "#code"),
    "devices.png": Shot("/workbench/devices/", (1440, 1200), "form", SYSTEM, approve_television),
    "alarms.png": Shot("/workbench/alarms/", DESK, "h1", SYSTEM),
    "layout-editor.png": Shot("/workbench/screens/main/edit/", DESK, ".ed-w", EDITOR),
    "public-screen.png": Shot("/public/screen/fire/", DESK, "h1"),
    # the inventory
    "inventory-systems.png": Shot("/workbench/asset-inventory/systems/", DESK, "table", CENTRE),
    "inventory-system.png": Shot(
        "/workbench/asset-inventory/systems/", DESK, "table", CENTRE, open_first_row
    ),
    "inventory-graph.png": Shot("/workbench/asset-inventory/graph/", DESK, "[data-inv-graph]", CENTRE),
    "inventory-import.png": Shot("/workbench/asset-inventory/import/", DESK, "form", CENTRE),
    # those who run and those who audit
    "outbox.png": Shot("/workbench/outbox/", DESK, "h1", SYSTEM),
    "jobs.png": Shot("/workbench/jobs/", DESK, "h1", SYSTEM),
    "journal.png": Shot("/workbench/journal/", DESK, "table", AUDIT),
    "indicator-book.png": Shot("/workbench/indicators/", DESK, "table", LEADER),
}
