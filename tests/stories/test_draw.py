"""A public draw: freeze, reveal, apply, and anybody checks it (公开抽取)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .people import submit

pytestmark = pytest.mark.browser

NONCE = "nonce-of-witness-{}-2020"


@pytest.fixture
def table(enter, stock) -> Page:
    """The drawer's page, with filings in the pool."""
    assert stock["vouchers"]
    return enter("nanning.draw").opens("/workbench/draws/")


def commitment(page: Page, nonce: str) -> str:
    """What the calculator on the page makes of a nonce, in the browser alone."""
    box = page.locator("[data-wb-sm3]")
    if not box.is_visible():
        page.get_by_text("见证人：怎样得到承诺值").click()
    box.locator("[data-wb-nonce]").fill(nonce)
    return box.locator("[data-wb-commit]").inner_text()


def pool(page: Page) -> Locator:
    """The pool of filings that waits for its draw."""
    return page.locator("section.wb-card").filter(has_text="待抽").first


def download(page: Page, link: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    target = folder / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return target


def test_a_draw_is_frozen_revealed_applied_and_checked_by_the_script_alone(
    table: Page, stock, tmp_path: Path
):
    box = pool(table)
    box.get_by_text("冻结名单并公布承诺值").click()
    fields = box.get_by_label("的承诺值")
    witnesses = fields.count()
    assert witnesses >= 2
    nonces = [NONCE.format(n) for n in range(witnesses)]
    for n, nonce in enumerate(nonces):
        fields.nth(n).fill(commitment(table, nonce))
    submit(box)
    table.wait_for_url(re.compile(r"/draws/\d+/$"))
    expect(table.get_by_role("status").filter(has_text="名单已冻结")).to_be_visible()
    for number in stock["vouchers"]:
        expect(table.get_by_role("link", name=number)).to_be_visible()

    reveal(table, ["another-number", *nonces[1:]])
    expect(table.get_by_role("alert")).to_contain_text("承诺")  # a nonce that is not the committed one
    reveal(table, nonces)
    expect(table.get_by_role("status").filter(has_text="已开出抽签结果")).to_be_visible()
    hits = table.locator("tbody tr", has=table.locator("td .wb-state", has_text="抽中"))
    said = re.search(r"抽中 (\d+) 件", table.locator("header .wb-soft").inner_text())
    assert said
    assert int(said.group(1)) >= 1
    assert hits.count() == int(said.group(1))

    sheet = download(table, "下载 JSON", tmp_path)
    script = download(table, "下载核验脚本", tmp_path)
    assert checked(script, sheet) == (0, "核验通过")
    changed = json.loads(sheet.read_text(encoding="utf-8"))
    changed["public"] += "1"
    sheet.write_text(json.dumps(changed), encoding="utf-8")
    assert checked(script, sheet)[0] == 1

    number = hits.first.locator("th").inner_text()
    table.get_by_role("button", name=re.compile("落实到")).click()
    expect(table.get_by_role("status").filter(has_text="结果已落实")).to_be_visible()
    table.get_by_role("link", name=number).click()
    expect(table.locator(".wb-casehead")).to_contain_text("检查中")
    expect(table.locator(".wb-clock", has_text="抽查检查")).to_be_visible()


def reveal(page: Page, nonces: list[str]) -> None:
    """Publish the public value and the nonces."""
    page.get_by_label("公开数").fill("福彩双色球2020-127：07 12 15 22 24 31 + 09")
    fields = page.get_by_label("的随机数")
    for n, nonce in enumerate(nonces):
        fields.nth(n).fill(nonce)
    page.get_by_role("button", name="开出结果").click()
    page.wait_for_load_state()


def checked(script: Path, sheet: Path) -> tuple[int, str]:
    """Exit code and first words of the script that needs only Python."""
    done = subprocess.run([sys.executable, "-I", script, sheet], capture_output=True, text=True)
    return done.returncode, done.stdout.partition("：")[0].strip()
