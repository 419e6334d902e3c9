"""A city bureau finds an entry by two characters, asks for three items; the department decides; the grant appears."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def found(page: Page, words: str, title: str) -> None:
    """The entry, found by a few characters."""
    page.get_by_role("link", name="资源目录").first.click()
    page.get_by_role("searchbox", name="查找").fill(words)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name=title, exact=True).click()


def state(page: Page) -> None:
    """The five statements and what else a request says."""
    for item in ("统一社会信用代码", "名称", "等级"):
        page.get_by_label(item, exact=True).check()
    page.get_by_label("使用系统名称").fill("南宁市施工许可平台")
    page.get_by_label("使用依据").fill("《建筑法》第十三条")
    page.get_by_label("使用场景").fill("核验施工企业资质")
    page.get_by_label("使用范围").fill("市局审批人员，不留存")
    page.get_by_label("日调用量（次）").fill("2000")
    page.get_by_label("责任人", exact=False).first.fill("韦主任")


def test_asked_decided_item_by_item_and_delivered(enter):
    consumer = enter("nanning.consumer_head").opens("/workbench/")
    found(consumer, "监理", "工程监理企业")
    consumer.get_by_role("link", name="申请共享").click()
    consumer.get_by_role("button", name="提交申请").click()
    expect(
        consumer.get_by_text("请至少勾选一个信息项").or_(consumer.get_by_text("还没有提交"))
    ).to_be_visible()
    state(consumer)
    consumer.get_by_role("button", name="提交申请").click()
    expect(consumer.get_by_text("已提交，编号")).to_be_visible()
    address = consumer.url

    clerk = enter("dept.source_clerk").opens(address)
    clerk.get_by_label("等级 日用量").fill("99999")
    clerk.get_by_role("button", name="提出审核意见").click()
    expect(clerk.get_by_text("不超过申请量").first).to_be_visible()
    expect(clerk.get_by_label("等级 日用量")).to_have_value("99999")
    clerk.get_by_label("等级 日用量").fill("500")
    clerk.get_by_role("button", name="提出审核意见").click()
    expect(clerk.get_by_text("待决定")).to_be_visible()

    head = enter("dept.source_head").opens(address)
    expect(head.get_by_label("等级 日用量")).to_have_value("500")
    head.get_by_label("名称 决定", exact=True).select_option(label="不同意")
    head.get_by_label("名称 理由", exact=True).fill("已在企业库公开，可直接查询")
    head.get_by_role("button", name="同意共享").click()
    expect(head.get_by_text("待交付")).to_be_visible()

    tech = enter("dept.source_tech").opens(address)
    tech.get_by_role("button", name="交付数据").click()
    expect(tech.get_by_text("使用中")).to_be_visible()

    consumer.goto("/workbench/data-catalogue/grants/?side=using&q=工程监理企业")
    row = consumer.get_by_role("row").filter(has_text="工程监理企业").first
    expect(row).to_contain_text("统一社会信用代码、等级")
    expect(row).to_contain_text("500")
