"""Standing in and handing over on the pages (代理与移交)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Membership, Substitution
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.ui.workbench.listing import case_url

DUTIES, LEND, HAND_OVER = "/workbench/duties/", "/workbench/duties/lend/", "/workbench/duties/hand-over/"


@pytest.fixture
def people(bureau):
    """A chief, two clerks and a leader."""
    found = {"李局": ("chief",), "张三": ("clerk",), "李四": ("clerk",), "王局": ("boss",)}
    return {name: bureau.account(name, *roles) for name, roles in found.items()}


def post_of(account):
    return account.memberships.exclude(kind="substitute").get()


def asked(giver, taker, **changes):
    given = {
        "for": giver.pk, "post": post_of(giver).pk, "substitute": taker.pk, "kind": "leave",
        "valid_from": "2020-03-02", "valid_to": "2020-03-06", "reason": "年休假",
    }  # fmt: skip
    return {**given, **changes}


def test_an_officer_lends_his_post_and_the_substitutes_acts_name_him(bureau, people, hidden):
    answer = bureau.browser("李局").post(LEND, asked(people["李局"], people["张三"]), follow=True)
    assert "张三 代 李局 履行负责人职责" in answer.content.decode()
    assert "我代理谁" in bureau.browser("张三").get(DUTIES).content.decode()
    one = bureau.submitted()
    bureau.act(one, "accept", bureau.actor("李四"))
    browser = bureau.browser("张三")
    page = browser.get(case_url(one)).content.decode()
    assert "李局</span> 办理，步骤和文书上都写明代理" in page
    form = hidden(page, "reject")
    page = browser.post(
        f"{case_url(one)}act/reject/", {**form, "reason": "不符合条件"}, follow=True
    ).content.decode()
    assert "代 李局" in page
    assert Step.objects.get(case=one, action="reject").acting_for == people["李局"].key


def test_a_substitute_who_accepted_the_case_is_told_why_he_does_not_decide_it(bureau, people):
    bureau.browser("李局").post(LEND, asked(people["李局"], people["张三"]))
    one = bureau.accepted()
    page = bureau.browser("张三").get(case_url(one)).content.decode()
    assert "您已以受理人员身份办理过本件，不能再代他人以负责人身份办理" in page and "act/grant/" not in page


def test_it_ends_by_date_and_early_by_either_side(bureau, people, standing):
    bureau.browser("李局").post(LEND, asked(people["李局"], people["张三"]))
    row = Substitution.objects.get()
    silent = bureau.browser("张三").post(reverse("workbench:end_substitution", args=[row.pk]), {"reason": ""})
    assert silent.status_code == 422 and "提前结束的事由" in silent.content.decode()
    stranger = bureau.browser("李四").post(
        reverse("workbench:end_substitution", args=[row.pk]), {"reason": "x"}
    )
    assert stranger.status_code == 403
    standing.move_to(clock.at_local(date(2020, 3, 4), 9))
    assert "我代理谁" in bureau.browser("张三").get(DUTIES).content.decode()
    answer = bureau.browser("张三").post(
        reverse("workbench:end_substitution", args=[row.pk]), {"reason": "出差"}, follow=True
    )
    assert "立即生效" in answer.content.decode() and "提前结束：出差" in answer.content.decode()


def test_it_is_over_the_day_after_its_last(bureau, people, standing):
    bureau.browser("李局").post(LEND, asked(people["李局"], people["张三"]))
    standing.move_to(clock.at_local(date(2020, 3, 6), 17))
    assert "眼下您没有代理别人" not in bureau.browser("张三").get(DUTIES).content.decode()
    standing.move_to(clock.at_local(date(2020, 3, 7), 9))
    assert "眼下您没有代理别人" in bureau.browser("张三").get(DUTIES).content.decode()


def test_a_second_click_finds_its_own_arrangement(bureau, people):
    browser = bureau.browser("李局")
    for _ in range(2):
        assert browser.post(LEND, asked(people["李局"], people["张三"])).status_code == 302
    assert Substitution.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"post": ""}, 422, "至少勾选一项"),
        ({"substitute": ""}, 422, "请选择代理人"),
        ({"valid_to": ""}, 422, "请填写终止日"),
        ({"reason": ""}, 422, "写明代理事由"),
        ({"valid_to": "2020-12-31"}, 422, "最长 92 天"),
    ],
    ids=["no post", "nobody", "no end", "no reason", "too long"],
)
def test_a_refused_arrangement_keeps_what_was_typed(bureau, people, changes, status, said):
    answer = bureau.browser("李局").post(LEND, asked(people["李局"], people["张三"], **changes))
    page = answer.content.decode()
    assert answer.status_code == status and said in page
    assert 'value="2020-03-02"' in page and not Substitution.objects.exists()


def test_a_leader_arranges_for_others_and_sees_the_offices_load(bureau, people):
    bureau.accepted()
    browser = bureau.browser("王局")
    page = browser.get(f"{DUTIES}?for={people['李局'].pk}").content.decode()
    assert "为 李局" in page and f"from={people['张三'].pk}" in page
    assert browser.post(LEND, asked(people["李局"], people["张三"])).status_code == 302
    assert "李局" in browser.get(DUTIES).content.decode()
    assert "休假代理，负责人由 张三 代" in browser.get(DUTIES).content.decode()


def test_nobody_else_arranges_for_others(bureau, people):
    page = bureau.browser("张三").get(f"{DUTIES}?for={people['李局'].pk}").content.decode()
    assert "为 李局" not in page
    assert bureau.browser("张三").post(LEND, asked(people["李局"], people["李四"])).status_code == 403


def test_an_officer_hands_some_of_his_cases_over(bureau, people):
    one, two = bureau.accepted(), bureau.accepted()
    browser = bureau.browser("张三")
    assert f"?from={people['张三'].pk}&amp;case={one.pk}" in browser.get(case_url(one)).content.decode()
    page = browser.get(HAND_OVER).content.decode()
    assert one.number in page and two.number in page
    given = {"from": "", "to": people["李四"].pk, "reason": "轮岗", "key": "k1", "case": [one.pk]}
    answer = browser.post(f"{HAND_OVER}now/", given, follow=True)
    assert "已把 1 件移交给 李四" in answer.content.decode()
    again = browser.post(f"{HAND_OVER}now/", given, follow=True)
    assert "没有重复办理" in again.content.decode()
    assert Case.objects.get(pk=one.pk).holder == people["李四"]
    assert Case.objects.get(pk=two.pk).holder == people["张三"]
    page = bureau.browser("李四").get(case_url(one)).content.decode()
    assert "移交" in page and "交给 李四" in page and "轮岗" in page


def test_a_hand_over_that_cannot_be_names_the_case_and_keeps_the_choice(bureau, people):
    one = bureau.accepted()
    Membership.objects.filter(account=people["李四"]).update(office=bureau.other)
    given = {"to": people["李四"].pk, "reason": "轮岗", "key": "k1", "case": [one.pk]}
    answer = bureau.browser("张三").post(f"{HAND_OVER}now/", given)
    page = answer.content.decode()
    assert answer.status_code == 422 and f"{one.number} 在该办理单位没有这一流程的角色" in page
    assert f'value="{one.pk}" aria-label="移交 {one.number}" checked' in page and ">轮岗</textarea>" in page


def test_anothers_cases_are_for_the_leader(bureau, people):
    bureau.accepted()
    assert bureau.browser("李四").get(f"{HAND_OVER}?from={people['张三'].pk}").status_code == 403
    page = bureau.browser("王局").get(f"{HAND_OVER}?from={people['张三'].pk}").content.decode()
    assert "张三 在手 1 件" in page


def test_the_page_of_duties_stays_within_its_queries(bureau, people):
    bureau.browser("李局").post(LEND, asked(people["李局"], people["张三"]))
    browser = bureau.browser("王局")
    browser.get(DUTIES)
    with CaptureQueriesContext(connection) as found:
        browser.get(DUTIES)
    assert len(found) <= 26
