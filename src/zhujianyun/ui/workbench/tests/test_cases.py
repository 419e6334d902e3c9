"""The list of cases and the first page."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhujianyun.base import clock
from zhujianyun.ui.workbench import queries
from zhujianyun.ui.workbench.listing import case_url

LIST = "/workbench/cases/"


def test_the_list_shows_number_title_state_lamp_and_due_day(bureau):
    one = bureau.accepted()
    page = bureau.browser("张三", "clerk").get(LIST).content.decode()
    assert one.number in page and "青秀区某住宅楼" in page
    assert "审查中" in page and "2020-03-16" in page and "剩 10 个工作日" in page


def test_a_list_of_fifty_takes_no_more_queries_than_a_list_of_two(bureau):
    browser = bureau.browser("张三", "clerk")
    for _ in range(2):
        bureau.accepted()
    browser.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(LIST)
    for _ in range(12):
        bureau.accepted()
    with CaptureQueriesContext(connection) as many:
        browser.get(LIST)
    assert len(many) == len(few) <= 20


def test_an_officer_sees_the_cases_of_his_own_office_only(bureau):
    one = bureau.accepted()
    stranger = bureau.browser("外市人员", "clerk", office=bureau.other)
    assert one.number not in stranger.get(LIST).content.decode()
    answer = stranger.get(case_url(one))
    assert answer.status_code == 404
    assert "不在您的可见范围内" in answer.content.decode()


def test_whoever_is_not_signed_in_is_led_to_sign_in(bureau):
    from django.test import Client

    answer = Client().get(LIST)
    assert answer.status_code == 302 and "/signin/" in answer["Location"]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("q=青秀区", True), ("q=没有这样的工程", False), ("q=某建设", True), ("lamp=green", True), ("lamp=black", False),
        ("process=permit&state=reviewing", True), ("state=submitted", False), ("city=450100", True), ("city=450200", False),
        ("scope=ended", False), ("scope=all", True), ("scope=nonsense&sort=nonsense", True), ("sort=opened", True), ("sort=last", True),
    ],
)  # fmt: skip
def test_each_filter_narrows_the_list(bureau, query, is_found):
    one = bureau.accepted()
    page = bureau.browser("张三", "clerk").get(f"{LIST}?{query}").content.decode()
    assert (one.number in page) is is_found
    assert is_found or "没有符合这些条件的办件" in page or "还没有这类办件" in page


def test_a_draft_is_shown_at_the_counter_that_enters_it_and_nowhere_else(bureau):
    one = bureau.draft()
    assert (
        bureau.browser("张三", "clerk").get(f"{LIST}?scope=all").content.decode().count(f"草稿 {one.pk}") == 0
    )
    desk = bureau.browser("窗口", "desk")
    assert f"草稿 {one.pk}" in desk.get(f"{LIST}?scope=all").content.decode()
    assert "提交" in desk.get(case_url(one)).content.decode()


def test_what_waits_for_me_is_where_a_role_of_mine_may_act(bureau):
    submitted, accepted = bureau.submitted(), bureau.accepted()
    clerk, chief = bureau.actor("张三", "clerk"), bureau.actor("李局", "chief")
    assert list(queries.visible(clerk).filter(queries.todo(clerk))) == [submitted]
    assert list(queries.visible(chief).filter(queries.todo(chief))) == [accepted]


def test_cases_that_wait_for_a_draw_are_not_handled_one_by_one(bureau):
    bureau.submitted("filing", crowded=True)
    drawer = bureau.actor("抽取员", "draw")
    assert not queries.visible(drawer).filter(queries.todo(drawer)).exists()


def test_the_first_page_counts_lists_and_tells_what_i_did_today(bureau, standing):
    one = bureau.accepted()
    page = bureau.browser("张三", "clerk").get("/workbench/").content.decode()
    assert "张三，您好" in page and "我今天办的 <small>1 次</small>" in page and one.number in page
    standing.move_to(clock.at_local(date(2020, 3, 17), 9))
    from zhujianyun.kernel.case import timers

    timers.run()
    page = bureau.browser("李局", "chief").get("/workbench/").content.decode()
    assert "超 1 天" in page and "其中轮到我 1 件" in page


def test_the_first_page_needs_few_queries(bureau):
    browser = bureau.browser("张三", "clerk")
    bureau.submitted()
    browser.get("/workbench/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/workbench/")
    for _ in range(6):
        bureau.submitted()
    with CaptureQueriesContext(connection) as many:
        browser.get("/workbench/")
    assert len(many) == len(few) <= 20


def test_the_menu_holds_our_entries_and_none_of_a_cms(bureau):
    page = bureau.browser("张三", "clerk").get(LIST).content.decode()
    # The menu travels as JSON.
    assert all(name in page for name in ("zjy-home", "zjy-cases", "zjy-draws", "zjy-wall"))
    assert not any(
        f'"name": "{name}"' in page
        for name in ("explorer", "images", "documents", "reports", "settings", "help")
    )


def test_no_page_asks_an_outside_host_or_runs_inline_handlers(bureau):
    import re

    one = bureau.accepted()
    browser = bureau.browser("李局", "chief")
    for url in ("/workbench/", LIST, case_url(one), "/workbench/draws/"):
        page = browser.get(url).content.decode()
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
        assert not re.search(r'\son[a-z]+="', page)


def test_the_banner_of_the_demo_stands_on_every_page_of_a_demo(bureau, settings):
    browser = bureau.browser("张三", "clerk")
    assert "演示数据" not in browser.get(LIST).content.decode()
    settings.ZJY_DEMO = True
    page = browser.get(LIST).content.decode()
    assert "时钟自 2020-12-31 下午起走动" in page and "2020-03-02 09:00" in page


def test_my_account_shows_my_posts_and_not_the_cms_settings(bureau):
    page = bureau.browser("张三", "clerk").get("/workbench/account/").content.decode()
    assert "受理人员" in page and "南宁市住建局" in page and "修改口令" in page


def test_the_list_can_be_read_by_filters_that_the_first_page_links_to(bureau, standing):
    import re

    bureau.accepted()
    browser = bureau.browser("李局", "chief")
    standing.move_to(clock.at_local(date(2020, 3, 16), 9))
    links = re.findall(r'class="wb-tile[^"]*" href="([^"]+)"', browser.get("/workbench/").content.decode())
    assert len(links) == 4
    counts = [len(browser.get(link).context["page"].lines) for link in links]
    assert counts == [1, 0, 1, 0]  # it is due today: the sweep of the new day has not run yet
