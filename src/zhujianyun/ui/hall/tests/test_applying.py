"""Drafts, forms, handing in (草稿、填报、提交)."""

from __future__ import annotations

import pytest
from django.test import Client

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotFound, RuleBroken
from zhujianyun.kernel import case
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.hall.applying import drafting, fields, fitting, handing_in, services, slots
from zhujianyun.ui.hall.models import Application

JSON = {"HTTP_ACCEPT": "application/json"}


def posted(row, town, **more: str) -> dict[str, str]:  # noqa: ANN001
    """The form as a browser posts it."""
    values = {f"fact:{name}": text for name, text in town.values().items()}
    return {"version": str(row.version), "do": "save", **values, **more}


def test_every_process_that_an_applicant_opens_is_a_service_read_from_its_definition(town):
    found = {one.process: one for one in services.offered(clock.today())}
    assert sorted(found) == ["report", "review"]
    review = found["review"]
    assert review.documents == ("申请表", "设计文件") and review.who_zh == "建设单位"
    assert [one.said for one in review.limits] == ["5 个工作日", "10 个工作日"]
    assert [one.kind_zh for one in review.limits] == ["法定时限", "办理时限"]
    page = Client().get("/hall/services/review/").content.decode()
    assert "审查决定书" in page and "<svg" in page and "行政许可法#32" in page
    assert "process: review" in Client().get("/hall/services/review/definition.yaml").content.decode()
    assert Client().get("/hall/services/none/").status_code == 404


@pytest.mark.parametrize(("area", "fits"), [("10000", "report"), ("10000.01", "review")])
def test_the_check_picks_the_service_that_the_rules_pick(town, area, fits):
    found = fitting.check({"subject.area_m2": area}, clock.today())
    assert [one.service.process for one in found if one.fits] == [fits]
    page = Client().get("/hall/services/check/", {"fact:subject.area_m2": area}).content.decode()
    assert f"/hall/services/{fits}/start/?fact" in page


def test_the_check_says_what_is_missing(town):
    answer = Client().get("/hall/services/check/", {"fact:subject.area_m2": "\u200b "})
    assert answer.status_code == 200
    assert Client().get("/hall/services/check/", {"fact:other": "x"}).status_code == 422


def test_what_the_check_asked_goes_into_the_draft(town):
    person = town.person()
    answer = town.browser(person).post("/hall/services/review/start/", {"fact:subject.area_m2": "12000"})
    row = Application.objects.get(uid=answer["Location"].split("/")[3])
    body = drafting.body_of(row)
    assert body.values["subject.area_m2"] == "12000" and body.values["subject.contact_name"] == "韦小兰"


def test_the_draft_is_sealed_and_versioned(town):
    row = town.draft(town.visitor(town.person()), files=False)
    assert "凤岭大厦".encode() not in bytes(row.body)
    client = town.browser(row.applicant)
    told = client.post(f"/hall/applications/{row.uid}/", posted(row, town, do="autosave"), **JSON)
    assert told.json()["version"] == 1 and told.status_code == 200


def test_a_stale_tab_is_told_and_chooses(town, version_on):
    row = town.draft(town.visitor(town.person()), files=False)
    client = town.browser(row.applicant)
    link = f"/hall/applications/{row.uid}/"
    first = posted(row, town, **{"fact:subject.project_name": "第一个窗口"})
    client.post(link, first)
    second = client.post(link, first | {"fact:subject.project_name": "第二个窗口"})
    page = second.content.decode()
    assert second.status_code == 409 and "两处填写的内容不一致" in page and "第二个窗口" in page
    assert drafting.body_of(Application.objects.get(pk=row.pk)).values["subject.project_name"] == "第一个窗口"
    chosen = posted(row, town, do="overwrite", **{"fact:subject.project_name": "第二个窗口"})
    client.post(link, chosen | {"version": version_on(page)})
    assert drafting.body_of(Application.objects.get(pk=row.pk)).values["subject.project_name"] == "第二个窗口"
    told = client.post(link, first | {"do": "autosave"}, **JSON)
    assert told.status_code == 409 and "另一个窗口" in told.json()["message_zh"]


