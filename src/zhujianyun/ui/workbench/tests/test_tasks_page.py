"""Eight specialties side by side, from the first assignment to the conclusion (并行任务)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhujianyun.kernel import access
from zhujianyun.kernel.access.models import Membership, Role
from zhujianyun.kernel.case import tasks
from zhujianyun.kernel.case.models import Task
from zhujianyun.kernel.case.tasks import Candidate
from zhujianyun.ui.workbench.listing import case_url

PARTS = ("建筑", "结构", "给排水", "暖通", "电气", "消防", "人防", "节能")
STRICT = {
    "issue": "疏散楼梯净宽不足",
    "clause": "GB 50016 5.5.18",
    "severity": "强条",
    "drawing_ref": "建施-07",
}


@pytest.fixture
def review(bureau):
    """A drawing review whose specialties wait for their reviewers."""
    one = bureau.draft("drawing_review", scale="large")
    by = access.subject_actor(bureau.owner.pk, bureau.owner.name)
    bureau.act(one, "submit", by, documents=["批准文件", "全套施工图"])
    bureau.act(one, "accept", bureau.actor("张三", "clerk"))
    return one


def task_of(one, part):
    return Task.objects.filter(case=one, part=part).latest("round")


def url(one, part, verb=""):
    return reverse(f"workbench:task{'_' + verb if verb else ''}", args=[one.number, task_of(one, part).pk])


def written(*entries, passed):
    found = {"passed": "true" if passed else "false"}
    for name in ("issue", "clause", "severity", "drawing_ref"):
        found[f"entry_{name}"] = [entry.get(name, "") for entry in (*entries, {"severity": "一般"})]
    return found


def done_by(bureau, one, part, name, *entries, passed=True):
    person = bureau.actor(name, "rev")
    tasks.assign(one, part, [Candidate(person)], by=bureau.actor("王局", "boss"))
    return bureau.browser(name).post(url(one, part, "submit"), written(*entries, passed=passed))


def test_the_page_lists_the_specialties_and_says_what_is_waiting(bureau, review):
    page = bureau.browser("王局", "boss").get(case_url(review)).content.decode()
    assert all(part in page for part in PARTS) and "待完成 8 项" in page and "待分派" in page
    chief = bureau.browser("李局", "chief").get(case_url(review)).content.decode()
    assert "须等各专业完成，尚缺：建筑、结构" in chief


def test_a_leader_assigns_to_whoever_may_and_reads_why_others_may_not(bureau, review):
    rev = bureau.account("王五", "rev")
    Membership.objects.create(
        account=bureau.people["张三"], role=Role.objects.get(code="office.rev"), office=bureau.office,
        valid_from="2020-01-01",
    )  # fmt: skip
    browser = bureau.browser("王局", "boss")
    page = browser.get(url(review, "结构")).content.decode()
    assert "曾以受理人员身份办理本件" in page and "在手 0 项" in page
    refused = browser.post(url(review, "结构", "assign"), {"to": bureau.people["张三"].pk})
    assert refused.status_code == 422 and "无人可派" in refused.content.decode()
    assert browser.post(url(review, "结构", "assign"), {"to": rev.pk}).status_code == 302
    assert task_of(review, "结构").assignee == rev
    again = browser.post(url(review, "结构", "assign"), {"to": rev.pk, "reason": ""})
    assert again.status_code == 422 and "改派任务必须写明理由" in again.content.decode()


def test_whoever_is_no_leader_assigns_nothing(bureau, review):
    rev = bureau.account("王五", "rev")
    browser = bureau.browser("赵六", "rev")
    assert "分派和改派由负责人办理" in browser.get(url(review, "结构")).content.decode()
    assert browser.post(url(review, "结构", "assign"), {"to": rev.pk}).status_code == 403


def test_an_opinion_with_clause_severity_and_drawing_stands_on_the_case_and_the_send_back_opens(
    bureau, review
):
    for part in PARTS[1:]:
        assert done_by(bureau, review, part, f"审{part}").status_code == 302
    answer = done_by(bureau, review, "建筑", "审建筑", STRICT, passed=False)
    assert answer.status_code == 302
    page = bureau.browser("李局", "chief").get(case_url(review)).content.decode()
    assert "疏散楼梯净宽不足" in page and "条文 GB 50016 5.5.18" in page and "图号 建施-07" in page
    assert "已全部完成" in page and "act/send_back/" in page
    assert "有强制性条文意见未关闭，尚未关闭：〔建筑〕强条 疏散楼梯净宽不足" in page


def test_all_passed_lets_the_chief_conclude(bureau, review, hidden):
    for part in PARTS:
        done_by(bureau, review, part, f"审{part}")
    browser = bureau.browser("李局", "chief")
    form = hidden(browser.get(case_url(review)).content.decode(), "conclude")
    answer = browser.post(f"{case_url(review)}act/conclude/", form, follow=True)
    assert "现处于“审查合格”" in answer.content.decode()
    assert "提交“节能”意见" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "请选择审查结论"),
        ({"passed": "false"}, "至少写明一条意见"),
        (written(STRICT, passed=True), "不能提交为通过"),
        (written({**STRICT, "clause": ""}, passed=False), "第 1 条意见缺少：条文"),
    ],
    ids=["no verdict", "no opinion", "mandatory clause", "no clause"],
)
def test_a_refused_opinion_keeps_what_was_written(bureau, review, data, said):
    tasks.assign(review, "建筑", [Candidate(bureau.actor("王五", "rev"))], by=bureau.actor("王局", "boss"))
    answer = bureau.browser("王五").post(url(review, "建筑", "submit"), data)
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page
    assert ("疏散楼梯净宽不足" in page) is ("entry_issue" in data)


def test_the_same_opinion_sent_twice_stands_once(bureau, review):
    assert done_by(bureau, review, "建筑", "王五", STRICT, passed=False).status_code == 302
    again = bureau.browser("王五").post(
        url(review, "建筑", "submit"), written(STRICT, passed=False), follow=True
    )
    assert "没有重复提交" in again.content.decode()
    assert len(task_of(review, "建筑").result["entries"]) == 1


def test_a_reviewer_gives_a_task_back_with_his_reason(bureau, review):
    tasks.assign(review, "建筑", [Candidate(bureau.actor("王五", "rev"))], by=bureau.actor("王局", "boss"))
    browser = bureau.browser("王五")
    assert browser.post(url(review, "建筑", "give_back"), {"reason": ""}).status_code == 422
    answer = browser.post(url(review, "建筑", "give_back"), {"reason": "曾任该院顾问"}, follow=True)
    assert "退回“建筑”任务" in answer.content.decode() and "曾任该院顾问" in answer.content.decode()
    assert task_of(review, "建筑").assignee is None


def test_the_page_with_eight_tasks_stays_within_its_queries(bureau, review):
    browser = bureau.browser("王局", "boss")
    browser.get(case_url(review))
    with CaptureQueriesContext(connection) as found:
        browser.get(case_url(review))
    assert len(found) <= 20
