"""Enterprises and who acts for them (企业与经办人)."""

from __future__ import annotations

import pytest
from django.test import Client

from zhujianyun.base.codes import uscc
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.subject import actions as subjects
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.kernel.system import actions as systems
from zhujianyun.ui.hall.models import Agency
from zhujianyun.ui.hall.people import account, enterprises
from zhujianyun.ui.hall.people.source import source
from zhujianyun.ui.hall.tracking import following

CODE_NAME = ("南宁某建设有限公司", "韦小兰")


def test_the_hall_belongs_to_the_department_also_beside_others_of_the_province(town):
    Office.objects.create(code="0-mz", name="自治区民政厅", kind=Office.Kind.PROVINCE)
    assert source().owner.code == "450000"


def test_a_known_enterprise_is_not_given_to_whoever_claims_it(town, settings):
    settings.ZJY_HALL_TRUSTS_NEW_ENTERPRISES = True
    code = uscc.make(town.rng)
    subjects.register("enterprise", CODE_NAME[0], {"uscc": code}, source=source(), by=access.SYSTEM)
    claimed = enterprises.claim(town.person(), code, *CODE_NAME)
    assert claimed.state == Agency.State.ASKED
    assert not town.visitor(claimed.applicant).agencies


@pytest.mark.parametrize(("trusted", "state"), [(True, "active"), (False, "asked")])
def test_an_enterprise_that_nobody_knows_is_believed_only_where_the_setting_says_so(
    town, settings, trusted, state
):
    settings.ZJY_HALL_TRUSTS_NEW_ENTERPRISES = trusted
    assert enterprises.claim(town.person(), uscc.make(town.rng), *CODE_NAME).state == state


def test_the_legal_representative_whom_the_market_authority_names_is_let_in(town):
    code, person = uscc.make(town.rng), town.person("韦小兰")
    market = systems.register_system("market", "市场监管", source().owner, "market", by=access.SYSTEM)
    subjects.register(
        "enterprise", CODE_NAME[0], {"uscc": code}, {"legal_representative": "韦小兰"}, source=market, by=access.SYSTEM
    )  # fmt: skip
    assert enterprises.claim(person, code, *CODE_NAME).state == Agency.State.ACTIVE
    other = town.person("黄志明")
    assert enterprises.claim(other, code, CODE_NAME[0], "韦小兰").state == Agency.State.ASKED


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("uscc", ("91450100MA5K000000", "南宁某公司", "韦小兰")),
        ("uscc", ("", "南宁某公司", "韦小兰")),
        ("enterprise", ("", "", "韦小兰")),
        ("representative", ("", "南宁某公司", "<b>")),
    ],
)
def test_a_faulty_claim_names_its_field(town, field, typed):
    code, name, representative = typed
    with pytest.raises(RuleBroken) as refused:
        enterprises.claim(
            town.person(), code or ("" if field == "uscc" else uscc.make(town.rng)), name, representative
        )
    assert field in refused.value.details["fields"]


def test_the_same_claim_twice_is_refused(town):
    person, code = town.person(), uscc.make(town.rng)
    enterprises.claim(person, code, *CODE_NAME)
    with pytest.raises(RuleBroken):
        enterprises.claim(person, code, *CODE_NAME)


def test_an_officer_verifies_with_a_reason_and_nobody_without_the_permission(town):
    claimed = enterprises.claim(town.person(), uscc.make(town.rng), *CODE_NAME)
    with pytest.raises(NotAllowed):
        enterprises.verify(claimed, town.officer("clerk"), grant=True, reason="看过执照")
    with pytest.raises(RuleBroken):
        enterprises.verify(claimed, access.SYSTEM, grant=True, reason=" ")
    assert enterprises.verify(claimed, access.SYSTEM, grant=True, reason="看过执照").state == "active"
    with pytest.raises(RuleBroken):
        enterprises.verify(claimed, access.SYSTEM, grant=False, reason="再看")


def test_one_person_acts_for_several_enterprises_and_switches(town):
    person = town.person()
    first, second = town.firm(person), town.firm(person, "柳州另一家有限公司")
    client = town.browser(person)
    assert first.name in client.get("/hall/mine/").content.decode().split("</header>")[0]
    client.post("/hall/enterprises/stand/", {"subject": second.pk})
    assert second.name in client.get("/hall/mine/").content.decode().split("</header>")[0]
    other = town.firm(town.person())
    assert client.post("/hall/enterprises/stand/", {"subject": other.pk}).status_code == 404


def test_an_administrator_authorises_and_withdraws_and_the_sentence_never_says_who_is_registered(town):
    admin, operator = town.person(), town.person("黄志明")
    firm = town.firm(admin)
    said = enterprises.authorise(admin, firm, account.phone_of(operator))
    assert said == enterprises.authorise(admin, firm, "13999998888")
    agency = Agency.objects.get(applicant=operator)
    assert firm in town.visitor(operator).names
    enterprises.withdraw(agency, admin)
    assert firm not in town.visitor(operator).names


