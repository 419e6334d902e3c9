"""An editor writes an entry with a paste from a spreadsheet, the manager publishes it, everybody finds it (编目)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PASTED = "uscc\t统一社会信用代码\t文本\t18\t无条件共享\nname\t企业名称\t文本\t100\t无条件共享\nsigned_on\t签订日期\t日期\t\t无条件"
PASTE = """(field, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def write(page: Page, title: str) -> None:
    """A new entry as far as its draft."""
    page.get_by_role("link", name="资源目录").first.click()
    page.get_by_role("link", name="新编目录").first.click()
    page.get_by_label("分类").select_option(label="主题/城乡建设/建筑市场")
    page.get_by_label("目录名称").fill(title)
    page.get_by_label("提供方").select_option(label="建筑市场监管处")
    page.get_by_role("button", name="确定").click()


def test_an_entry_is_written_reviewed_published_and_found_by_everybody(enter):
    page = enter("dept.editor").opens("/workbench/")
    write(page, "故事里的合同")
    expect(page.get_by_text("提交前还需")).to_be_visible()
    page.get_by_label("第 1 行 代码", exact=True).evaluate(PASTE, PASTED)
    expect(page.get_by_label("第 3 行 名称", exact=True)).to_have_value("签订日期")
    expect(page.get_by_label("第 3 行 类型", exact=True)).to_have_value("date")
    page.get_by_label("第 1 行 代码", exact=True).press("Enter")
    expect(page.get_by_label("第 2 行 代码", exact=True)).to_be_focused()
    page.get_by_label("摘要").fill("故事里的合同信息")
    page.locator("#id_share").select_option(label="无条件共享")
    page.get_by_label("向社会开放").check()
    page.get_by_role("button", name="保存并提交审核").click()
    expect(
        page.get_by_text("提供方代码").first
    ).to_be_visible()  # refused: the code of the provider is missing
    page.get_by_label("提供方代码").fill("11450000MB0000019D")
    page.get_by_role("button", name="保存并提交审核").click()
    expect(page.get_by_text("已提交审核")).to_be_visible()

    manager = enter("dept.publisher").opens(page.url)
    manager.get_by_role("button", name="审核通过并发布").click()
    expect(manager.get_by_role("heading", name="故事里的合同")).to_be_visible()
    expect(
        manager.get_by_text("目录已发布但没有挂载资源").or_(manager.get_by_text("没有发现问题"))
    ).to_be_visible()

    stranger = enter().opens("/hall/data/?q=故事里的合同")
    stranger.get_by_role("link", name="故事里的合同").click()
    expect(stranger.get_by_role("cell", name="signed_on")).to_be_visible()


def test_the_row_with_a_fault_is_told_at_its_cell_and_nothing_is_lost(enter):
    page = enter("dept.editor").opens("/workbench/")
    write(page, "有错的目录")
    page.get_by_label("第 1 行 代码", exact=True).fill("a")
    page.get_by_label("第 1 行 名称", exact=True).fill("某项")
    page.get_by_label("第 1 行 长度", exact=True).fill("很长")
    page.get_by_label("摘要").fill("写了很久的摘要")
    page.get_by_role("button", name="保存", exact=True).click()
    cell = page.get_by_label("第 1 行 长度", exact=True)
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("长度请填整数")).to_be_visible()
    expect(page.get_by_label("摘要")).to_have_value("写了很久的摘要")
