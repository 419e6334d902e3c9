"""Makes the pictures of the documents from a running demo (文档截图).

    .venv/bin/python scripts/screenshots.py http://localhost:8000 --only case.png

Needs Chromium (`make test-browser` brings it). Pictures go to `docs/pictures/`, none above 200 KB.
Which pictures there are stands in `scripts/pictures.py`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from io import BytesIO
from pathlib import Path

from pictures import PICTURES, Shot
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
LIMIT = 200_000  # bytes of one picture
COLOURS = (128, 96, 64, 40, 24)
PASSWORD = "Yongjiang-2020-Bridge"  # of the demo, printed by `make demo`


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
    """Through the sign-in page of officers, or of the hall for a telephone number (登录).

    Raises:
        RuntimeError: the page did not let us in.
    """
    hall = account.isdigit()
    page.goto(f"{base}/hall/signin/" if hall else f"{base}/signin/")
    page.get_by_label("手机号或身份证号" if hall else "账号名").fill(account)
    page.get_by_label("口令", exact=hall).fill(password)
    page.get_by_role("button", name="登录", exact=hall).click()
    page.wait_for_load_state()
    if "/signin" in page.url:
        raise RuntimeError(f"账号 {account} 登录不了，请核对账号和口令。")


def take(context: BrowserContext, base: str, name: str, shot: Shot) -> int:
    """Take one picture and write it; its size in bytes (拍一张)."""
    page = context.new_page()
    try:
        page.set_viewport_size({"width": shot.size[0], "height": shot.size[1]})
        page.goto(base + shot.path)
        page.wait_for_selector(shot.wait_for, state="attached", timeout=20_000)
        if shot.before:
            shot.before(page)
        page.wait_for_timeout(1_200)  # charts and fonts settle
        picture = compressed(page.screenshot())
    finally:
        page.close()
    (FOLDER / name).write_bytes(picture)
    return len(picture)


def entered(browser: Browser, base: str, who: str, password: str) -> BrowserContext:
    """A browser of one's own, signed in as somebody, or as nobody (各用各的浏览器)."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    if who:
        page = context.new_page()
        sign_in(page, base, who, password)
        page.close()
    return context


def browser_path() -> str:
    """Debian's Chromium (浏览器).

    Raises:
        RuntimeError: there is none.
    """
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise RuntimeError("没有 Chromium，请先执行 make test-browser。")
    return found


def run(base: str, password: str, wanted: list[str]) -> int:
    """All pictures asked for, person by person; how many could not be made (逐张截图)."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        for who in dict.fromkeys(PICTURES[name].who for name in wanted):
            context = entered(browser, base, who, password)
            for name in (name for name in wanted if PICTURES[name].who == who):
                try:
                    size = take(context, base, name, PICTURES[name])
                    print(f"✓ {name}：{size // 1000} KB")
                except (Error, AssertionError, ValueError) as error:
                    failed += 1
                    print(f"✗ {name}：{str(error).splitlines()[0]}", file=sys.stderr)
            context.close()
        browser.close()
    return failed


def main() -> int:
    """Read the arguments; the exit code."""
    parser = argparse.ArgumentParser(description="从运行中的演示制作文档截图")
    parser.add_argument(
        "base", nargs="?", default="http://localhost:8000", help="网址（默认 http://localhost:8000）"
    )
    parser.add_argument("--password", default=PASSWORD, help="口令（默认演示口令）")
    parser.add_argument("--only", nargs="*", choices=list(PICTURES), metavar="文件名", help="只做这些")
    chosen = parser.parse_args()
    try:
        return bool(run(chosen.base.rstrip("/"), chosen.password, chosen.only or list(PICTURES)))
    except (RuntimeError, Error) as error:
        print(f"✗ {str(error).splitlines()[0]}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