def test_an_operator_who_is_no_administrator_authorises_nobody(town):
    admin, operator, third = town.person(), town.person("黄志明"), town.person("农丽萍")
    firm = town.firm(admin)
    enterprises.authorise(admin, firm, account.phone_of(operator))
    with pytest.raises(NotAllowed):
        enterprises.authorise(operator, firm, account.phone_of(third))
    with pytest.raises(NotAllowed):
        enterprises.withdraw(Agency.objects.get(applicant=admin), operator)
    with pytest.raises(NotFound):
        enterprises.agency_of(third, Agency.objects.get(applicant=operator).pk)


def test_the_last_administrator_of_operators_stays(town):
    admin, operator = town.person(), town.person("黄志明")
    firm = town.firm(admin)
    enterprises.authorise(admin, firm, account.phone_of(operator))
    with pytest.raises(RuleBroken):
        enterprises.withdraw(Agency.objects.get(applicant=admin), admin)
    with pytest.raises(RuleBroken):
        account.close(admin)
    enterprises.authorise(admin, firm, account.phone_of(operator), as_admin=True)
    enterprises.withdraw(Agency.objects.get(applicant=admin), admin)
    account.close(admin)


def test_a_newcomer_asks_the_administrator_who_grants_on_his_page(town):
    admin, newcomer = town.person(), town.person("黄志明")
    firm = town.firm(admin)
    code = firm.identifiers.get(scheme="uscc").value
    asked = enterprises.claim(newcomer, code, firm.name, "韦小兰")
    assert asked.state == Agency.State.ASKED and not asked.is_admin
    page = town.browser(admin).get("/hall/enterprises/").content.decode()
    assert "申请经办，待您核定" in page and "黄志明" not in page
    town.browser(admin).post(f"/hall/enterprises/agency/{asked.pk}/", {"what": "grant"})
    assert firm in town.visitor(newcomer).names


def test_who_is_withdrawn_loses_the_cases_of_the_enterprise_at_once(town):
    admin, operator = town.person(), town.person("黄志明")
    firm = town.firm(admin)
    enterprises.authorise(admin, firm, account.phone_of(operator))
    found = town.handed_in(town.visitor(operator, firm))
    client = town.browser(operator)
    assert client.get(f"/hall/mine/{found.number}/").status_code == 200
    enterprises.withdraw(Agency.objects.get(applicant=operator), admin)
    assert client.get(f"/hall/mine/{found.number}/").status_code == 404
    assert not following.visible(town.visitor(operator)).exists()
    assert following.visible(town.visitor(admin)).filter(pk=found.pk).exists()


def test_claiming_on_the_page_binds_or_waits(town, settings):
    settings.ZJY_HALL_TRUSTS_NEW_ENTERPRISES = True
    client = town.browser(town.person())
    typed = {"uscc": uscc.make(town.rng), "enterprise": CODE_NAME[0], "representative": CODE_NAME[1]}
    client.post("/hall/enterprises/claim/", typed)
    assert "可以以企业名义申报" in client.get("/hall/enterprises/").content.decode()
    assert Subject.objects.filter(kind="enterprise", name=CODE_NAME[0]).exists()
    assert Client().get("/hall/enterprises/").status_code == 302


def test_the_officers_page_shows_claims_masked_and_decides(town, settings):
    from django.urls import reverse

    from zhujianyun.base import outbox
    from zhujianyun.kernel.access import registry
    from zhujianyun.kernel.access.models import Account, Membership, Role

    registry.sync_roles()
    person = town.person()
    claimed = enterprises.claim(person, uscc.make(town.rng), *CODE_NAME)
    officer = Account.objects.create(username="verifier", name_zh="李四")
    client = Client()
    client.force_login(officer, backend="zhujianyun.kernel.access.backends.AccountBackend")
    page = reverse("hall_verifying:claims")
    assert client.get(page).status_code in (302, 403)
    role = Role.objects.get(code="hall.verifier")
    Membership.objects.create(account=officer, role=role, office=town.office, valid_from="2020-01-01")
    text = client.get(page).content.decode()
    assert CODE_NAME[0] in text and account.id_number_of(person) not in text
    link = reverse("hall_verifying:decide", args=[claimed.pk])
    assert client.post(link, {"what": "grant", "reason": ""}).status_code == 422
    assert client.post(link, {"what": "grant", "reason": "已核对执照"}).status_code == 302
    claimed.refresh_from_db()
    assert claimed.state == Agency.State.ACTIVE
    assert "已通过" in outbox.Message.objects.order_by("-pk").first().text
