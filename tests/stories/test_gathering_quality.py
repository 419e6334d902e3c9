"""The officer of gathering writes a rule, tries it, sees the grade; registers a file and finds the row it lost (归集与质量)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
LINES = """item_no,名称,金额,日期
A001,邕江大桥,1200.50,2020-03-01
A002,青秀山隧道,很多,2020-04-01
A003,凤岭立交,880,2020-02-30
A004,五象大道,960.00,2020-05-06
"""


def open_quality(page: Page) -> None:
    """From the menu to the quality of the construction firms."""
    page.get_by_role("link", name="数据归集", exact=True).first.click()
    page.get_by_role("link", name="数据质量").first.click()
    page.get_by_role("link", name="建筑业企业表", exact=True).click()


def test_a_rule_is_tried_on_real_rows_saved_and_changes_the_grade(enter):
    page = enter("dept.operator").opens("/workbench/")
    open_quality(page)
    page.get_by_role("link", name="新增规则").click()
    page.get_by_role("link", name="长度", exact=True).click()
    page.get_by_label("列", exact=False).first.select_option(value="name")
    page.get_by_label("最少字符").fill("40")
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_text(re.compile("不合格的前 10 行"))).to_be_visible()
    expect(page.get_by_label("最少字符")).to_have_value("40")
    page.get_by_label("最少字符").fill("2")
    page.get_by_label("名称", exact=True).fill("企业名称至少两个字")
    page.get_by_role("button", name="保存规则").click()
    expect(page.get_by_text("规则已保存：企业名称至少两个字")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="企业名称至少两个字")
    expect(row.get_by_text("待检查")).to_be_visible()
    page.get_by_role("button", name="立即检查").click()
    expect(page.get_by_text("已发起质量检查")).to_be_visible()
    expect(row.get_by_text("达标", exact=False)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("建筑业企业表的质量\\s+[优良中低差]")
    )


def test_a_dropped_file_is_registered_gathered_and_its_bad_rows_are_found(enter, site):
    drops = Path(site.house.folder) / "drops"
    drops.mkdir(parents=True, exist_ok=True)
    (drops / "bridges.csv").write_text(LINES, encoding="utf-8")
    page = enter("dept.operator").opens("/workbench/data-gathering/")
    page.get_by_role("link", name="登记数据源").click()
    page.get_by_role("link", name="CSV 文件").click()
    page.get_by_label("文件").fill("../secret_key")
    page.get_by_role("button", name="测试连接").click()
    expect(page.get_by_text("文件须放在投放目录内")).to_be_visible()
    page.get_by_label("文件").fill("bridges.csv")
    page.get_by_role("button", name="测试连接").click()
    expect(page.get_by_text("连接成功，4 列")).to_be_visible()
    page.get_by_label("金额 类型").select_option(label="小数")
    page.get_by_label("日期 类型").select_option(label="日期")
    page.get_by_label("数据集名称").fill("故事里的桥梁")
    page.get_by_label("代码", exact=False).first.fill("story-bridges")
    page.get_by_label("来源系统").select_option(index=1)
    page.get_by_role("button", name="登记数据源").click()
    expect(page.get_by_text("数据源已登记")).to_be_visible()
    page.get_by_role("button", name="立即归集").click()
    expect(page.get_by_role("heading", name=re.compile("故事里的桥梁"))).to_be_visible()
    link = page.get_by_role("region", name="批次").get_by_role("row").nth(1)
    expect(link.get_by_text("完成")).to_be_visible(timeout=60_000)
    link.get_by_role("link").first.click()
    expect(page.get_by_text("金额 不是小数", exact=False).first).to_be_visible()
    page.get_by_label("来源行序").fill("3")
    page.get_by_role("button", name="查找").click()
    expect(
        page.get_by_role("region", name="隔离行").get_by_text("日期 不是日期", exact=False)
    ).to_be_visible()
    expect(page.get_by_role("region", name="隔离行").get_by_role("row")).to_have_count(2)
