"""A page left open: who did what meanwhile, herself included, and nothing typed is lost (旧页面)."""

from __future__ import annotations

from zhujianyun.kernel.access.models import Membership
from zhujianyun.kernel.case.models import Step
from zhujianyun.ui.workbench.listing import case_url


def act_url(one, action):
    return f"{case_url(one)}act/{action}/"


def test_the_same_act_from_two_tabs_shows_the_result_and_not_an_error(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    first, second = (hidden(browser.get(case_url(one)).content.decode(), "accept") for _ in range(2))
    assert first["key"] != second["key"]
    browser.post(act_url(one, "accept"), first)
    answer = browser.post(act_url(one, "accept"), second, follow=True)
    assert answer.status_code == 200
    assert "您已于 2020-03-02 09:00 办理“受理”，没有重复办理；现处于“审查中”" in answer.content.decode()
    assert Step.objects.filter(case=one, action="accept").count() == 1


def test_another_act_of_her_own_in_another_tab_is_told_as_hers(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    refuse = hidden(browser.get(case_url(one)).content.decode(), "refuse")
    accept = hidden(browser.get(case_url(one)).content.decode(), "accept")
    browser.post(act_url(one, "accept"), accept)
    answer = browser.post(act_url(one, "refuse"), {**refuse, "reason": "材料不全"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "您已于 2020-03-02 09:00 在另一页办理“受理”" in page and "材料不全" in page
    assert "已被他人抢先" not in page


def test_the_second_of_two_clerks_with_the_same_act_is_told_who_was_faster(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "accept")
    bureau.act(one, "accept", bureau.actor("赵六", "clerk"))
    answer = browser.post(act_url(one, "accept"), form)
    assert answer.status_code == 409 and "赵六 已于 2020-03-02 09:00 办理“受理”" in answer.content.decode()


def test_who_loses_the_role_while_the_page_is_open_keeps_what_she_wrote(bureau, hidden):
    one = bureau.submitted()
    bureau.account("张三", "clerk", "insp")
    browser = bureau.browser("张三")
    form = hidden(browser.get(case_url(one)).content.decode(), "refuse")
    Membership.objects.filter(role__code="office.clerk").update(is_void=True)
    answer = browser.post(
        act_url(one, "refuse"), {**form, "reason": "缺总平面图", "fact:action.gaps": "总平面图三份"}
    )
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "由受理人员办理" in page and "您的职责可能刚有变动" in page
    assert "缺总平面图" in page and "总平面图三份" in page


def test_who_may_not_even_see_the_case_any_more_gets_her_text_back(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "refuse")
    Membership.objects.filter(role__code="office.clerk").update(office=bureau.other)
    answer = browser.post(act_url(one, "refuse"), {**form, "reason": "缺总平面图"})
    assert answer.status_code == 404 and "您刚才填写的内容" in answer.content.decode()
    assert "缺总平面图" in answer.content.decode()


def test_the_page_is_never_taken_from_a_cache(bureau):
    one = bureau.submitted()
    answer = bureau.browser("张三", "clerk").get(case_url(one))
    assert (
        "no-store" in answer["Cache-Control"]
        and f'data-wb-version="{one.version}"' in answer.content.decode()
    )
