"""Two officers on one case: the second is told what the first did (两人同办一件)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .people import action, state, steps, submit

pytestmark = pytest.mark.browser


@pytest.fixture
def reviewing(enter, stock) -> str:
    """A case with special fire design under review: reviewer and chief may both act on it."""
    number = stock["designs"].pop()  # an odd one
    clerk = enter("nanning.clerk").opens_case(number)
    submit(action(clerk, "受理"))
    expect(clerk.locator(".wb-casehead")).to_contain_text("技术审查")
    return number


def test_the_second_officer_reads_who_did_what_and_keeps_what_he_wrote(enter, reviewing):
    reviewer = enter("nanning.reviewer").opens_case(reviewing)
    form = action(reviewer, "提出技术审查意见")
    form.get_by_label("技术审查结论").select_option(label="不符合要求")
    form.get_by_label("问题与适用条文").fill("疏散楼梯净宽不足")
    form.get_by_label("已核对纸质原件").check()

    chief = enter("nanning.chief").opens_case(reviewing)
    submit(action(chief, "组织专家评审"))
    expect(chief.locator(".wb-casehead")).to_contain_text("专家评审中")

    submit(form)
    told = reviewer.get_by_role("alert").first
    expect(told).to_contain_text("已被他人抢先办理，您的办理没有生效")
    expect(told).to_contain_text("组织专家评审")
    expect(told).to_contain_text(chief_name(enter))
    expect(told).to_contain_text("现处于“专家评审中”")
    expect(reviewer.locator("body")).to_contain_text("疏散楼梯净宽不足")
    assert steps(reviewer, "提出技术审查意见") == 0
    assert "专家评审中" in state(reviewer)


def chief_name(enter) -> str:
    """The name of the chief, as his own home page greets him."""
    greeting = enter("nanning.chief").opens("/workbench/").locator("h1").first.inner_text()
    return greeting.partition("，")[0]
