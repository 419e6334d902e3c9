"""A newcomer sees a figure on the wall and goes down to the records behind it (新人由数到件)."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from zhujianyun.config.demo_people import PASSWORD

from .people import CONCLUDED_RATE, count_said, figure, number_of, see_wall, sign_in

pytestmark = pytest.mark.browser


def on_the_wall(page: Page) -> tuple[float, int, int]:
    """The rate as the wall prints it, and its two halves."""
    sheet = figure(page, CONCLUDED_RATE)
    halves = re.search(r"([\d,]+) / ([\d,]+)", sheet.locator(".side").inner_text())
    assert halves
    done, taken = (int(half.replace(",", "")) for half in halves.groups())
    return number_of(sheet.locator(".value").inner_text()), done, taken


def test_the_bare_address_leads_staff_through_sign_in_to_the_main_screen(stranger: Page):
    stranger.goto("/")
    stranger.get_by_role("link", name="工作人员入口").click()
    sign_in(stranger, "leader", PASSWORD)
    stranger.wait_for_url("**/workbench/")
    stranger.goto("/")
    see_wall(stranger)
    assert stranger.url.endswith("/screen/main/")
    rate, done, taken = on_the_wall(stranger)
    assert rate == pytest.approx(100 * done / taken, abs=0.051)


def test_a_figure_leads_to_its_definition_and_to_exactly_its_records(enter):
    page = enter("leader").opens("/screen/main/")
    see_wall(page)
    rate, done, taken = on_the_wall(page)

    figure(page, CONCLUDED_RATE).click()
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("期内办结 ÷ 期内受理")
    assert f"{rate:.1f}" in card.locator(".big").inner_text()

    card.get_by_role("link", name="查看背后的记录").click()
    page.wait_for_url("**/screen/figure/**")
    assert count_said(page) == taken
    page.get_by_role("link", name="消防设计审查办结", exact=True).click()
    page.wait_for_url("**/fire_review.design_concluded/**")
    assert count_said(page) == number_of(page.locator("p.value").inner_text()) == done
    assert records_listed(page) == done


def records_listed(page: Page) -> int:
    """Turn the pages and count the rows; no record comes twice."""
    seen: list[str] = []
    while True:
        seen += page.locator(".scroll tbody tr td:first-child").all_inner_texts()
        if not page.get_by_role("link", name="下一页").count():
            assert len(set(seen)) == len(seen)
            return len(seen)
        page.get_by_role("link", name="下一页").click()


def test_the_clock_of_a_record_is_recomputed_by_the_script_alone(enter, tmp_path: Path):
    page = enter("leader").opens("/screen/figure/fire_review.design_concluded/?year=2020")
    page.locator(".scroll tbody tr td:first-child a").first.click()
    expect(page.locator(".wb-clock").first).to_be_visible()
    expect(page.locator(".wb-clock", has_text="消防设计审查意见")).to_contain_text("到期")

    proof = tmp_path / download(page, "时限证明", tmp_path)
    page.get_by_text("怎样复算").click()
    script = tmp_path / download(page, "复算脚本", tmp_path)
    checked = subprocess.run(
        [sys.executable, "-I", script, proof], capture_output=True, text=True, cwd=tmp_path
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "全部复算一致" in checked.stdout

    proof.write_text(re.sub(r'"net": \d+', '"net": 999', proof.read_text(encoding="utf-8")), encoding="utf-8")
    forged = subprocess.run([sys.executable, "-I", script, proof], capture_output=True, text=True)
    assert forged.returncode == 1
    assert "证明不成立" in forged.stdout


def download(page: Page, link: str, folder: Path) -> str:
    """Download what a link offers; its file name."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).first.click()
    name = waiting.value.suggested_filename
    waiting.value.save_as(folder / name)
    return name
