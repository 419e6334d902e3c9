"""The audit officer reads the journal, and nobody else does (审计管理员查阅留痕)."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
JOURNAL = "/workbench/journal/"
PATIENCE = 90_000  # milliseconds: a busy machine verifies slowly


def search(page: Page, **fields: str) -> None:
    """Fill in the search and send it."""
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="检索", exact=True).last.click()
    page.wait_for_load_state()


def test_the_system_officer_is_refused_and_the_audit_officer_sees_that(enter):
    page = enter("system.officer").opens(JOURNAL)
    expect(page.locator("body")).to_contain_text("只有审计管理员可以查阅留痕")
    audit = enter("audit.officer").opens(JOURNAL)
    search(audit, 行为="journal.refused", 行为人="system.officer")
    row = audit.get_by_role("row").filter(has_text="留痕查阅被拒").first
    expect(row).to_contain_text("被拒")
    expect(row).to_contain_text("系统管理员")


def test_an_entry_is_found_opened_and_proved(enter):
    page = enter("audit.officer").opens(JOURNAL)
    search(page, 行为="case.fire_design.accept")
    first = page.locator("tbody tr").filter(has_text=re.compile(r"[\d,]{1,9}\s")).first
    expect(first).to_contain_text("消防设计审查·")
    first.get_by_role("link").click()
    heading = page.locator("h1").inner_text()
    number = int(re.search(r"第 ([\d,]+) 条", heading)[1].replace(",", ""))
    assert number >= 1
    page.get_by_role("link", name="验证这一条").click()
    expect(page.get_by_role("status").filter(has_text="验证通过")).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载证明（JSON）").click()
    assert download.value.suggested_filename == f"journal-{number}-proof.json"
    page.goto(f"{JOURNAL}1/")
    expect(page.locator("h1")).to_contain_text("第 1 条")
    assert page.get_by_role("link", name="前一条").count() == 0


def test_older_entries_are_reached_by_going_on(enter):
    page = enter("audit.officer").opens(JOURNAL)
    page.get_by_role("link", name="更早的").click()
    page.wait_for_load_state()
    places = [
        int(text.replace(",", "")) for text in page.locator("tbody th").all_inner_texts() if text[0].isdigit()
    ]
    assert places == sorted(places, reverse=True) and len(places) > 10
    page.get_by_role("link", name="回到最新").click()
    page.wait_for_load_state()
    assert "before" not in page.url


def test_everything_is_verified_by_a_job_that_shows_its_result(enter):
    page = enter("audit.officer").opens(JOURNAL + "verifications/")
    page.get_by_role("button", name="核验全部留痕").click()
    page.wait_for_url("**/verifications/*/")
    expect(page.get_by_text("✓ 核验通过")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("body")).to_contain_text("没有被截断")
    page.goto("/workbench/notices/?scope=all")
    expect(page.locator(".nt-one").filter(has_text="留痕核验通过").first).to_be_visible()


def test_the_journal_is_taken_away_with_a_reason(enter, tmp_path):
    page = enter("audit.officer", width=390, height=844).opens(JOURNAL + "exports/")
    page.get_by_label("导出理由").fill("年度审计留底")
    page.get_by_role("button", name="导出全部").click()
    page.wait_for_url("**/exports/*/")
    link = page.get_by_role("link", name=re.compile("^下载"))
    expect(link).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "journal.zip")
    assert "verify_offline.py" in zipfile.ZipFile(tmp_path / "journal.zip").namelist()
