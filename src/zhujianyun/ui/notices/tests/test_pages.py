"""The pages of notices (消息页面测试)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from zhujianyun.base import clock
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui import notices
from zhujianyun.ui.notices.models import Notice, Preference
from zhujianyun.ui.notices.wagtail_hooks import entry_zh

pytestmark = pytest.mark.django_db
LIST, READ, WISHES = "/workbench/notices/", "/workbench/notices/read/", "/workbench/notices/wishes/"


@pytest.fixture
def clerk(bureau):
    return bureau.account("张三", "clerk")


@pytest.fixture
def browser(bureau, clerk):
    return bureau.browser("张三")


def test_the_list_shows_ones_own_notices_only(bureau, clerk, browser):
    notices.tell(clerk, "轮到您", "编号 1", "/workbench/cases/", "a")
    notices.tell(bureau.account("李四", "clerk"), "别人的", key="b")
    page = browser.get(LIST).content.decode()
    assert "轮到您" in page and "编号 1" in page
    assert "别人的" not in page


def test_the_same_key_is_one_notice_that_comes_up_again(clerk):
    notices.tell(clerk, "导出完成", key="export:1")
    Notice.objects.update(read_at=clock.now())
    again = notices.tell(clerk, "导出完成（更新）", key="export:1")
    assert (again.count, again.read_at, again.title) == (1, None, "导出完成（更新）")
    assert notices.unread(clerk) == 1


def test_going_where_a_notice_leads_reads_it(clerk, browser):
    one = notices.tell(clerk, "看这里", url="/workbench/cases/?scope=todo", key="a")
    answer = browser.get(reverse("notices:open", args=[one.pk]))
    assert answer["location"] == "/workbench/cases/?scope=todo"
    assert notices.unread(clerk) == 0


def test_a_notice_never_leads_to_another_host(clerk, browser):
    one = notices.tell(clerk, "看这里", url="https://evil.example/", key="a")
    assert browser.get(reverse("notices:open", args=[one.pk]))["location"] == LIST


def test_nobody_opens_or_reads_the_notices_of_others(bureau, clerk):
    one = notices.tell(clerk, "看这里", key="a")
    stranger = bureau.browser("李四", "clerk")
    assert stranger.get(reverse("notices:open", args=[one.pk])).status_code == 404
    stranger.post(READ, {"notice": one.pk})
    stranger.post(READ, {"all": "1"})
    assert notices.unread(clerk) == 1


def test_chosen_ones_or_all_are_marked_as_read(clerk, browser):
    found = [notices.tell(clerk, f"第 {n} 条", key=str(n)) for n in range(3)]
    browser.post(READ, {"notice": [found[0].pk, "x", "9" * 30]})
    assert notices.unread(clerk) == 2
    browser.post(READ, {"all": "1"})
    assert notices.unread(clerk) == 0


def test_unread_is_shown_first_and_all_on_request(clerk, browser):
    notices.tell(clerk, "已经看过", key="a")
    browser.post(READ, {"all": "1"})
    assert "已经看过" not in browser.get(LIST).content.decode()
    assert "已经看过" in browser.get(LIST + "?scope=all&kind=other").content.decode()
    assert "已经看过" not in browser.get(LIST + "?scope=all&kind=alarm").content.decode()


def test_the_sidebar_says_how_many_are_unread(clerk, browser):
    notices.tell(clerk, "一条", key="a")
    assert (
        "\\u6d88\\u606f\\uff081\\uff09" in browser.get(LIST).content.decode()
        or "消息（1）" in browser.get(LIST).content.decode()
    )
    assert [entry_zh(n) for n in (0, 7, 100)] == ["消息", "消息（7）", "消息（99+）"]


def test_counting_unread_costs_one_query(clerk, django_assert_num_queries):
    Notice.objects.bulk_create(Notice(account=clerk, key=str(n), title="x") for n in range(150))
    with django_assert_num_queries(1):
        assert notices.unread(clerk) == 100


def test_the_list_asks_no_more_for_many_than_for_few(clerk, browser, django_assert_max_num_queries):
    Notice.objects.bulk_create(Notice(account=clerk, key=str(n), title="x") for n in range(120))
    with django_assert_max_num_queries(20):
        assert browser.get(LIST).status_code == 200


def test_wishes_are_kept_and_journalled(clerk, browser):
    browser.post(WISHES, {"turn": ["page", "email"], "summary": []})
    chosen = Preference.objects.get(account=clerk).chosen
    assert (chosen["turn"], chosen["summary"]) == (["page", "email"], [])
    assert Entry.objects.filter(verb="notices.choose", actor=clerk.key).count() == 1
    page = browser.get(WISHES).content.decode()
    assert "您的账号没有电子邮箱" in page


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get(LIST).status_code == 302
