"""Makes the pictures of the documents from a running demo (文档截图).

    .venv/bin/python scripts/screenshots.py http://localhost:8000 --account nanning.chief

Needs Chromium (`make test-browser` brings it). Pictures go to `docs/pictures/`, none above 400 KB.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
LIMIT = 400_000  # bytes of one picture
COLOURS = (256, 192, 128, 64)
PASSWORD = "Yongjiang-2020-Bridge"  # of the demo, printed by `make demo`
WALL, DESK = (1920, 1080), (1440, 900)


@dataclass(frozen=True)
class Shot:
    """One picture (一张截图): where, how large, and what must be seen before it is taken."""

    path: str
    size: tuple[int, int]
    wait_for: str
    signed_in: bool = True
    before: Callable[[Page], None] | None = None


def open_case(page: Page) -> None:
    """From the list to a case that waits for a decision, or else to the first (打开一件)."""
    rows = page.locator(".wb-table tbody tr")
    waiting = rows.filter(has_text="待签发意见")
    (waiting if waiting.count() else rows).locator("th a").first.click()
    page.wait_for_selector(".wb-clock")


PICTURES: dict[str, Shot] = {
    "signin.png": Shot("/signin/", (1024, 680), "form", signed_in=False),
    "main-screen.png": Shot("/screen/main/", WALL, ".widget .body :is(svg, canvas)"),
    "fire-screen.png": Shot("/screen/fire/", WALL, ".widget .body :is(svg, canvas)"),
    "figure.png": Shot("/screen/figure/fire_review.design_concluded_rate/?year=2020", DESK, "table"),
    "workbench-home.png": Shot("/workbench/", DESK, ".wb-tiles"),
    "cases.png": Shot("/workbench/cases/", DESK, ".wb-table"),
    "case.png": Shot("/workbench/cases/?scope=todo&sort=due", (1440, 1100), ".wb-table", before=open_case),
}


def compressed(png: bytes) -> bytes:
    """The picture with as many colours as fit under the limit (压缩).

    Raises:
        ValueError: it does not fit even with the fewest colours.
    """
    picture = Image.open(BytesIO(png)).convert("RGB")
    for colours in COLOURS:
        target = BytesIO()
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            target, "PNG", optimize=True
        )
        if target.tell() <= LIMIT:
            return target.getvalue()
    raise ValueError(f"截图压缩后仍有 {target.tell():,} 字节，超过 {LIMIT:,}，请缩小尺寸。")


def sign_in(page: Page, base: str, account: str, password: str) -> None:
    """Through the sign-in page, like a person (登录).

    Raises:
        RuntimeError: the page did not let us in.
    """
    page.goto(f"{base}/signin/")
    page.locator("input[name=login]").fill(account)
    page.locator("input[name=password]").fill(password)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_load_state()
    if "/signin" in page.url:
        raise RuntimeError(f"账号 {account} 登录不了，请核对账号和口令。")


def take(context: BrowserContext, base: str, name: str, shot: Shot) -> int:
    """Take one picture and write it; its size in bytes (拍一张)."""
    page = context.new_page()
    page.set_viewport_size({"width": shot.size[0], "height": shot.size[1]})
    page.goto(base + shot.path)
    page.wait_for_selector(shot.wait_for, timeout=15_000)
    if shot.before:
        shot.before(page)
    page.wait_for_timeout(1_200)  # charts and fonts settle
    picture = compressed(page.screenshot())
    page.close()
    (FOLDER / name).write_bytes(picture)
    return len(picture)


def browser_path() -> str:
    """Debian's Chromium (浏览器).

    Raises:
        RuntimeError: there is none.
    """
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise RuntimeError("没有 Chromium，请先执行 make test-browser。")
    return found


def run(base: str, account: str, password: str, wanted: list[str]) -> int:
    """All pictures asked for; how many could not be made (逐张截图)."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        known = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        stranger = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        if any(PICTURES[name].signed_in for name in wanted):
            sign_in(known.new_page(), base, account, password)
        for name in wanted:
            shot = PICTURES[name]
            try:
                size = take(known if shot.signed_in else stranger, base, name, shot)
                print(f"✓ {name}：{size // 1000} KB")
            except (Error, ValueError) as error:
                failed += 1
                print(f"✗ {name}：{str(error).splitlines()[0]}", file=sys.stderr)
        browser.close()
    return failed


def main() -> int:
    """Read the arguments; the exit code."""
    parser = argparse.ArgumentParser(description="从运行中的演示制作文档截图")
    parser.add_argument(
        "base", nargs="?", default="http://localhost:8000", help="网址（默认 http://localhost:8000）"
    )
    parser.add_argument("--account", default="nanning.chief", help="演示账号（默认 nanning.chief）")
    parser.add_argument("--password", default=PASSWORD, help="口令（默认演示口令）")
    parser.add_argument("--only", nargs="*", choices=list(PICTURES), metavar="文件名", help="只做这些")
    chosen = parser.parse_args()
    try:
        return bool(
            run(chosen.base.rstrip("/"), chosen.account, chosen.password, chosen.only or list(PICTURES))
        )
    except (RuntimeError, Error) as error:
        print(f"✗ {str(error).splitlines()[0]}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
