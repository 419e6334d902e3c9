"""The officer names what is missing, the applicant supplies it once, the clock goes on (一次性补正)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from . import hall_people as hall
from .people import action, submit

pytestmark = pytest.mark.browser

GAPS = "申请表未加盖建设单位公章\n设计文件缺消防给水系统图"


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_gaps_are_supplied_one_by_one_and_the_clock_goes_on(enter, tmp_path, width, height):
    page = enter(width=width, height=height).page
    hall.enters(page, "13800000002")
    hall.begins(page, "消防设计审查")
    hall.fills_design(page, "补正商场")
    for paper in hall.DESIGN_PAPERS:
        hall.lays(page, paper, hall.pdf(tmp_path, f"{paper}.pdf"))
    hall.press(page, "下一步：核对")
    hall.press(page, "提交申请")
    number = page.locator("#number").inner_text()

    clerk = enter("nanning.clerk")
    office = clerk.opens_case(number)
    form = action(office, "一次性补正告知")
    form.get_by_label("其他需要补正的内容").fill(GAPS)
    submit(form)

    page.goto(f"/hall/mine/{number}/")
    expect(page.locator("#state")).to_have_text("待补正")
    expect(page.locator("main")).to_contain_text("现在需要您办理")
    hall.press(page, "提交补正材料")
    expect(page.locator(".slot")).to_have_count(2)
    hall.lays(page, "申请表未加盖建设单位公章", hall.pdf(tmp_path, "盖章申请表.pdf"))
    hall.press(page, "下一步：核对")
    expect(page.get_by_role("alert")).to_contain_text("缺消防给水系统图")
    page.get_by_role("alert").get_by_role("link").click()
    hall.lays(page, "设计文件缺消防给水系统图", hall.pdf(tmp_path, "系统图.pdf"))
    hall.press(page, "下一步：核对")
    hall.press(page, "确认提交补正材料")
    page.get_by_role("link", name="查看办件进度").click()
    expect(page.locator("#state")).to_have_text("待受理")
    expect(page.locator("main")).to_contain_text("剩 5 个工作日")

    office = clerk.opens_case(number)
    expect(office.locator("body")).to_contain_text("系统图.pdf")
