"""The handling page: what it shows, what it lets one do, and how it says no."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.case.models import Step
from zhujianyun.ui.workbench.listing import case_url

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def act_url(one, action):
    return f"{case_url(one)}act/{action}/"


def test_the_page_shows_facts_in_chinese_and_masks_what_is_personal(bureau):
    one = bureau.accepted(stage="build", large=True, area_m2="12345.50", contact_phone="13812345678")
    page = bureau.browser("张三", "clerk").get(case_url(one)).content.decode()
    assert "施工" in page and "12,345.50 ㎡" in page and "<dd>是</dd>" in page
    assert "138****5678" in page and "13812345678" not in page


def test_the_page_shows_clock_history_paper_and_diagram(bureau):
    one = bureau.accepted()
    page = bureau.browser("张三", "clerk").get(case_url(one)).content.decode()
    assert "许可决定" in page and "2020-03-16" in page and "未核实" in page and "行政许可法#42" in page
    assert "2020-03-03 周二，第 1 天" in page and "2020-03-07 周六，休息日，不计" in page
    assert "国家环节 3 已受理" in page and "受理通知书" in page and "<svg" in page


def test_the_page_stays_within_its_queries(bureau):
    one = bureau.accepted()
    browser = bureau.browser("李局", "chief")
    browser.get(case_url(one))
    with CaptureQueriesContext(connection) as found:
        browser.get(case_url(one))
    assert len(found) <= 20


def test_only_what_i_may_do_is_a_form_and_the_rest_says_why_not(bureau):
    one = bureau.submitted()
    clerk = bureau.browser("张三", "clerk").get(case_url(one)).content.decode()
    assert "act/accept/" in clerk and "act/refuse/" in clerk
    chief = bureau.browser("李局", "chief").get(case_url(one)).content.decode()
    assert "act/accept/" not in chief and "由受理人员办理" in chief


def test_an_act_moves_the_case_and_says_so(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "accept")
    answer = browser.post(act_url(one, "accept"), form, follow=True)
    one.refresh_from_db()
    assert one.state == "reviewing"
    assert "已办理“受理”，现处于“审查中”，已签发《受理通知书》" in answer.content.decode()


def test_a_double_submit_does_nothing_twice(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "accept")
    first, second = (browser.post(act_url(one, "accept"), form) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert Step.objects.filter(case=one, action="accept").count() == 1


def test_a_conflict_tells_who_was_faster_and_keeps_what_was_typed(bureau, hidden):
    one = bureau.accepted()
    browser = bureau.browser("李局", "chief")
    form = hidden(browser.get(case_url(one)).content.decode(), "reject")
    bureau.act(one, "test", bureau.actor("王五", "rev"), approved_by=bureau.actor("李局", "chief"))
    bureau.act(one, "tested", bureau.actor("王五", "rev"), documents=["检测报告"])
    answer = browser.post(act_url(one, "reject"), {**form, "reason": "结构不符合要求"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "王五 已于 2020-03-02 09:00 办理“检测完成”" in page and "结构不符合要求" in page
    # The form now stands on the fresh state: the officer has seen it and may act again.
    again = browser.post(act_url(one, "reject"), {**hidden(page, "reject"), "reason": "结构不符合要求"})
    assert again.status_code == 302


def test_a_conflict_that_takes_the_action_away_still_shows_what_was_typed(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "refuse")
    bureau.act(one, "accept", bureau.actor("赵六", "clerk"))
    answer = browser.post(
        act_url(one, "refuse"), {**form, "reason": "材料不全", "fact:action.gaps": "总平面图"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "赵六 已于" in page and "材料不全" in page


def test_a_refusal_names_what_is_missing_beside_the_field_and_keeps_the_rest(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "refuse")
    answer = browser.post(act_url(one, "refuse"), {**form, "reason": "缺件", "fact:action.number": "两份"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert (
        "应为整数" in page
        and "请填写“缺少的内容”" in page
        and ">缺件</textarea>" in page
        and 'value="两份"' in page
    )
    one.refresh_from_db()
    assert one.state == "submitted"


def test_a_file_that_was_taken_in_need_not_be_chosen_again(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "refuse")
    upload = SimpleUploadedFile("核对单.pdf", PDF)
    refused = browser.post(
        act_url(one, "refuse"), {**form, "reason": "缺件", "file:核对单": upload}
    ).content.decode()
    assert "已收下 <b>核对单.pdf</b>" in refused
    import re

    token = re.search(r'name="kept:核对单" value="([^"]+)"', refused)[1]
    again = {
        **hidden(refused, "refuse"),
        "reason": "缺件",
        "fact:action.gaps": "总平面图",
        "kept:核对单": token,
    }
    assert browser.post(act_url(one, "refuse"), again).status_code == 302
    assert one.documents.get(kind="核对单").file.name == "核对单.pdf"


@pytest.mark.parametrize(
    ("name", "content", "said"), [("空.pdf", b"", "空的"), ("木马.pdf", b"MZ" + b"\0" * 99, "只收")]
)
def test_a_hostile_upload_is_refused_with_its_own_sentence(bureau, hidden, name, content, said):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "refuse")
    upload = {"file:核对单": SimpleUploadedFile(name, content)}
    answer = browser.post(
        act_url(one, "refuse"), {**form, "reason": "缺件", "fact:action.gaps": "图", **upload}
    )
    assert answer.status_code == 422 and said in answer.content.decode()


def test_a_refused_upload_does_not_carry_an_old_form_onto_a_new_state(bureau, hidden):
    one = bureau.accepted()
    rev, chief = bureau.actor("王五", "rev"), bureau.actor("李局", "chief")
    bureau.act(one, "test", rev, approved_by=chief)
    page = bureau.browser("王五", "rev").get(case_url(one)).content.decode()
    stale = hidden(page, "tested")
    bureau.act(one, "tested", rev, documents=["检测报告"])
    bureau.act(one, "test", rev, approved_by=chief)
    browser = bureau.browser("王五", "rev")
    upload = {"file:检测报告": SimpleUploadedFile("空.pdf", b"")}
    refused = browser.post(act_url(one, "tested"), {**stale, **upload})
    assert refused.status_code == 422
    again = {**hidden(refused.content.decode(), "tested"), "seen:检测报告": "on"}
    assert browser.post(act_url(one, "tested"), again).status_code == 409


def test_a_paper_original_that_was_seen_counts_as_handed_in(bureau, hidden):
    one = bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    form = hidden(browser.get(case_url(one)).content.decode(), "refuse")
    given = {**form, "reason": "缺件", "fact:action.gaps": "图", "seen:核对单": "on"}
    assert browser.post(act_url(one, "refuse"), given).status_code == 302
    assert one.documents.get(kind="核对单").name == "已核对纸质原件"


def test_a_pause_asks_for_its_approver(bureau, hidden):
    one = bureau.accepted()
    chief = bureau.account("李局", "chief")
    browser = bureau.browser("王五", "rev")
    page = browser.get(case_url(one)).content.decode()
    assert "中止批准人（负责人）" in page
    refused = browser.post(act_url(one, "test"), hidden(page, "test"))
    assert refused.status_code == 422 and "须经负责人批准" in refused.content.decode()
    assert (
        browser.post(act_url(one, "test"), {**hidden(page, "test"), "approver": chief.pk}).status_code == 302
    )
    page = browser.get(case_url(one)).content.decode()
    assert "中止计时" in page and "恢复后再算" in page


def test_an_extension_is_offered_once_and_needs_a_reason(bureau, hidden):
    one = bureau.accepted()
    browser = bureau.browser("李局", "chief")
    page = browser.get(case_url(one)).content.decode()
    url = act_url(one, "extend:decide")
    assert browser.post(url, hidden(page, "extend:decide")).status_code == 422
    assert browser.post(url, {**hidden(page, "extend:decide"), "reason": "案情复杂"}).status_code == 302
    page = browser.get(case_url(one)).content.decode()
    assert "含延期 10" in page and "已延期 1 次" in page


def test_co_signers_are_named_in_the_form(bureau, hidden):
    one = bureau.accepted()
    reviewer = bureau.account("王五", "rev")
    browser = bureau.browser("李局", "chief")
    page = browser.get(case_url(one)).content.decode()
    assert "审查人员签名" in page and "王五" in page
    browser.post(act_url(one, "grant"), {**hidden(page, "grant"), "sign:rev": reviewer.pk})
    assert one.papers.get(doc="许可决定书").facts["signed"] == "王五、李局"


def test_an_act_by_somebody_without_the_role_is_refused_whatever_he_sends(bureau, hidden):
    one = bureau.submitted()
    form = hidden(bureau.browser("张三", "clerk").get(case_url(one)).content.decode(), "accept")
    answer = bureau.browser("李局", "chief").post(act_url(one, "accept"), form)
    assert answer.status_code == 403 and "由受理人员办理" in answer.content.decode()
    one.refresh_from_db()
    assert one.state == "submitted"


def test_machines_get_the_refusal_as_json(bureau):
    one = bureau.submitted()
    answer = bureau.browser("张三", "clerk").post(
        act_url(one, "accept"), {"version": "99", "key": "k"}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict" and answer.json()["details"]["winner"]


def test_a_case_that_has_ended_offers_nothing(bureau):
    one = bureau.submitted()
    bureau.act(
        one,
        "refuse",
        bureau.actor("张三", "clerk"),
        reason="缺件",
        documents=["核对单"],
        facts={"action": {"gaps": "图"}},
    )
    page = bureau.browser("张三", "clerk").get(case_url(one)).content.decode()
    assert "办件已终结，不再办理" in page and "/act/" not in page


def test_the_proof_is_recomputed_by_the_script_that_is_offered_beside_it(bureau, standing, tmp_path):
    one = bureau.accepted()
    standing.move_to(clock.at_local(date(2020, 3, 17), 9))
    browser = bureau.browser("张三", "clerk")
    proof = browser.get(f"{case_url(one)}proof.json")
    assert json.loads(proof.content)["case"] == one.number
    assert "attachment" in proof["Content-Disposition"]
    (tmp_path / "proof.json").write_bytes(proof.content)
    (tmp_path / "check.py").write_bytes(browser.get("/workbench/scripts/recompute_clock.py").content)
    done = subprocess.run(
        [sys.executable, "-I", "check.py", "proof.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_script_that_is_not_meant_for_the_public_is_not_given_away(bureau):
    assert bureau.browser("张三", "clerk").get("/workbench/scripts/acting.py").status_code == 404


def test_a_paper_opens_as_pdf_and_only_for_whoever_sees_the_case(bureau):
    one = bureau.accepted()
    url = f"/workbench/cases/{one.pk}/papers/{one.papers.get().pk}/"
    answer = bureau.browser("张三", "clerk").get(url)
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].startswith("inline")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert bureau.browser("外市人员", "clerk", office=bureau.other).get(url).status_code == 404


def test_a_draft_leads_to_its_number_once_it_has_one(bureau):
    one = bureau.draft()
    url = f"/workbench/cases/draft/{one.pk}/"
    bureau.act(one, "submit", access.subject_actor(bureau.owner.pk, bureau.owner.name), documents=["申请表"])
    answer = bureau.browser("张三", "clerk").get(url)
    assert answer.status_code == 302 and answer["Location"] == case_url(one)


def test_hostile_text_is_shown_as_text(bureau):
    one = bureau.submitted()
    bureau.act(
        one, "refuse", bureau.actor("张三", "clerk"), reason="<script>alert(1)</script>", documents=["核对单"],
        facts={"action": {"gaps": "<img src=x onerror=alert(1)>"}},
    )  # fmt: skip
    page = bureau.browser("张三", "clerk").get(case_url(one)).content.decode()
    assert "<script>alert(1)" not in page and "<img src=x" not in page
