"""Going on leave: a substitute for the post, the cases to a colleague (休假前的安排)."""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import Page, expect

from .people import action, steps, submit

pytestmark = pytest.mark.browser


def today(page: Page) -> datetime.date:
    """The day on which the demo lives, as its banner says."""
    stamp = page.locator(".wb-demo time").get_attribute("datetime") or ""
    return datetime.datetime.fromisoformat(stamp).date()


def name_of(page: Page) -> str:
    """Who is signed in, as the page of duties knows him."""
    return page.locator("[data-wb-me]").get_attribute("data-wb-me") or ""


@pytest.fixture
def accepted(enter, stock) -> str:
    """A case that the clerk of Nanning has accepted and holds."""
    number = stock["designs"].pop(0)
    clerk = enter("nanning.clerk").opens_case(number)
    submit(action(clerk, "受理"))
    expect(clerk.locator(".wb-casehead")).to_contain_text("技术审查")
    return number


def test_a_reviewer_lends_the_post_and_the_substitutes_step_names_both(enter, accepted):
    away = enter("nanning.reviewer")
    page = away.opens("/workbench/duties/")
    reviewer, first = name_of(page), today(page)
    form = page.locator("form", has=page.get_by_role("button", name="安排代理"))
    inspector = name_of(enter("nanning.insp").opens("/workbench/duties/"))
    form.get_by_label("代理人").select_option(label=inspector)
    form.get_by_label("起始日").fill(first.isoformat())
    form.get_by_label("终止日（含）").fill((first + datetime.timedelta(days=4)).isoformat())
    form.get_by_label("事由").fill("年休假")
    form.get_by_role("button", name="安排代理").click()
    expect(page.get_by_role("status").first).to_contain_text(f"{inspector} 代 {reviewer} 履行")
    expect(page.locator(".wb-calendar .is-leave").first).to_contain_text("休")

    desk = enter("nanning.insp").opens_case(accepted)
    form = action(desk, "提出技术审查意见")
    expect(form).to_contain_text("步骤和文书上都写明代理")
    form.get_by_label("技术审查结论").select_option(label="符合要求")
    form.get_by_label("已核对纸质原件").check()
    submit(form)
    expect(desk.locator(".wb-events .wb-for").first).to_have_text(f"代 {reviewer}")

    page.reload()
    page.locator("section", has_text="谁代理我").get_by_text("提前结束").first.click()
    page.get_by_label("事由").first.fill("提前回来")
    page.get_by_role("button", name="提前结束").click()
    expect(page.get_by_role("status").first).to_contain_text("立即生效")
    desk.reload()
    expect(desk.locator("details.wb-act", has_text="提出技术审查意见")).to_have_count(0)


def test_a_clerk_hands_a_case_to_a_colleague_and_the_history_tells(enter, accepted):
    clerk = enter("nanning.clerk").opens_case(accepted)
    clerk.get_by_role("link", name="移交本件").click()
    box = clerk.get_by_label(f"移交 {accepted}", exact=True)
    expect(box).to_be_checked()
    expect(clerk.locator("[data-wb-chosen]")).to_have_text("已选 1 件")
    taker = enter("nanning.chief")
    name = name_of(taker.opens("/workbench/duties/"))
    clerk.get_by_label("接收人").select_option(label=name)
    clerk.get_by_label("理由").fill("轮岗")
    clerk.get_by_role("button", name="移交选中的办件").click()
    expect(clerk.get_by_role("status").first).to_contain_text(f"已把 1 件移交给 {name}")
    page = taker.opens_case(accepted)
    expect(page.locator(".wb-casehead")).to_contain_text(f"经办 {name}")
    assert steps(page, "移交") == 1
    expect(page.locator(".wb-events")).to_contain_text("理由：轮岗")


def test_the_leader_reads_the_office_and_nobody_else_its_load(enter):
    chief = enter("nanning.chief").opens("/workbench/duties/")
    expect(chief.locator(".wb-calendar")).to_contain_text("在办")
    clerk = enter("nanning.clerk").opens("/workbench/duties/")
    expect(clerk.locator(".wb-calendar")).not_to_contain_text("在办")
