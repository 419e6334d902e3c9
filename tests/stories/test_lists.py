"""An officer narrows the list, keeps it as a view, acts on a selection and takes the rows away (办件列表)."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

LIST = "/workbench/cases/"
OWNER = "南宁故事置业"


def narrows(page: Page) -> None:
    """To the design reviews of one owner that wait for acceptance, as officers do: by choosing and typing."""
    page.goto(f"{LIST}?scope=open")
    page.locator("select[name=process]").select_option(label="消防设计审查")
    page.wait_for_load_state()
    page.locator("select[name=state]").select_option(label="待受理")
    page.wait_for_load_state()
    page.get_by_label("查找").fill(OWNER)
    page.get_by_role("button", name="查找").click()
    page.wait_for_load_state()


def test_from_a_filter_to_a_view_a_bulk_act_and_a_file(enter, stock):
    numbers = [stock["designs"].pop(0) for _ in range(2)]
    page = enter("nanning.clerk").page
    narrows(page)
    for number in numbers:
        expect(page.get_by_role("link", name=number)).to_be_visible()

    page.locator("summary", has_text="存为视图").click()
    page.get_by_label("视图名称").fill("故事的设计审查")
    page.get_by_role("button", name="保存视图").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("故事的设计审查")
    page.goto(f"{LIST}?scope=settled")
    page.get_by_role("link", name="故事的设计审查").click()
    expect(page.get_by_role("link", name=numbers[0])).to_be_visible()

    page.locator("summary", has_text=re.compile("^列")).click()
    page.get_by_label("申请人", exact=True).uncheck()
    page.get_by_label("办理单位", exact=True).check()
    page.get_by_role("button", name="保存", exact=True).click()
    heads = page.locator("thead th")
    expect(heads.filter(has_text="办理单位")).to_be_visible()
    expect(heads.filter(has_text="申请人")).to_have_count(0)

    for number in numbers:
        page.get_by_label(f"选择 {number}").check()
    page.get_by_role("button", name="受理（2 件）", exact=True).click()
    expect(page.get_by_role("heading", name="将办理的 2 件")).to_be_visible()
    expect(page.locator(".wb-confirm")).to_contain_text("签发《受理凭证》")
    page.get_by_role("button", name="确认受理 2 件").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("办成 2 件，未办 0 件")
    page.get_by_role("link", name="返回列表").click()
    expect(page.get_by_role("link", name=numbers[0])).to_have_count(0)

    page.goto(f"{LIST}?scope=open&q={OWNER}&state=reviewing&process=fire_design")
    page.locator("summary", has_text="导出").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="CSV 文本").click()
    text = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert "办理单位" in rows[0] and "申请人" not in rows[0]
    assert set(numbers) <= {row[0] for row in rows[1:]}


def test_the_list_works_by_keyboard_alone(enter, stock):
    number = stock["designs"][-1]
    page = enter("nanning.reviewer").page
    page.goto(f"{LIST}?scope=open&q={number}")
    page.keyboard.press("/")
    expect(page.get_by_label("查找")).to_be_focused()
    page.get_by_label("查找").blur()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("已选 1 件")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("?")
    expect(page.get_by_text("勾选这一行")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".wb-casehead")).to_contain_text(number)


def test_the_essentials_need_no_script(enter, stock):
    number = stock["designs"][-1]
    page = enter("nanning.clerk", java_script_enabled=False).page
    page.goto(f"{LIST}?scope=open&q={number}")
    page.get_by_label(f"选择 {number}").check()
    page.get_by_role("button", name="办理所选").click()
    page.get_by_role("button", name="受理（1 / 1 件）", exact=True).click()
    expect(page.get_by_role("heading", name="将办理的 1 件")).to_be_visible()
    page.get_by_role("link", name="不办，返回列表").click()
    expect(page.get_by_role("link", name=number)).to_be_visible()
