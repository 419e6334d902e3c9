"""Following a case, one's own and by code; nobody sees or touches another's (办件进度、凭码查询、越权)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.hall.applying import drafting, handing_in
from zhujianyun.ui.hall.models import Applicant, Application
from zhujianyun.ui.hall.pages.addresses import urlpatterns
from zhujianyun.ui.hall.people import account, enterprises
from zhujianyun.ui.hall.tracking import following, querying, telling


def test_the_page_says_whose_turn_it_is_and_by_when(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor)
    client = town.browser(visitor.applicant)
    page = client.get(f"/hall/mine/{found.number}/").content.decode()
    for said in ("待受理", "剩 5 个工作日", "2020-03-09", "由办理机关办理", "撤回申请"):
        assert said in page
    town.act(found, "accept")
    page = client.get(f"/hall/mine/{found.number}/").content.decode()
    assert "受理通知书" in page and "剩 10 个工作日" in page


def test_papers_and_documents_are_to_be_had(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor)
    town.act(found, "accept")
    client = town.browser(visitor.applicant)
    paper, document = found.papers.get(), found.documents.first()
    answer = client.get(f"/hall/mine/{found.number}/papers/{paper.pk}.pdf")
    assert b"".join(answer.streaming_content)[:5] == b"%PDF-"
    answer = client.get(f"/hall/mine/{found.number}/documents/{document.pk}/")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.status_code == 200


def test_the_clock_proof_is_mine_alone_and_signed(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor)
    town.act(found, "accept")
    address = f"/hall/mine/{found.number}/proof.json"
    told = town.browser(visitor.applicant).get(address).json()
    assert told["case"] == found.number and told["clocks"] and told["seal"]["signature"]
    other = town.browser(town.person("黄大明"))
    assert other.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_the_number_typed_on_the_home_page_is_there_on_the_query(town):
    page = Client().get("/hall/track/", {"number": "桂审2020-1"}).content.decode()
    assert 'value="桂审2020-1"' in page


def test_what_the_office_does_within_is_not_told(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor)
    seen = following.follow(found, visitor)
    assert [one.zh for one in seen.story] == ["提交申请"]
    assert "张三" not in str(seen.story)


def test_contact_data_are_masked_and_the_read_is_noted(town):
    from zhujianyun.kernel.journal import Entry

    visitor = town.visitor(town.person(phone="13900002468"))
    found = town.handed_in(visitor, contact_name="农丽萍", contact_phone="13900002468")
    page = town.browser(visitor.applicant).get(f"/hall/mine/{found.number}/").content.decode()
    assert "农丽萍" not in page and "13900002468" not in page and "139****2468" in page
    assert Entry.objects.filter(verb="privacy.read", case_id=found.pk).exists()


def test_the_list_asks_as_many_queries_for_twenty_cases_as_for_one(town, django_assert_max_num_queries):
    visitor = town.visitor(town.person())
    client = town.browser(visitor.applicant)
    town.handed_in(visitor)
    for _ in range(8):
        town.handed_in(visitor)
        town.draft(visitor, files=False)
    with django_assert_max_num_queries(16):
        page = client.get("/hall/mine/").content.decode()
    assert page.count("桂审2020") >= 9


def test_number_and_code_show_state_and_dates_and_nothing_else(town):
    visitor = town.visitor(town.person())
    found = town.handed_in(visitor, contact_name="农丽萍")
    typed = {"number": f" {found.number} ", "code": querying.code_of(found).lower()}
    page = Client().post("/hall/track/", typed).content.decode()
    assert "待受理" in page and "2020-03-02" in page
    for hidden in ("凤岭大厦", "韦小兰", "农丽萍"):
        assert hidden not in page


def test_wrong_number_and_wrong_code_sound_alike_and_guessing_is_stopped(town, settings):
    settings.ZJY_ACCOUNT_FAILURES = 5
    found = town.handed_in(town.visitor(town.person()))
    said = []
    for number, code in (
        (found.number, "AAAAAAAA"),
        ("桂审2020-450103-09999", querying.code_of(found)),
        ("", ""),
    ):
        answer = Client().post("/hall/track/", {"number": number, "code": code})
        said.append((answer.status_code, querying.UNKNOWN_ZH in answer.content.decode()))
    assert said == [(404, True)] * 3
    for _ in range(4):
        Client().post("/hall/track/", {"number": found.number, "code": "BBBBBBBB"})
    right = {"number": found.number, "code": querying.code_of(found)}
    assert Client().post("/hall/track/", right).status_code == 429


def test_codes_differ_from_case_to_case(town):
    visitor = town.visitor(town.person())
    codes = {querying.code_of(town.handed_in(visitor)) for _ in range(5)}
    assert len(codes) == 5 and all(len(code) == querying.LENGTH for code in codes)


def test_whoever_handed_it_in_is_told_and_after_him_another_of_the_enterprise(town):
    admin, operator = town.person(), town.person("黄志明")
    firm = town.firm(admin)
    enterprises.authorise(admin, firm, account.phone_of(operator))
    found = town.handed_in(town.visitor(operator, firm))
    ways = telling.contacts(firm.pk, found.pk)
    assert [one.to for one in ways] == [account.phone_of(operator)] and ways[0].url.startswith("/hall/mine/")
    enterprises.withdraw(operator.agencies.get(), admin)
    assert telling.contacts(firm.pk, found.pk)[0].to == account.phone_of(admin)
    assert telling.contacts(999_999, found.pk) == ()


# --- nobody sees or touches another's ---


@pytest.fixture
def strangers(town):
    """Two people, two enterprises, cases of each; the second operator works for the first enterprise too."""
    one, two = town.person(), town.person("黄志明")
    first, second = town.firm(one), town.firm(two, "柳州另一家有限公司")
    enterprises.authorise(one, first, account.phone_of(two))
    for person, subject in ((one, None), (one, first), (two, None), (two, second)):
        town.supplementing(town.visitor(person, subject))
        town.draft(town.visitor(person, subject), files=False)
    return {"one": one, "two": two, "third": town.person("农丽萍")}


def test_a_case_that_is_not_ones_own_is_not_there_under_any_address(town, strangers):
    third = town.browser(strangers["third"])
    for found in Case.objects.filter(number__isnull=False):
        paper, document = found.papers.first(), found.documents.first()
        for link in (
            f"/hall/mine/{found.number}/", f"/hall/mine/{found.number}/papers/{paper.pk}.pdf",
            f"/hall/mine/{found.number}/documents/{document.pk}/",
        ):  # fmt: skip
            assert third.get(link).status_code == 404
        assert third.post(f"/hall/mine/{found.number}/do/withdraw/").status_code == 404
    for row in Application.objects.all():
        for link in ("", "summary/", "receipt/"):
            assert third.get(f"/hall/applications/{row.uid}/{link}").status_code == 404
        for link in ("", "summary/", "drop/", "uploads/", "remove/"):
            assert third.post(f"/hall/applications/{row.uid}/{link}", {"do": "save"}).status_code == 404
    assert (
        not Case.objects.filter(ended=True).exists()
        and Application.objects.filter(dropped_at=None).count() == 8
    )


def test_every_address_of_applicants_sends_strangers_to_the_sign_in(town, strangers):
    open_to_all = {
        "signin",
        "signout",
        "register",
        "forgotten",
        "services",
        "check",
        "service",
        "definition",
        "track",
    }
    values = {
        "number": Case.objects.first().number,
        "uid": Application.objects.first().uid,
        "process": "review",
    }
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        if pattern.name in open_to_all:
            continue
        names = pattern.pattern.converters
        from django.urls import reverse

        link = reverse(f"hall:{pattern.name}", kwargs={name: values.get(name, "1") for name in names})
        answer = Client().post(link)
        assert answer.status_code == 302 and answer["Location"].startswith("/hall/signin/"), link


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    who=st.sampled_from(["one", "two", "third"]),
    wanted=st.integers(0, 3),
    action=st.sampled_from(["withdraw", "supply", "accept", "grant", "submit"]),
)
def test_no_applicant_sees_or_acts_on_a_case_that_is_neither_his_nor_his_enterprises(
    town, strangers, who, wanted, action
):
    person = Applicant.objects.get(pk=strangers[who].pk)
    visitor = town.visitor(person)
    found = Case.objects.filter(number__isnull=False).order_by("pk")[wanted]
    own = {person.subject_id} | {a.enterprise_id for a in person.agencies.filter(state="active")}
    is_his = found.applicant_id in own
    assert following.visible(visitor).filter(pk=found.pk).exists() == is_his
    before = (found.version, found.state)
    if is_his:
        return
    with pytest.raises(PlatformError):
        following.find(visitor, found.number)
    row = Application(
        applicant=person, subject_id=found.applicant_id, process="review", action=action, case=found
    )
    row.save()
    try:
        with pytest.raises(PlatformError):
            drafting.find(visitor, row.uid)
        with pytest.raises(PlatformError):
            handing_in.hand_in(row, visitor)
    finally:
        row.delete()
    found.refresh_from_db()
    assert (found.version, found.state) == before


def test_a_refusal_stands_in_the_halls_own_frame(town):
    page = town.browser(town.person()).get("/hall/mine/none/")
    assert (
        page.status_code == 404
        and "我的办件" in page.content.decode()
        and "工作台" not in page.content.decode()
    )
    told = Client().post("/hall/applications/x/", headers={"accept": "application/json"})
    assert told.status_code == 401 and told.json()["message_zh"]


def test_the_applicant_is_told_of_papers_and_of_his_turn_and_of_nothing_else(town):
    from zhujianyun.base import outbox
    from zhujianyun.kernel.journal import Entry
    from zhujianyun.ui.hall.tracking import reporting

    visitor = town.visitor(town.person(phone="13900007777"))
    found = town.supplementing(visitor)
    entries = list(Entry.objects.filter(case_id=found.pk, verb__startswith="case."))
    assert reporting.deliver(entries) == 1
    sent = outbox.Message.objects.order_by("-pk").first()
    assert sent.to == "13900007777" and "一次性补正告知" in sent.text and "请登录办事大厅办理" in sent.text
    before = outbox.Message.objects.count()
    reporting.deliver(entries)  # the journal tells at least once
    assert outbox.Message.objects.count() == before
    assert reporting.deliver([one for one in entries if one.actor.startswith("subject:")]) == 0