def test_a_draft_is_gone_on_with_on_another_device(town):
    row = town.draft(town.visitor(town.person()), files=False)
    page = town.browser(row.applicant).get(f"/hall/applications/{row.uid}/").content.decode()
    assert "凤岭大厦" in page and 'value="12000"' in page


def test_what_was_typed_when_the_session_was_over_is_offered_after_signing_in(town):
    from zhujianyun.ui.hall.people import account

    from .conftest import PASSWORD

    row = town.draft(town.visitor(town.person()), files=False)
    client = town.browser(row.applicant)
    typed = posted(row, town, **{"fact:subject.project_name": "过期前填的"})
    row.applicant.stamp = "another"
    row.applicant.save()
    answer = client.post(f"/hall/applications/{row.uid}/", typed)
    assert answer.status_code == 302 and answer["Location"].startswith("/hall/signin/")
    assert client.post(f"/hall/applications/{row.uid}/", typed, **JSON).status_code == 401
    signin = {
        "account": account.phone_of(row.applicant),
        "password": PASSWORD,
        "next": f"/hall/applications/{row.uid}/",
    }
    page = client.post("/hall/signin/", signin, follow=True).content.decode()
    assert "过期前填的" in page and "已找回" in page
    stranger = town.person("黄志明")
    client.post("/hall/signout/")
    client.post(f"/hall/applications/{row.uid}/", typed)
    client.post("/hall/signin/", signin | {"account": account.phone_of(stranger)})
    assert client.get(f"/hall/applications/{row.uid}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "typed", "taken"),
    [
        ("area_m2", "１２，０００．５", "12000.5"),
        ("area_m2", " 12 000㎡ ", "12000"),
        ("started_on", "2020年3月5日", "2020-03-05"),
        ("started_on", "2020/3/5", "2020-03-05"),
        ("contact_phone", "０７７１－１２３４", "0771-1234"),
        ("project_name", "凤\u202e岭\u200b", "凤岭"),
        ("places", "网吧 320\n\n酒吧 20", ["网吧 320", "酒吧 20"]),
        ("promised", "true", True),
    ],
)
def test_typed_text_is_understood_as_people_type_it(hall_plays, name, typed, taken):
    definition = hall_plays["review"]
    values = fields.typed({f"fact:subject.{name}": typed})
    found, faults = fields.given(fields.of_definition(definition), values)
    assert found["subject"][name] == taken and not faults


def test_a_huge_text_is_refused_beside_its_field_and_kept(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor, project_name="长" * 5000)
    seen = handing_in.preview(row, visitor)
    assert "过长" in seen.error.details["fields"]["subject.project_name"]
    assert len(drafting.body_of(row).values["subject.project_name"]) == 5000


def test_empty_and_faulty_fields_are_named_together_with_links_to_them(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor, project_code="123", area_m2="", promised="")
    page = town.browser(row.applicant).get(f"/hall/applications/{row.uid}/summary/").content.decode()
    for said in ("投资项目代码应为 20 位数字", "请填写“面积”", "请选择“承诺属实”", "请选择工程所在地"):
        assert said in page
    assert f"/hall/applications/{row.uid}/#f-subject-area_m2" in page and "提交申请</button>" not in page


def test_a_word_for_a_number_is_refused_and_nothing_is_left_behind(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor, area_m2="12000", started_on="明天")
    with pytest.raises(RuleBroken):
        handing_in.hand_in(row, visitor)
    assert not Case.objects.exists() and not Subject.objects.filter(kind="project").exists()
    assert Application.objects.get(pk=row.pk).is_open


def test_the_summary_rehearses_and_leaves_nothing(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor)
    seen = handing_in.preview(row, visitor)
    assert seen.error is None and seen.state_zh == "待受理" and seen.office == "南宁市住建局"
    assert [(one.zh, one.due_on.isoformat()) for one in seen.clocks] == [("受理决定", "2020-03-09")]
    assert seen.derived == [("是否大型", "是")] and not Case.objects.exists()
    page = town.browser(row.applicant).get(f"/hall/applications/{row.uid}/summary/").content.decode()
    assert "2020-03-09" in page and "提交申请</button>" in page and not Case.objects.exists()


