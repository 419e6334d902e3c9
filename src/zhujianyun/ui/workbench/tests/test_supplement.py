"""The one notice that names every gap, drafts at the window, acts entered afterwards (补正·草稿·补录)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.case.models import Step
from zhujianyun.ui.workbench.listing import case_url

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def received(bureau):
    """A drawing review that waits for acceptance."""
    one = bureau.draft("drawing_review", scale="large", floor_m2="1200")
    owner = access.subject_actor(bureau.owner.pk, bureau.owner.name)
    bureau.act(one, "submit", owner, documents=["批准文件", "全套施工图"])
    return one


def act_url(one, action):
    return f"{case_url(one)}act/{action}/"


def test_the_checklist_goes_through_every_document_and_every_required_field(bureau, received):
    page = bureau.browser("张三", "clerk").get(case_url(received)).content.decode()
    for name in ("document:批准文件", "document:全套施工图", "fact:项目代码", "fact:工程规模"):
        assert f'name="gap:{name}"' in page
    assert "已收 1 份" in page and 'name="gap:fact:建筑面积"' not in page


def test_what_is_ticked_becomes_one_numbered_notice_on_step_and_paper(bureau, received, hidden):
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(received)).content.decode(), "supplement")
    given = {
        **form, "gap:document:全套施工图": "on", "remark:document:全套施工图": "缺结构专业第 3 张",
        "gap:fact:工程规模": "on", "gaps_more": "法定代表人签字页\n\n消防专篇",
    }  # fmt: skip
    assert browser.post(act_url(received, "supplement"), given).status_code == 302
    step = Step.objects.get(case=received, action="supplement")
    assert step.facts["gaps"].splitlines() == [
        "1．全套施工图：缺结构专业第 3 张。",
        "2．工程规模：不符合要求，请重新提供。",
        "3．法定代表人签字页。",
        "4．消防专篇。",
    ]
    paper = received.papers.get(doc="一次性补正通知书")
    assert paper.facts["filled_zh"] == [["需要补正的全部内容", step.facts["gaps"]]]


def test_an_empty_notice_is_refused_beside_the_checklist_and_keeps_the_remarks(bureau, received, hidden):
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(received)).content.decode(), "supplement")
    answer = browser.post(act_url(received, "supplement"), {**form, "remark:document:批准文件": "过期"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "请至少勾选一项或写明一条" in page and 'value="过期"' in page


def test_the_notice_is_seen_before_it_is_issued_and_nothing_remains(bureau, received, hidden):
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(received)).content.decode(), "supplement")
    url = f"{case_url(received)}preview/supplement/"
    seen = browser.post(url, {**form, "gaps_more": "总平面图"})
    assert seen["Content-Type"] == "application/pdf" and seen.content.startswith(b"%PDF")
    assert seen["X-Frame-Options"] == "SAMEORIGIN"
    refused = browser.post(url, form)
    assert refused.status_code == 422 and "还不能预览" in refused.content.decode()
    assert bureau.browser("路人", "chief").post(url, {**form, "gaps_more": "x"}).status_code == 403
    assert not Step.objects.filter(case=received, action="supplement").exists()


def test_an_act_is_entered_afterwards_by_whoever_may_with_both_times_shown(
    bureau, received, hidden, standing
):
    standing.move_to(clock.at_local(date(2020, 3, 4), 15))
    assert "补录" not in bureau.browser("张三", "clerk").get(case_url(received)).content.decode()
    bureau.account("钱主任", "clerk", "boss")
    browser = bureau.browser("钱主任")
    page = browser.get(case_url(received)).content.decode()
    assert 'min="2020-03-02T09:00"' in page and 'max="2020-03-04T15:00"' in page
    form = hidden(page, "accept")
    early = browser.post(
        act_url(received, "accept"), {**form, "done_at": "2020-03-01T10:00", "reason": "停电"}
    )
    assert early.status_code == 422 and "不能早于上一步" in early.content.decode()
    assert 'value="2020-03-01T10:00"' in early.content.decode()
    silent = browser.post(act_url(received, "accept"), {**form, "done_at": "2020-03-03T10:00"})
    assert "必须写明理由" in silent.content.decode()
    done = browser.post(
        act_url(received, "accept"), {**form, "done_at": "2020-03-03T10:00", "reason": "停电"}, follow=True
    )
    page = done.content.decode()
    assert "办理时间记为 2020-03-03 10:00，录入时间 2020-03-04 15:00" in page
    assert "于 2020-03-04 15:00" in page and '<dd class="wb-num">2020-03-03</dd>' in page


@pytest.fixture
def window(bureau):
    """The browser of somebody at the window."""
    return bureau.browser("窗口", "desk")


def amend_url(one):
    return f"/workbench/cases/draft/{one.pk}/amend/"


def fields(page):
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("version", "key")}


def test_the_window_fills_in_a_draft_with_facts_and_documents(bureau, window):
    one = bureau.draft("drawing_review")
    assert "填写申报内容和材料" in window.get(case_url(one)).content.decode()
    page = window.get(amend_url(one)).content.decode()
    given = {
        **fields(page), "title": "青秀区新楼", "fact:subject.project_code": "P-window", "fact:subject.scale": "small",
        "fact:subject.floor_m2": "1200.5", "fact:subject.places": "一层 商店\n二层 餐馆",
        "file:批准文件": SimpleUploadedFile("批文.pdf", PDF), "seen:全套施工图": "on",
    }  # fmt: skip
    answer = window.post(amend_url(one), given, follow=True)
    assert "草稿已保存" in answer.content.decode()
    one.refresh_from_db()
    assert one.title == "青秀区新楼" and one.facts["subject"]["places"] == ["一层 商店", "二层 餐馆"]
    assert set(one.documents.values_list("kind", flat=True)) == {"批准文件", "全套施工图"}
    assert "改动要素：项目代码" in answer.content.decode()


def test_a_wrong_value_is_told_beside_its_field_and_nothing_is_saved(bureau, window):
    one = bureau.draft("drawing_review")
    page = window.get(amend_url(one)).content.decode()
    answer = window.post(amend_url(one), {**fields(page), "fact:subject.floor_m2": "很大"})
    assert answer.status_code == 422
    assert (
        'id="subject.floor_m2-error"' in answer.content.decode() and 'value="很大"' in answer.content.decode()
    )
    one.refresh_from_db()
    assert one.version == 0


def test_a_document_is_taken_back_at_the_window_and_strangers_do_not_get_in(bureau, window):
    one = bureau.draft("drawing_review")
    page = window.get(amend_url(one)).content.decode()
    code = {"fact:subject.project_code": one.facts["subject"]["project_code"]}
    window.post(amend_url(one), {**fields(page), **code, "seen:批准文件": "on"})
    row = one.documents.get()
    answer = window.post(f"/workbench/cases/draft/{one.pk}/documents/{row.pk}/drop/", follow=True)
    assert "已撤下" in answer.content.decode() and not one.documents.exists()
    assert bureau.browser("张三", "clerk").get(amend_url(one)).status_code == 404
