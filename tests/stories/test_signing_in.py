"""Getting in, being kept out, going away (登录与退出)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from zhujianyun.config.demo_people import PASSWORD

from .people import sign_in

pytestmark = pytest.mark.browser

WRONG = "not-the-password-2020"
FAILURES = 5  # then the account is locked


def told(page: Page) -> str:
    """What the sign-in page says about the attempt."""
    page.wait_for_load_state()
    return page.get_by_role("alert").first.inner_text()


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(enter):
    known, unknown = enter().page, enter().page
    sign_in(known, "audit.officer", WRONG)
    sign_in(unknown, "nobody.here", WRONG)
    assert told(known) == told(unknown)
    assert "口令" in told(known)
    expect(known.get_by_label("口令")).to_have_value("")


def test_after_five_failures_even_the_right_password_waits(stranger: Page):
    for _ in range(FAILURES):
        sign_in(stranger, "nobody.there", WRONG)
        stranger.wait_for_load_state()
        stranger.goto("/signin/")
    sign_in(stranger, "nobody.there", PASSWORD)
    expect(stranger.get_by_role("alert")).to_contain_text("登录已暂时锁定，请 30 分钟后再试")
    expect(stranger.locator("body")).to_contain_text("联系系统管理员")


def test_one_locked_account_keeps_nobody_else_out(enter):
    page = enter("nanning.insp").page
    page.wait_for_url("**/workbench/")
    expect(page.locator("h1").first).to_contain_text("您好")


def test_who_has_signed_out_is_asked_to_sign_in(enter):
    person = enter("nanning.witness")
    person.opens("/workbench/cases/")
    page = person.opens("/signout/")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/signin/**")
    person.opens("/workbench/cases/")
    assert "/signin/" in page.url
    person.opens("/screen/main/")
    assert "/signin/" in page.url
    page.go_back()
    assert page.locator(".wb-table").count() == 0, "a page kept by the browser shows cases after sign-out"


def test_the_page_that_was_asked_for_comes_after_sign_in(stranger: Page):
    stranger.goto("/screen/fire/")
    sign_in(stranger, "leader", PASSWORD)
    stranger.wait_for_url("**/screen/fire/")


def test_without_the_right_the_page_says_so_in_chinese(enter):
    page = enter("audit.officer").page
    answer = page.goto("/screen/main/")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("h1")).to_have_text("没有权限")
    expect(page.get_by_role("link", name="回到工作台")).to_be_visible()


def test_a_case_of_no_concern_looks_like_one_that_does_not_exist(enter, stock):
    person = enter("audit.officer")
    answers = []
    for number in (stock["designs"][-1], "桂消审2020-450103-99999"):
        answer = person.page.goto(f"/workbench/cases/{number}/")
        assert answer is not None
        answers.append((answer.status, person.page.locator("main .said, .said").first.inner_text()))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
