"""An officer of the centre brings the inventory up to date from a sheet (导入台账)."""

from __future__ import annotations

import csv
import io

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
HOME = "/workbench/asset-inventory/"


@pytest.fixture
def centre(enter) -> Page:
    """The page of the centre's officer, on the import page, by the menu and the tab."""
    page = enter("dept.centre").opens("/workbench/")
    page.get_by_role("link", name="资产台账").first.click()
    page.get_by_role("navigation", name="资产台账").get_by_role("link", name="导入导出").click()
    return page


def hand_in(page: Page, name: str, content: bytes) -> None:
    kind = "text/csv" if name.endswith(".csv") else "application/octet-stream"
    page.get_by_label("台账文件").set_input_files({"name": name, "mimeType": kind, "buffer": content})
    page.get_by_role("button", name="上传并检查").click()


def test_the_template_is_filled_looked_at_and_written_and_the_bad_row_is_told(centre):
    with centre.expect_download() as waiting:
        centre.get_by_role("link", name="下载模板").click()
    book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    sheet = book["系统台账"]
    rows = (
        ["story_one", "故事一号系统", "消防处"],
        ["story_two", "故事二号系统", "没有这个处"],
        ["portal", "门户网站", "信息中心"],
    )
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            sheet.cell(number, place, value)
    out = io.BytesIO()
    book.save(out)
    hand_in(centre, "台账.xlsx", out.getvalue())

    expect(centre.get_by_text("现在还没有写入")).to_be_visible()
    bad = centre.get_by_role("row").filter(has_text="story_two")
    expect(bad).to_contain_text("有错")
    expect(bad).to_contain_text("责任单位“没有这个处”：不在可选范围内")
    expect(centre.get_by_role("row").filter(has_text="portal")).to_contain_text("与台账一致")
    assert centre.request.get(f"{HOME}systems/story_one/").status == 404

    centre.get_by_role("button", name="确认写入 1 行").click()
    expect(centre.get_by_text("已写入：新增 1 个系统")).to_be_visible()
    centre.get_by_role("link", name="查看系统列表").click()
    expect(centre.get_by_role("link", name="故事一号系统")).to_be_visible()
    assert centre.request.get(f"{HOME}systems/story_two/").status == 404

    centre.go_back()  # the page that comes back must not write a second time
    centre.go_back()
    again = centre.get_by_role("button", name="确认写入 1 行")
    if again.count():
        again.click()
        expect(centre.locator("body")).to_contain_text("已写入或已放弃")


def test_a_sheet_with_a_wrong_header_is_refused_with_the_right_one(centre):
    hand_in(centre, "台账.csv", "系统代码,系统名,责任单位\na1,甲,消防处\n".encode())
    told = centre.locator("#main")
    expect(told).to_contain_text("没有通过检查，台账没有任何变化")
    expect(told).to_contain_text("是不是“系统名称”？")


def test_what_is_exported_comes_back_without_a_change_and_can_be_given_up(centre):
    centre.goto(f"{HOME}systems/?q=消防")
    with centre.expect_download() as waiting:
        centre.get_by_role("link", name="导出 CSV").click()
    content = waiting.value.path().read_bytes()
    assert [row[0] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))][1:] == ["fire_review"]
    centre.goto(f"{HOME}import/")
    hand_in(centre, "台账.csv", content)
    expect(centre.get_by_text("没有可以写入的行")).to_be_visible()
    centre.get_by_role("button", name="放弃").click()
    expect(centre.get_by_text("已放弃本次导入")).to_be_visible()


def test_the_graph_is_moved_by_keys_alone_and_told_as_a_list(enter):
    page = enter("dept.centre").opens(f"{HOME}graph/")
    picture = page.locator("[data-inv-graph]")
    before = picture.get_attribute("viewBox")
    picture.focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    assert picture.get_attribute("viewBox") != before
    page.keyboard.press("0")
    assert [float(n) for n in picture.get_attribute("viewBox").split()] == [float(n) for n in before.split()]
    page.get_by_text("以列表查看").click()
    expect(page.get_by_role("table")).to_contain_text("数据共享交换平台")