def test_handing_in_gives_a_number_and_a_receipt(town):
    person = town.person()
    visitor = town.visitor(person, town.firm(person))
    row = town.draft(visitor)
    client = town.browser(person)
    answer = client.post(f"/hall/applications/{row.uid}/summary/")
    assert answer["Location"].endswith("/receipt/")
    found = Case.objects.get()
    page = client.get(answer["Location"]).content.decode()
    assert found.number in page and "查询码" in page and found.applicant == visitor.subject
    assert found.division_code == "450103" and found.project.kind == "project"
    assert sorted(found.documents.values_list("kind", flat=True)) == ["申请表", "设计文件"]
    row.refresh_from_db()
    assert not row.body and row.case == found


def test_a_double_click_and_the_back_button_give_the_same_case(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor)
    first, second = handing_in.hand_in(row, visitor), handing_in.hand_in(row, visitor)
    assert first.pk == second.pk and Case.objects.count() == 1
    client = town.browser(row.applicant)
    for link in (f"/hall/applications/{row.uid}/", f"/hall/applications/{row.uid}/summary/"):
        assert client.get(link)["Location"].endswith("/receipt/")
        assert client.post(link, {"do": "save"})["Location"].endswith("/receipt/")


def test_the_wrong_service_offers_the_right_one_filled_in(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor, area_m2="800")
    client = town.browser(row.applicant)
    page = client.get(f"/hall/applications/{row.uid}/summary/").content.decode()
    assert "改办“一般工程报告”" in page
    answer = client.post("/hall/services/report/start/", {"from": row.uid, "subject": row.subject_id})
    other = Application.objects.get(uid=answer["Location"].split("/")[3])
    assert drafting.body_of(other).values["subject.area_m2"] == "800"
    assert list(other.files.values_list("slot", flat=True)) == ["申请表"]
    assert handing_in.hand_in(other, visitor).process == "report"


def test_missing_documents_are_named(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor, files=False)
    with pytest.raises(RuleBroken) as refused:
        handing_in.hand_in(row, visitor)
    assert set(refused.value.details["slots"]) == {"申请表", "设计文件"}


def test_the_same_work_again_shows_ones_own_open_case_and_hides_anothers(town):
    visitor, other = town.visitor(town.person()), town.visitor(town.person("黄志明"))
    code = town.code()
    found = town.handed_in(visitor, project_code=code)
    again = handing_in.preview(town.draft(visitor, project_code=code), visitor)
    assert again.open_case == found and found.number in again.error.message_zh
    row = town.draft(other, project_code=code)
    hidden = handing_in.preview(row, other)
    assert hidden.open_case is None and found.number not in hidden.error.message_zh
    with pytest.raises(RuleBroken):
        handing_in.hand_in(row, other)


def test_a_project_that_is_known_keeps_its_name(town):
    code = town.code()
    town.handed_in(town.visitor(town.person()), project_code=code, project_name="真名")
    other = town.visitor(town.person("黄志明"))
    row = town.draft(other, "report", project_code=code, project_name="改名", area_m2="5")
    assert handing_in.hand_in(row, other).project.name == "真名"


def test_a_draft_given_up_is_gone(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor)
    client = town.browser(row.applicant)
    client.post(f"/hall/applications/{row.uid}/drop/")
    row.refresh_from_db()
    assert not row.body and not row.files.exists()
    with pytest.raises(RuleBroken):
        handing_in.hand_in(row, visitor)
    assert client.post(f"/hall/applications/{row.uid}/", {"do": "autosave"}, **JSON).status_code == 422


