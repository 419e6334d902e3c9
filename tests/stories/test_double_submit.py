"""Clicked twice, sent twice, gone back and sent again: one act (重复提交只办一次)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .people import action, state, steps, submit

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(enter, stock) -> Page:
    """A clerk in front of a case that waits to be accepted."""
    return enter("nanning.clerk").opens_case(stock["designs"].pop(0))


def test_a_double_click_is_one_act(desk: Page):
    action(desk, "受理").locator("button.wb-button--main").dblclick()
    expect(desk.locator(".wb-casehead")).to_contain_text("技术审查")
    desk.reload()
    assert steps(desk, "受理") == 1
    assert desk.locator("#papers ~ ul li", has_text="受理凭证").count() == 1


def test_the_same_form_sent_five_times_at_once_is_one_act(desk: Page):
    form = action(desk, "受理")
    answers = form.locator("form").evaluate(
        """async (form) => {
          const send = () => fetch(form.action, {method: "POST", body: new FormData(form)}).then((a) => a.status);
          return Promise.all([send(), send(), send(), send(), send()]);
        }"""
    )
    assert answers == [200] * 5  # each is led to the case's page, none meets an error
    desk.reload()
    assert steps(desk, "受理") == 1
    assert "技术审查" in state(desk)


def test_going_back_shows_the_case_as_it_is_now(desk: Page):
    submit(action(desk, "受理"))
    expect(desk.locator(".wb-casehead")).to_contain_text("技术审查")
    desk.go_back()
    expect(desk.locator(".wb-casehead")).to_contain_text("技术审查")
    assert desk.locator("summary", has_text="受理").count() == 0, "the browser kept a form that is used up"
    desk.reload()
    assert steps(desk, "受理") == 1
