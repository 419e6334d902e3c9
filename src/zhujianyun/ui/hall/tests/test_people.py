"""Registering, signing in, codes, lock-out, one's own account (注册、登录、验证码、锁定、账号)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from zhujianyun.base import outbox
from zhujianyun.base.codes import citizen_id
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.subject.models import Identifier
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.models import Applicant, Failure, OneTimeCode
from zhujianyun.ui.hall.people import account, codes, lockout, registering, signing_in

from .conftest import PASSWORD

OTHER = "Qingxiu-Hills-88-Tea"


def sent_code(phone: str) -> str:
    """The code in the newest message to a telephone."""
    row = outbox.Message.objects.order_by("-pk").first()
    assert row is not None and row.to == phone
    return row.text.split("验证码 ")[1][:6]


def registered(town, phone: str = "13900001111", **more: str) -> Client:  # noqa: ANN001
    """Somebody goes through the three steps with a browser."""
    client = Client()
    client.post("/hall/register/", {"phone": phone})
    client.post("/hall/register/", {"code": sent_code(phone)})
    typed = {
        "name": "覃小红", "id_number": citizen_id.make(town.rng), "password": PASSWORD, "password_again": PASSWORD,
        "consent": "on",
    }  # fmt: skip
    answer = client.post("/hall/register/", typed | more)
    assert answer.status_code == 302, answer.content.decode()
    return client


def test_a_person_registers_in_three_steps_and_signs_in(town):
    client = registered(town)
    answer = client.post("/hall/signin/", {"account": "139 0000 1111", "password": PASSWORD})
    assert answer.status_code == 302 and answer["Location"] == "/hall/mine/"
    assert "覃小红" in client.get("/hall/mine/").content.decode()


def test_neither_identity_number_nor_telephone_lies_in_clear(town):
    number = citizen_id.make(town.rng)
    one = town.person(number=number, phone="13900002222")
    row = Applicant.objects.values().get(pk=one.pk)
    assert number not in str(row) and "13900002222" not in str(row)
    assert not Identifier.objects.filter(value=number).exists()
    assert keeping.unseal(one.uid, "id", one.id_sealed) == number


def test_a_sealed_number_moved_to_another_row_does_not_open(town):
    one, two = town.person(), town.person()
    with pytest.raises(RuleBroken):
        keeping.unseal(two.uid, "phone", one.phone_sealed)


def test_the_same_identity_registers_once_and_hears_the_same_sentence_twice(town):
    number = citizen_id.make(town.rng)
    first = town.person(number=number)
    client = registered(town, "13900003333", id_number=number)
    assert "注册信息已提交" in client.get("/hall/signin/").content.decode()
    assert Applicant.objects.count() == 1
    reminded = outbox.Message.objects.order_by("-pk").first()
    assert reminded.to == account.phone_of(first) and "再次注册" in reminded.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "<script>alert(1)</script>", "姓名"),
        ("name", "", "姓名"),
        ("name", "甲", "姓名"),
        ("id_number", "450103199001011230", "身份号码"),
        ("id_number", "", "身份号码"),
        ("password", "123456", "口令"),
        ("password", "Yongjiang-13900001111", "口令"),
        ("password_again", "other", "不一致"),
        ("email", "nobody", "电子邮箱"),
        ("consent", "", "同意"),
    ],
)
def test_a_faulty_field_is_named_and_what_was_typed_stays(town, field, value, said):
    client = Client()
    client.post("/hall/register/", {"phone": "13900001111"})
    client.post("/hall/register/", {"code": sent_code("13900001111")})
    typed = {
        "name": "覃小红", "id_number": citizen_id.make(town.rng), "password": PASSWORD, "password_again": PASSWORD,
        "consent": "on", "email": "a@example.cn",
    }  # fmt: skip
    answer = client.post("/hall/register/", typed | {field: value})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "error-summary" in page
    assert field in ("id_number",) or typed["id_number"] in page
    assert PASSWORD not in page and "<script>alert" not in page
    assert not Applicant.objects.exists()


def test_unseen_characters_and_full_width_digits_are_normal_forms_of_the_same(town):
    number = citizen_id.make(town.rng)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    wish = registering.checked("覃\u200b小\u202e红", f" {wide} ", "＋86 139-0000-1111", PASSWORD, PASSWORD)
    assert (wish.name, wish.id_number, wish.phone) == ("覃小红", number, "13900001111")


def test_a_child_is_sent_to_the_guardian(town):
    from datetime import date

    number = citizen_id.make(town.rng, born_on=date(2010, 1, 1))
    with pytest.raises(RuleBroken) as refused:
        registering.checked("覃小红", number, "13900001111", PASSWORD, PASSWORD)
    assert "18" in refused.value.details["fields"]["id_number"]


def test_a_wrong_password_and_an_unknown_account_answer_alike(town):
    town.person(phone="13900004444")
    pages = []
    for name in ("13900004444", "13900005555", "450103199003077892", "<b>"):
        answer = Client().post("/hall/signin/", {"account": name, "password": "Wrong-pass-1"})
        assert answer.status_code == 422
        pages.append(signing_in.WRONG_ZH in answer.content.decode())
    assert all(pages)


def test_five_failures_lock_the_account_for_half_an_hour(town, settings):
    settings.ZJY_ACCOUNT_FAILURES = 5
    town.person(phone="13900004444")
    for _ in range(5):
        Client().post("/hall/signin/", {"account": "13900004444", "password": "Wrong-pass-1"})
    right = {"account": "13900004444", "password": PASSWORD}
    assert Client().post("/hall/signin/", right).status_code == 429
    town.time.move_to(town.time.now() + timedelta(minutes=lockout.MINUTES, seconds=1))
    assert Client().post("/hall/signin/", right).status_code == 302


def test_one_address_that_tries_many_accounts_is_stopped(town, settings):
    settings.ZJY_ADDRESS_FAILURES = 6
    town.person(phone="13900004444")
    for turn in range(6):
        Client().post("/hall/signin/", {"account": f"1390009{turn:04}", "password": "x"})
    assert Client().post("/hall/signin/", {"account": "13900004444", "password": PASSWORD}).status_code == 429
    assert lockout.sweep() == 0 and Failure.objects.count() == 12


def test_signing_in_changes_the_session_and_the_token(town):
    person = town.person(phone="13900004444")
    client = Client()
    client.get("/hall/signin/")
    client.session["planted"] = "x"
    client.session.save()
    before = client.session.session_key
    client.post("/hall/signin/", {"account": "13900004444", "password": PASSWORD})
    assert client.session.session_key != before
    person.refresh_from_db()
    assert person.last_signed_in_at == town.time.now()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/workbench/", "/hall/../x\\y"]
)
def test_after_signing_in_nobody_is_sent_elsewhere(town, wanted):
    town.person(phone="13900004444")
    answer = Client().post("/hall/signin/", {"account": "13900004444", "password": PASSWORD, "next": wanted})
    assert answer["Location"].startswith("/hall/")


def test_a_page_posted_without_its_token_is_refused(town):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/hall/signin/", {"account": "1", "password": "1"}).status_code == 403


def test_an_idle_session_ends(town, settings):
    client = town.browser(town.person())
    town.time.move_to(town.time.now() + timedelta(minutes=settings.ZJY_IDLE_MINUTES, seconds=1))
    assert client.get("/hall/mine/").status_code == 302


def test_signing_out_everywhere_ends_the_other_session_too(town):
    person = town.person()
    one, two = town.browser(person), town.browser(person)
    assert two.get("/hall/mine/").status_code == 200
    one.post("/hall/account/everywhere/")
    assert two.get("/hall/mine/").status_code == 302


def test_a_new_password_ends_the_other_session_and_keeps_this_one(town):
    person = town.person()
    one, two = town.browser(person), town.browser(person)
    typed = {"present": PASSWORD, "password": OTHER, "password_again": OTHER}
    assert one.post("/hall/account/password/", typed).status_code == 302
    assert one.get("/hall/account/").status_code == 200
    assert two.get("/hall/account/").status_code == 302


def test_the_present_password_is_asked_and_a_former_one_is_refused(town):
    client = town.browser(town.person())
    wrong = {"present": "no", "password": OTHER, "password_again": OTHER}
    assert "现口令不正确" in client.post("/hall/account/password/", wrong).content.decode()
    same = {"present": PASSWORD, "password": PASSWORD, "password_again": PASSWORD}
    assert "用过的口令" in client.post("/hall/account/password/", same).content.decode()


def test_a_code_is_used_once_and_not_after_ten_minutes(town):
    row = codes.send("register", "sms", "13900001111", "10.0.0.1")
    code = sent_code("13900001111")
    codes.use(row.token, "register", "13900001111", code)
    with pytest.raises(RuleBroken):
        codes.use(row.token, "register", "13900001111", code)
    town.time.move_to(town.time.now() + timedelta(minutes=2))
    late = codes.send("register", "sms", "13900001111", "10.0.0.1")
    code = sent_code("13900001111")
    town.time.move_to(town.time.now() + timedelta(minutes=codes.MINUTES))
    with pytest.raises(RuleBroken):
        codes.use(late.token, "register", "13900001111", code)


def test_five_wrong_codes_spoil_the_right_one(town):
    row = codes.send("register", "sms", "13900001111", "10.0.0.1")
    code = sent_code("13900001111")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(codes.TRIES):
        with pytest.raises(RuleBroken):
            codes.use(row.token, "register", "13900001111", wrong)
    with pytest.raises(RuleBroken):
        codes.use(row.token, "register", "13900001111", code)


def test_a_code_for_one_purpose_or_telephone_does_not_serve_another(town):
    row = codes.send("register", "sms", "13900001111", "10.0.0.1")
    code = sent_code("13900001111")
    for purpose, to in (("forgotten", "13900001111"), ("register", "13900002222")):
        with pytest.raises(RuleBroken):
            codes.use(row.token, purpose, to, code)


def test_codes_are_rationed_by_recipient_and_by_address(town):
    codes.send("register", "sms", "13900001111", "10.0.0.1")
    with pytest.raises(lockout.Locked):
        codes.send("register", "sms", "13900001111", "10.0.0.2")
    for turn in range(29):
        codes.send("register", "sms", f"139{turn:08}", "10.0.0.1")
    with pytest.raises(lockout.Locked):
        codes.send("register", "sms", "13999999999", "10.0.0.1")


def test_a_forgotten_password_is_reset_by_code_and_strangers_learn_nothing(town):
    number = citizen_id.make(town.rng)
    person = town.person(phone="13900006666", number=number)
    stranger, client = Client(), Client()
    stranger.post("/hall/forgotten/", {"phone": "13900007777", "id_number": number})
    assert OneTimeCode.objects.count() == 1 and not outbox.Message.objects.exists()
    client.post("/hall/forgotten/", {"phone": "13900006666", "id_number": number})
    ask, silent = (
        client.get("/hall/forgotten/").content.decode(),
        stranger.get("/hall/forgotten/").content.decode(),
    )
    assert "验证码已发送至" in ask and "验证码已发送至" in silent
    client.post("/hall/forgotten/", {"code": sent_code("13900006666")})
    answer = client.post("/hall/forgotten/", {"password": OTHER, "password_again": OTHER})
    assert answer.status_code == 302
    assert signing_in.sign_in("13900006666", OTHER, "10.0.0.1") == person


def test_another_telephone_is_proved_before_it_counts(town):
    person = town.person()
    client = town.browser(person)
    client.post("/hall/account/phone/", {"present": PASSWORD, "phone": "13900008888"})
    assert signing_in.found_by("13900008888") is None
    client.post("/hall/account/phone/", {"code": sent_code("13900008888")})
    assert signing_in.found_by("13900008888") == person
    assert client.get("/hall/account/").status_code == 200


def test_the_account_page_shows_masks_and_notes_the_read(town):
    number = citizen_id.make(town.rng)
    person = town.person(number=number, phone="13900009999")
    page = town.browser(person).get("/hall/account/").content.decode()
    assert number not in page and "13900009999" not in page and "139****9999" in page
    assert Entry.objects.filter(verb="privacy.read", actor=person.key).exists()


def test_a_closed_account_leaves_no_personal_data_and_its_number_is_free(town):
    number = citizen_id.make(town.rng)
    person = town.person(number=number, phone="13900001234")
    client = town.browser(person)
    assert client.post("/hall/account/close/", {"present": PASSWORD}).status_code == 302
    person.refresh_from_db()
    assert not person.id_sealed and not person.phone_sealed and client.get("/hall/mine/").status_code == 302
    again = town.person(name="韦小兰", number=number, phone="13900001234")
    assert again.subject_id == person.subject_id
    account.close(again)
    stranger = town.person(name="韦小兰", number=number, phone="13900004321")
    assert stranger.subject_id != person.subject_id
