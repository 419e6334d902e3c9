"""A running demo, a browser, people who sign in (浏览器故事的夹具)."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from zhujianyun.config.demo_people import PASSWORD

from . import running
from .people import Person, sign_in

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--no-first-run",
]  # fmt: skip
STOCK = {"designs": 24, "filings": 4, "vouchers": 9}
Enter = Callable[..., Person]


# Patience, not a promise: what a story waits for may take long on a busy machine.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not Path(CHROMIUM).exists() and shutil.which("chromium") is None:
        pytest.skip("没有 Chromium：执行 make test-browser 会自动安装。")
    path = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Site]:
    """The platform with its small year, as `zhujianyun up` serves it. After the browser: no browser, no demo."""
    with running.demo(tmp_path_factory.mktemp("stories")) as answering:
        yield answering


@pytest.fixture(scope="session")
def stock(site: running.Site) -> dict[str, list[str]]:
    """Cases that applicants have handed in; a story takes what it needs with `pop`."""
    return running.hand_in(site.house, **STOCK)


@pytest.fixture
def enter(browser: Browser, site: running.Site) -> Iterator[Enter]:
    """Somebody opens a browser; signed in when an account is named. Uncaught errors of scripts fail the story."""
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def come_in(account: str = "", *, width: int = 1440, height: int = 900, **options: object) -> Person:
        context = browser.new_context(
            base_url=site.base, locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True,
            viewport={"width": width, "height": height}, **options,
        )  # fmt: skip
        context.set_default_timeout(20_000)
        context.on("weberror", lambda error: faults.append(f"{error.page and error.page.url}: {error.error}"))
        opened.append(context)
        person = Person(account, context, context.new_page())
        if account:
            sign_in(person.page, account, PASSWORD)
        return person

    yield come_in
    for context in opened:
        context.close()
    assert not faults, faults


@pytest.fixture
def stranger(enter: Enter) -> Page:
    """The page of somebody who has not signed in."""
    return enter().page
