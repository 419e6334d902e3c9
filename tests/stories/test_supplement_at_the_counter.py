"""The clerk goes through the checklist, looks at the notice, and sends it once (一次性补正)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .people import action, state, steps, submit

pytestmark = pytest.mark.browser


def test_every_gap_in_one_notice_seen_before_it_is_issued(enter, stock):
    page = enter("nanning.clerk").opens_case(stock["designs"].pop(0))
    form = action(page, "一次性补正告知")
    form.get_by_label("消防设计文件", exact=True).check()
    form.get_by_label("消防设计文件：怎样补正").fill("缺第 3、7 张图")
    form.get_by_label("工程地址", exact=True).check()
    form.get_by_label("其他需要补正的内容").fill("法定代表人签字页")

    with page.expect_response(lambda answer: "/preview/" in answer.url) as seen:
        form.get_by_role("button", name="预览《一次性补正通知书》").click()
    assert seen.value.headers["content-type"] == "application/pdf"
    expect(page.locator("dialog[open]")).to_contain_text("预览·未签发")
    page.locator("dialog[open]").get_by_role("button", name="关闭").click()
    assert state(page).endswith("待受理") and steps(page, "一次性补正告知") == 0

    submit(form)
    expect(page.locator(".wb-casehead")).to_contain_text("待补正")
    history = page.locator(".wb-events")
    expect(history).to_contain_text("1．消防设计文件：缺第 3、7 张图。")
    expect(history).to_contain_text("2．工程地址：不符合要求，请重新提供。")
    expect(history).to_contain_text("3．法定代表人签字页。")
    assert page.locator("#papers ~ ul li", has_text="一次性补正通知书").count() == 1


def test_a_notice_without_a_gap_is_refused_where_the_eye_is(enter, stock):
    page = enter("nanning.clerk").opens_case(stock["designs"].pop(0))
    form = action(page, "一次性补正告知")
    submit(form)
    expect(form.locator(".wb-gaps .wb-error")).to_contain_text("请至少勾选一项或写明一条")
    assert steps(page, "一次性补正告知") == 0


def test_a_term_explains_itself_to_mouse_keyboard_and_finger(enter, stock):
    number = stock["designs"][0]
    page = enter("nanning.clerk").opens_case(number)
    term = page.locator("a.wb-term", has_text="到期日").first
    term.hover()
    tip = page.get_by_role("tooltip")
    expect(tip).to_contain_text("当天 24 时届满")
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    term.focus()
    expect(tip).to_be_visible()
    assert term.get_attribute("aria-describedby") == "wb-tip"
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    expect(term).to_be_focused()

    phone = enter("nanning.clerk", width=390, height=844, has_touch=True).opens_case(number)
    phone.locator("a.wb-term", has_text="到期日").first.tap()
    expect(phone.get_by_role("tooltip")).to_be_visible()
    assert "/workbench/cases/" in phone.url
    phone.locator("a.wb-term", has_text="到期日").first.tap()
    expect(phone).to_have_url(re.compile("/workbench/glossary/"))
