"""Registering a person (注册申请人): name, identity number, a telephone that has been proved, a password.

Nobody learns here whether a number is registered already: the answer is the same, and whoever owns the
older entry is told by text message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from zhujianyun.base import clock, outbox
from zhujianyun.base.codes import citizen_id
from zhujianyun.base.errors import PlatformError, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import passwords
from zhujianyun.kernel.subject import actions as subjects
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.models import Applicant
from zhujianyun.ui.hall.models.people import new_uid
from zhujianyun.ui.hall.people.source import source

ADULT_YEARS = 18


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody fills in to be registered (注册内容), in normal form."""

    name: str
    id_number: str
    phone: str
    password: str
    email: str = ""


def checked(
    name: str,
    id_number: str,
    phone: str,
    password: str,
    again: str,
    email: str = "",
    *,
    consents: bool = True,
) -> Wish:
    """The wish in normal form, or everything that is wrong with it at once (核对注册内容).

    Raises:
        RuleBroken: ``hall.register``; ``details["fields"]`` holds one sentence for each faulty field.
    """
    faults: dict[str, str] = {}
    found: dict[str, Any] = {}
    for field, work in (
        ("name", lambda: keeping.checked_name(name)),
        ("id_number", lambda: _grown_up(id_number)),
        ("phone", lambda: keeping.checked_phone(phone)),
        ("email", lambda: keeping.checked_email(email)),
    ):
        try:
            found[field] = work()
        except PlatformError as error:
            faults[field] = error.message_zh.rstrip("。") + "。"
    faults |= password_faults(password, again, (found.get("name", ""), found.get("phone", "")))
    if not consents:
        faults["consent"] = "请阅读并同意个人信息处理说明后再注册。"
    refuse(faults)
    return Wish(found["name"], found["id_number"], found["phone"], password, found["email"])


def password_faults(password: str, again: str, words: tuple[str, ...]) -> dict[str, str]:
    """What is wrong with a new password, by field (口令缺陷)."""
    own = tuple(word for word in (*words, *(w[-6:] for w in words if w.isdigit())) if len(word) >= 2)
    found = passwords.faults(password, words=own)
    if found:
        return {"password": "口令不符合要求：" + "；".join(found) + "。"}
    return {} if password == again else {"password_again": "两次填写的口令不一致，请重新填写。"}


def refuse(faults: dict[str, str]) -> None:
    """Raise all faults of a form at once (一次说明全部错误).

    Raises:
        RuleBroken: ``hall.fields`` when there are any.
    """
    if faults:
        raise RuleBroken("填写的内容有误，请改正后再提交。", rule="hall.fields", fields=faults)


def register(wish: Wish) -> Applicant | None:
    """Register a person, or tell the one who has the number already (注册); None for the latter."""
    with transaction.atomic():
        known = Applicant.objects.filter(closed_at=None).filter(
            id_index__in=[keeping.index("id", wish.id_number)]
        ) | Applicant.objects.filter(closed_at=None, phone_index=keeping.index("phone", wish.phone))
        if found := list(known):
            _remind(found)
            return None
        try:
            with transaction.atomic():
                return _made(wish)
        except IntegrityError:
            return None  # the same numbers a moment ago, from another window


def _made(wish: Wish) -> Applicant:
    subject = _former_subject(wish) or subjects.register(
        Subject.Kind.PERSON, wish.name, {}, source=source(), by=access.SYSTEM, batch="hall"
    )
    uid = new_uid()
    row = Applicant.objects.create(
        uid=uid,
        subject=subject,
        id_index=keeping.index("id", wish.id_number),
        phone_index=keeping.index("phone", wish.phone),
        id_sealed=keeping.seal(uid, "id", wish.id_number),
        phone_sealed=keeping.seal(uid, "phone", wish.phone),
        email_sealed=keeping.seal(uid, "email", wish.email) if wish.email else b"",
        password=make_password(wish.password),
    )
    journal.record("hall.register", actor=row.key, object=("applicant", str(row.pk)), facts={"subject": subject.uid})  # fmt: skip
    return row


def _former_subject(wish: Wish) -> Subject | None:
    """Who closed his account comes back to his own cases, with the same number and telephone and name."""
    former = (
        Applicant.objects.filter(
            id_index=keeping.index("id", wish.id_number), phone_index=keeping.index("phone", wish.phone)
        )
        .exclude(closed_at=None)
        .select_related("subject")
        .order_by("-closed_at")
        .first()
    )
    return former.subject if former and former.subject.name == wish.name else None


def _remind(known: list[Applicant]) -> None:
    text = "【住建云】有人用您的证件号码或手机号再次注册，原账号不受影响。如系本人操作，请直接登录；忘记口令可在登录页重设。"
    for one in known:
        phone = keeping.unseal(one.uid, "phone", one.phone_sealed)
        key = f"hall.again:{one.pk}:{clock.today()}"
        outbox.send("sms", to=phone, title="重复注册提醒", text=text, key=key)
        journal.record("hall.register", actor="hall", object=("applicant", str(one.pk)), result="refused", reason="重复注册")  # fmt: skip


def _grown_up(id_number: str) -> str:
    number = citizen_id.check(id_number).value
    born, today = citizen_id.parts(number).born_on, clock.today()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if years < ADULT_YEARS:
        raise RuleBroken(f"申请人须年满 {ADULT_YEARS} 周岁，请由监护人注册。", rule="hall.grown_up")
    return number