def test_there_is_a_limit_to_drafts(town, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_OPEN", 2)
    visitor = town.visitor(town.person())
    for _ in range(2):
        drafting.start(visitor, "review")
    with pytest.raises(RuleBroken):
        drafting.start(visitor, "review")


def test_a_supplement_asks_exactly_the_gaps_and_the_clock_resumes(town):
    visitor = town.visitor(town.person())
    found = town.supplementing(visitor)
    client = town.browser(visitor.applicant)
    page = client.get(f"/hall/mine/{found.number}/").content.decode()
    assert "现在需要您办理" in page and "缺少规划许可" in page
    answer = client.post(f"/hall/mine/{found.number}/do/supply/")
    row = Application.objects.get(uid=answer["Location"].split("/")[3])
    asked = slots.of(
        row, handing_in.definition_of(row), handing_in.action_of(row, handing_in.definition_of(row))
    )
    assert [one.zh for one in asked] == ["缺少规划许可", "图纸未签章"]
    assert client.post(f"/hall/mine/{found.number}/do/supply/")["Location"] == answer["Location"]
    town.documented(row)
    client.post(f"/hall/applications/{row.uid}/summary/")
    found.refresh_from_db()
    assert found.state == "received" and found.due_on.isoformat() == "2020-03-09"
    names = list(found.documents.filter(kind="补正材料").values_list("name", flat=True))
    assert names == ["缺少规划许可：1.pdf", "图纸未签章：2.pdf"]
    assert client.post(f"/hall/mine/{found.number}/do/supply/").status_code == 422


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("缺图纸", ["缺图纸"]),
        ("1.缺图纸；2.层高 3.5 米未注明。3、无签章", ["缺图纸", "层高 3.5 米未注明", "无签章"]),
        (
            "1．申请表：未盖章。\n2．图纸：不符合要求，请重新提供。",
            ["申请表：未盖章", "图纸：不符合要求，请重新提供"],
        ),
        ("（1）缺图纸\n（2）无签章", ["缺图纸", "无签章"]),
        ("", []),
    ],
)
def test_gaps_are_read_from_what_the_officer_wrote(town, text, gaps):
    if not text:
        assert slots.gaps_of(town.handed_in(town.visitor(town.person())), None) == []
        return
    found = town.supplementing(town.visitor(town.person()), text)
    assert slots.gaps_of(found, None) == gaps


def test_withdrawing_is_confirmed_once_and_ends_the_case(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor)
    client = town.browser(visitor.applicant)
    link = client.post(f"/hall/mine/{found.number}/do/withdraw/")["Location"]
    assert link.endswith("/summary/") and "本件终结" in client.get(link).content.decode()
    client.post(link)
    found.refresh_from_db()
    assert found.state == "withdrawn" and found.ended


def test_a_reason_is_asked_where_the_definition_asks_one(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor)
    town.act(found, "accept")
    row = drafting.for_act(visitor, found, "pull_out")
    with pytest.raises(RuleBroken):
        handing_in.hand_in(row, visitor)
    drafting.save(row, drafting.posted({"reason": "方案\u200b调整"}), visitor, 0)
    handing_in.hand_in(row, visitor)
    assert found.steps.get(action="pull_out").reason == "方案调整"


def test_an_act_that_the_office_overtook_is_refused_with_what_to_do(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor)
    row = drafting.for_act(visitor, found, "withdraw")
    town.act(found, "accept")
    row = drafting.find(visitor, row.uid)
    with pytest.raises(RuleBroken) as refused:
        handing_in.hand_in(row, visitor)
    assert "审查中" in refused.value.message_zh


def test_a_place_where_nobody_takes_applications_is_told(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor)
    body = drafting.body_of(row)
    body.place = "450202"
    drafting.save(row, body, visitor, None)
    assert "窗口" in handing_in.preview(row, visitor).error.message_zh


def test_markup_in_a_name_stays_text(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor, project_name="<script>alert(1)</script>")
    client = town.browser(visitor.applicant)
    for link in ("/hall/mine/", f"/hall/mine/{found.number}/"):
        page = client.get(link).content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_saving_after_it_was_handed_in_is_a_sentence(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor)
    handing_in.hand_in(row, visitor)
    with pytest.raises(RuleBroken):
        drafting.save(row, drafting.Body(), visitor, row.version)


def test_two_savings_upon_the_same_version_are_one_and_a_conflict(town):
    visitor = town.visitor(town.person())
    row = town.draft(visitor, files=False)
    other = drafting.find(visitor, row.uid)
    drafting.save(row, drafting.Body({"subject.project_name": "甲"}), visitor, 0)
    with pytest.raises(Conflict):
        drafting.save(other, drafting.Body({"subject.project_name": "乙"}), visitor, 0)


def test_a_service_that_does_not_exist_begins_nothing(town):
    with pytest.raises(NotFound):
        drafting.start(town.visitor(town.person()), "none")
    assert not Application.objects.exists()


def test_an_officer_may_go_on_with_what_the_hall_opened(town):
    found = town.handed_in(town.visitor(town.person()))
    offers = {one.action: one.allowed for one in case.offers(found, town.officer("clerk"))}
    assert offers["accept"] and not offers["withdraw"]
