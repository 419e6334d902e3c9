"""An editor moves widgets by mouse and keys, saves, publishes; the second is told who edits (编辑大屏布局)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
FIRST, SECOND = "screen.editor", "screen.editor2"
EDITOR = "/workbench/screens/main/edit/"


def opened(page: Page) -> Page:
    """The editor, once its script has drawn."""
    page.wait_for_selector("html[data-editor=ready]")
    expect(page.locator("#ed-fault")).not_to_be_empty()
    return page


def at(page: Page, widget: str) -> list[int]:
    """Where a widget hangs, as the side panel says."""
    page.locator(f"[data-id={widget}]").focus()
    return [int(page.locator(f"#ed-{name}").input_value()) for name in "xywh"]


def test_one_editor_moves_saves_and_publishes_while_the_second_is_told_who(enter):
    page = opened(enter(FIRST).opens(EDITOR))
    before = at(page, "late")
    map_ = page.locator("[data-id=map]")
    map_.focus()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowUp")
    assert at(page, "map")[3] == 8
    expect(page.locator("#ed-said")).to_contain_text("高 8")

    # By mouse: the strip's first widget is dragged one column to the right, and collides.
    late = page.locator("[data-id=late]")
    box, grid = late.bounding_box(), page.locator("#ed-canvas").bounding_box()
    assert box and grid
    page.mouse.move(box["x"] + 20, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 20 + grid["width"] / 24, box["y"] + 12, steps=4)
    page.mouse.up()
    assert at(page, "late")[0] == before[0] + 1
    expect(late).to_have_class("ed-w on bad")
    expect(page.locator("#ed-fault")).to_contain_text("重叠")
    page.locator("#ed-undo").click()
    assert at(page, "late") == before
    page.locator("#ed-redo").click()
    page.locator("#ed-undo").click()
    expect(page.locator("#ed-fault")).to_have_text("可以保存。")

    # The second comes: told who and since when, and cannot save.
    second = opened(enter(SECOND).opens(EDITOR))
    told = second.get_by_role("alert").first
    expect(told).to_contain_text("黄秋月正在编辑这块屏幕（自 2020-12-31")
    expect(second.locator("#ed-save")).to_be_disabled()

    page.locator("#ed-diff summary").click()
    expect(page.locator("#ed-diff ins")).to_contain_text(["at: [8, 0, 8, 8]"])
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载 YAML").click()
    text = waiting.value.path().read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "main.yaml" and "at: [8, 0, 8, 8]" in text

    page.get_by_role("button", name="保存版本").click()
    expect(page.get_by_role("alert").first).to_contain_text("请写一句")
    page.locator("#ed-reason").fill("给地图下面腾地方")
    page.get_by_role("button", name="保存版本").click()
    page.wait_for_url("**version=*")
    opened(page)
    expect(page.get_by_role("cell", name="给地图下面腾地方")).to_be_visible()

    # Nothing hangs differently before it is published; then the wall does.
    wall = enter("leader").opens("/screen/main/")
    size = wall.locator("[data-widget=map]")
    assert size.get_attribute("data-at", timeout=10_000) != "8,0,8,8"
    page.get_by_label("为什么").fill("领导同意")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("body")).to_contain_text("已发布")
    wall.reload()
    expect(wall.locator("[data-widget=map]")).to_have_attribute("data-at", "8,0,8,8")
    page.get_by_label("布局", exact=True).select_option(value="")
    page.get_by_label("为什么").fill("试完了")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("body")).to_contain_text("已恢复为文件布局")


def test_a_widget_is_added_and_removed_from_the_list_of_indicators(enter):
    page = opened(enter(FIRST).opens("/workbench/screens/fire/edit/"))
    count = page.locator(".ed-w").count()
    page.locator("[data-id=cities]").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".ed-w")).to_have_count(count - 1)
    page.locator("#ed-new-form").select_option(label="城市格图")
    page.locator("#ed-new").fill("消防设计审查受理")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator(".ed-w")).to_have_count(count)
    expect(page.locator("[data-id=w1] svg")).to_contain_text("南宁")
    for _ in range(2):
        page.locator("#ed-undo").click()
    expect(page.locator("[data-id=cities]")).to_be_visible()
