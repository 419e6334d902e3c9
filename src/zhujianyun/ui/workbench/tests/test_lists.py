"""Views, columns, order, filters of the list, and what old or spoilt addresses do to it."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.ui.workbench import columns, saved, wording
from zhujianyun.ui.workbench.filters import DAYS, LAMPS, SCOPES, SORTS, Filters
from zhujianyun.ui.workbench.models import SavedView

LIST, VIEWS = "/workbench/cases/", "/workbench/cases/views/"


def test_a_view_opens_with_one_click_and_shows_what_was_filtered(bureau):
    one, other = bureau.accepted(), bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    answer = browser.post(
        f"{VIEWS}save/", {"name": "在审", "query": "scope=open&state=reviewing&sort=-opened"}, follow=True
    )
    page = answer.content.decode()
    assert "已存为视图“在审”" in page and one.number in page and other.number not in page
    view = SavedView.objects.get()
    assert f'href="?view={view.pk}"' in browser.get(LIST).content.decode()


def test_the_default_view_opens_by_itself_and_can_be_left(bureau):
    one = bureau.accepted()
    browser = bureau.browser("张三", "clerk")
    browser.post(f"{VIEWS}save/", {"name": "我的", "query": "scope=settled", "default": "on"})
    assert one.number not in browser.get(LIST, follow=True).content.decode()
    assert one.number in browser.get(f"{LIST}?scope=open").content.decode()


def test_one_view_at_most_is_the_default_and_the_same_name_is_updated(bureau):
    account = bureau.account("张三", "clerk")
    first = saved.save(account, "甲", "scope=all", is_default=True)
    saved.save(account, "乙", "scope=all", is_default=True)
    again = saved.save(account, " 甲 ", "scope=ended")
    assert again.pk == first.pk and Filters.parse(again.query).scope == "ended"
    assert [(one.name, one.is_default) for one in saved.views(account)] == [("甲", False), ("乙", True)]


def test_views_are_renamed_moved_and_deleted_by_their_owner_only(bureau):
    account, browser = bureau.account("张三", "clerk"), bureau.browser("张三", "clerk")
    first, second = saved.save(account, "甲", ""), saved.save(account, "乙", "")
    browser.post(f"{VIEWS}{second.pk}/", {"do": "up"})
    browser.post(f"{VIEWS}{first.pk}/", {"do": "rename", "name": "丙"})
    assert [one.name for one in saved.views(account)] == ["乙", "丙"]
    refused = browser.post(
        f"{VIEWS}{first.pk}/", {"do": "rename", "name": "乙"}, follow=True
    ).content.decode()
    assert "已有名为“乙”的视图" in refused
    stranger = bureau.browser("李四", "clerk").post(f"{VIEWS}{first.pk}/", {"do": "delete"}, follow=True)
    assert "这个视图已经删除" in stranger.content.decode() and SavedView.objects.count() == 2
    browser.post(f"{VIEWS}{first.pk}/", {"do": "delete"})
    assert [one.name for one in saved.views(account)] == ["乙"]


def test_a_view_deleted_in_another_tab_leads_to_the_usual_list(bureau):
    one = bureau.accepted()
    answer = bureau.browser("张三", "clerk").get(f"{LIST}?view=4711")
    assert answer.status_code == 200
    assert "这个视图已经删除" in answer.content.decode() and one.number in answer.content.decode()


def test_a_view_on_something_that_no_longer_exists_says_so_and_still_opens(bureau):
    one = bureau.accepted()
    view = SavedView.objects.create(
        account=bureau.account("张三", "clerk"),
        name="旧",
        query="scope=open&process=gone&state=away&colour=red&sort=age",
    )
    page = bureau.browser("张三", "clerk").get(f"{LIST}?view={view.pk}").content.decode()
    assert (
        "这些条件已不存在或不合要求，没有使用：事项“gone”、环节“away”、排序“age”。" in page
        and one.number in page
    )


@pytest.mark.parametrize(
    "query",
    ["city=999999", "lamp=pink", "office=abc", "since=2020-13-45", "page=-3", "page=99999999999", "per=7", "view=x", "scope=%00"],
)  # fmt: skip
def test_a_wrong_value_in_the_address_never_breaks_the_list(bureau, query):
    one = bureau.accepted()
    answer = bureau.browser("张三", "clerk").get(f"{LIST}?{query}")
    assert answer.status_code == 200 and one.number in answer.content.decode()


def test_ten_thousand_characters_to_look_for_are_cut_and_said(bureau):
    bureau.accepted()
    answer = bureau.browser("张三", "clerk").get(LIST, {"q": "长" * 10_000})
    assert answer.status_code == 200 and "第 80 个字以后的部分" in answer.content.decode()


TEXT = st.text(max_size=12)
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "scope": st.sampled_from(sorted(SCOPES)) | TEXT, "lamp": st.sampled_from(sorted(LAMPS)) | TEXT,
        "day": st.sampled_from(sorted(DAYS)) | TEXT, "since": st.dates().map(str) | TEXT, "until": TEXT, "q": TEXT,
        "sort": st.sampled_from([*SORTS, *(f"-{one}" for one in SORTS)]) | TEXT, "office": st.integers(0).map(str) | TEXT,
        "state": TEXT, "process": TEXT, "city": TEXT, "applicant": TEXT,
    },
)  # fmt: skip


@given(WISHES)
def test_filters_written_into_an_address_and_read_again_are_the_same(wishes):
    wanted = Filters.read(wishes)
    again = Filters.parse(wanted.query)
    assert again.query == wanted.query and again.dropped == ()
    assert (again.scope, again.sort, again.since, again.q) == (
        wanted.scope,
        wanted.sort,
        wanted.since,
        wanted.q,
    )


def test_a_click_on_a_head_orders_a_second_click_turns_it_round(bureau):
    first, second = bureau.accepted(), bureau.accepted()
    browser = bureau.browser("张三", "clerk")
    pages = [browser.get(f"{LIST}?sort={sort}").content.decode() for sort in ("number", "-number")]
    assert [page.index(first.number) < page.index(second.number) for page in pages] == [True, False]
    assert 'aria-sort="descending"' in pages[1]
    assert Filters(sort="number").sorted_by("number").sort == "-number"
    assert Filters().sorted_by("opened").sort == "-opened"


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{one}" for one in SORTS)])
def test_every_column_that_can_be_ordered_is_ordered(bureau, sort):
    one = bureau.accepted()
    assert one.number in bureau.browser("张三", "clerk").get(f"{LIST}?sort={sort}").content.decode()


def test_a_state_chosen_without_its_process_brings_the_process_along(bureau):
    one, other = bureau.submitted(), bureau.submitted("filing", crowded=True)
    page = bureau.browser("张三", "clerk").get(f"{LIST}?state=permit:{one.state}").content.decode()
    assert one.number in page and other.number not in page
    assert Filters.parse("state=permit:submitted").process == "permit"


def test_columns_that_an_officer_chose_stay_his(bureau):
    bureau.accepted()
    browser = bureau.browser("张三", "clerk")
    browser.post(
        f"{LIST}columns/", {"column": ["title", "office", "gone"], "per": "100", "query": "scope=open"}
    )
    page = browser.get(f"{LIST}?scope=open")
    assert [one.code for one in page.context["columns"]] == ["number", "title", "office"]
    assert page.context["page"].per == 100 and "南宁市住建局" in page.content.decode()
    others = bureau.browser("李四", "clerk").get(f"{LIST}?scope=open")
    assert [one.code for one in others.context["columns"]] == [one.code for one in columns.chosen([], "open")]
    browser.post(f"{LIST}columns/", {"usual": "1"})
    assert "due" in [one.code for one in browser.get(f"{LIST}?scope=open").context["columns"]]


def test_days_are_filtered_and_said(bureau):
    one = bureau.accepted()
    browser = bureau.browser("张三", "clerk")
    assert (
        one.number in browser.get(f"{LIST}?day=accepted&since=2020-03-01&until=2020-03-02").content.decode()
    )
    page = browser.get(f"{LIST}?day=accepted&since=2020-03-03").content.decode()
    assert one.number not in page and "受理日 2020-03-03 起" in page
    wanted = Filters(day="due", since=date(2020, 3, 1), until=date(2020, 3, 9), q="小区")
    assert wording.said(wanted) == "在办，到期日 2020-03-01 至 2020-03-09，含“小区”，按到期日"


def test_too_many_views_are_refused_with_a_sentence(bureau):
    account = bureau.account("张三", "clerk")
    for number in range(saved.MOST):
        saved.save(account, f"视图{number}", "")
    with pytest.raises(RuleBroken, match="最多存 20 个"):
        saved.save(account, "又一个", "")


def test_views_and_choices_do_not_add_queries_with_their_number(bureau):
    account, browser = bureau.account("张三", "clerk"), bureau.browser("张三", "clerk")
    for number in range(saved.MOST):
        saved.save(account, f"视图{number}", "scope=open&q=青秀&day=due&since=2020-01-01")
    bureau.accepted()
    url = f"{LIST}?view={saved.views(account)[0].pk}"
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        browser.get(url)
    assert len(asked) <= 20


def test_a_leader_sees_where_the_work_stands_and_each_number_leads_to_its_list(bureau):
    import re

    from zhujianyun.kernel.access.models import Office

    bureau.accepted()
    leader = bureau.browser("厅领导", "leader", office=Office.objects.get(code="gx"))
    home = leader.get("/workbench/").content.decode()
    assert "各设区市办理情况" in home
    link = re.search(r'href="([^"]+)" aria-label="南宁市在办 1 件"', home)[1].replace("&amp;", "&")
    assert leader.get(link).context["page"].total == 1
    with CaptureQueriesContext(connection) as asked:
        leader.get("/workbench/")
    assert len(asked) <= 20
    assert "各设区市办理情况" not in bureau.browser("张三", "clerk").get("/workbench/").content.decode()
