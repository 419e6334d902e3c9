"""Somebody registers, binds his enterprise and applies for a fire design review (注册并申报)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from . import hall_people as hall
from .people import action, submit

pytestmark = pytest.mark.browser

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, page.url


@pytest.mark.parametrize("size", SIZES)
def test_a_newcomer_applies_and_sees_his_number(enter, tmp_path, size):
    page = enter(**SIZES[size]).page
    phone = hall.registers(page, "覃小红")
    hall.enters(page, phone)
    hall.binds(page, "南宁凤岭置业有限公司", "覃小红")
    hall.begins(page, "消防设计审查")
    hall.fills_design(page)
    fits(page)
    hall.lays(page, "消防设计审查申请表", hall.pdf(tmp_path, "申请表.pdf"))
    hall.press(page, "下一步：核对")
    expect(page.get_by_role("alert")).to_contain_text("请上传“消防设计文件”")
    page.get_by_role("alert").get_by_role("link").click()
    hall.lays(page, "消防设计文件", hall.pdf(tmp_path, "设计文件.pdf", 3 << 20))
    hall.press(page, "下一步：核对")
    for said in ("提交后会怎样", "主管部门应不迟于", "大于10000平方米", "南宁市青秀区", "12,600 ㎡"):
        expect(page.locator("main")).to_contain_text(said)
    fits(page)
    hall.press(page, "提交申请")
    number, code = page.locator("#number").inner_text(), page.locator("#code").inner_text()
    assert re.fullmatch(r"桂消审\d{4}-450103-\d{5}", number) and re.fullmatch(r"[2-9A-Z]{8}", code)
    page.go_back()
    expect(page.locator("main")).to_contain_text(number)  # the form is gone: its receipt stands there
    page.goto("/hall/mine/")
    page.get_by_role("link", name="凤岭新城商场").click()
    expect(page.locator("#state")).to_have_text("待受理")
    expect(page.locator("main")).to_contain_text("个工作日")
    fits(page)

    stranger = enter(**SIZES[size]).page
    stranger.goto("/hall/track/")
    stranger.get_by_label("办件编号").fill(number)
    stranger.get_by_label("查询码").fill(code)
    hall.press(stranger, "查询")
    expect(stranger.locator("#state")).to_have_text("待受理")
    expect(stranger.locator("main")).not_to_contain_text("凤岭新城商场")

    officer = enter("nanning.clerk").opens_case(number)
    submit(action(officer, "受理"))
    page.reload()
    expect(page.locator("#state")).to_have_text("技术审查")
    expect(page.get_by_role("link", name="受理凭证", exact=True)).to_be_visible()


def test_the_wrong_service_leads_to_the_right_one_with_everything_filled_in(enter, tmp_path):
    page = enter().page
    hall.enters(page, "13800000001")
    hall.begins(page, "消防验收备案与抽查")
    page.get_by_label("项目代码").fill(
        hall.project_code.make(hall.RNG, hall.date(2020, 12, 1), division="450103")
    )
    page.get_by_label("工程名称").fill("竹溪农贸市场")
    page.get_by_label("工程地址").fill("竹溪路 1 号")
    page.get_by_label("使用性质").select_option(label="市场")
    page.get_by_label("总建筑面积").fill("12000")
    page.get_by_label("备案范围").fill("1号楼")
    page.get_by_label("竣工验收合格日期").fill("2020年12月30日")
    page.get_by_role("group", name="因未备案受过处罚").get_by_label("否").check()
    hall.press(page, "下一步：核对")
    page.get_by_role("button", name=re.compile("改办“消防验收”")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("消防验收申请")
    expect(page.get_by_label("工程名称")).to_have_value("竹溪农贸市场")


def test_two_tabs_of_one_draft_and_a_cut_line_lose_nothing(enter, tmp_path):
    person = enter()
    page = person.page
    hall.enters(page, "13800000002")
    hall.begins(page, "消防设计审查")
    hall.fills_design(page, "两个窗口")
    expect(page.locator("#saved")).to_contain_text("自动保存", timeout=15_000)
    other = person.context.new_page()
    other.goto(page.url)
    expect(other.get_by_label("工程名称")).to_have_value("两个窗口")
    other.get_by_label("工程名称").fill("第二个窗口")
    expect(other.locator("#saved")).to_contain_text("自动保存", timeout=15_000)
    page.get_by_label("工程名称").fill("第一个窗口")
    expect(page.get_by_role("alert")).to_contain_text("另一个窗口", timeout=15_000)
    hall.press(page, "保留本页的内容")
    expect(page.get_by_label("工程名称")).to_have_value("第一个窗口")

    sent = []

    def cut_once(route):  # noqa: ANN001, ANN202
        sent.append(route.request.headers.get("upload-offset"))
        route.abort() if len(sent) == 2 else route.continue_()

    page.route(re.compile("/uploads/[0-9a-f]+/$"), lambda route: cut_once(route) if route.request.method == "PATCH" else route.continue_())  # fmt: skip
    hall.lays(page, "消防设计文件", hall.pdf(tmp_path, "大图.pdf", (2 << 20) + 500))
    assert sent[0] == "0" and sent[1] == sent[2] == str(1 << 20)  # it went on where it was cut


def test_without_scripts_the_form_saves_uploads_and_hands_in(enter, tmp_path):
    page = enter(java_script_enabled=False).page
    hall.enters(page, "13800000002")
    hall.begins(page, "消防设计审查")
    hall.fills_design(page, "没有脚本")
    for paper in hall.DESIGN_PAPERS:
        slot = page.locator(".slot").filter(has=page.locator(".slot-name", has_text=paper))
        slot.locator("input[type=file]").set_input_files(hall.pdf(tmp_path, f"{paper}.pdf"))
    hall.press(page, "下一步：核对")
    hall.press(page, "提交申请")
    expect(page.locator("#number")).to_contain_text("桂消审")
