"""One's own entry (我的账号): password, telephone, mail, all sessions, closing."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from zhujianyun.base import clock, masks
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import passwords
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.models import Agency, Applicant, Application
from zhujianyun.ui.hall.models.people import new_uid
from zhujianyun.ui.hall.people.registering import password_faults, refuse


def require_password(applicant: Applicant, present: str) -> None:
    """Only he who knows the password changes anything (核对现口令).

    Raises:
        RuleBroken: ``hall.present``.
    """
    if not check_password(present[:128], applicant.password):
        raise RuleBroken(
            "现口令不正确。", rule="hall.present", fields={"present": "现口令不正确，请重新填写。"}
        )


@transaction.atomic
def set_password(applicant: Applicant, password: str, again: str, *, how: str) -> Applicant:
    """Choose another password; every other session ends (修改口令).

    Raises:
        RuleBroken: ``hall.fields`` with what is wrong with it.
    """
    words = (applicant.subject.name, phone_of(applicant))
    faults = password_faults(password, again, words)
    former = [applicant.password, *applicant.former_passwords][: max(passwords.profile().former, 1)]
    if not faults and any(check_password(password, one) for one in former):
        faults = {"password": f"不能与当前或最近 {len(former)} 次用过的口令相同，请换一个。"}
    refuse(faults)
    applicant.former_passwords = former
    applicant.password, applicant.password_set_at = make_password(password), clock.now()
    applicant.stamp = new_uid()
    applicant.save(update_fields=["former_passwords", "password", "password_set_at", "stamp"])
    _note("hall.password", applicant, how=how)
    return applicant


@transaction.atomic
def sign_out_everywhere(applicant: Applicant) -> Applicant:
    """End every session (退出全部设备)."""
    applicant.stamp = new_uid()
    applicant.save(update_fields=["stamp"])
    _note("hall.signout_everywhere", applicant)
    return applicant


def set_phone(applicant: Applicant, phone: str) -> Applicant:
    """Another telephone, which has been proved by a code (更换手机号).

    Raises:
        RuleBroken: ``hall.phone_taken`` when it cannot be used.
    """
    applicant.phone_index = keeping.index("phone", phone)
    applicant.phone_sealed = keeping.seal(applicant.uid, "phone", phone)
    applicant.stamp = new_uid()
    try:
        with transaction.atomic():
            applicant.save(update_fields=["phone_index", "phone_sealed", "stamp"])
            _note("hall.phone", applicant)
    except IntegrityError as error:
        raise RuleBroken("该手机号不能使用，请换一个号码。", rule="hall.phone_taken") from error
    return applicant


@transaction.atomic
def set_email(applicant: Applicant, email: str) -> Applicant:
    """Another mailbox, proved by a code; "" removes it (设置邮箱)."""
    applicant.email_sealed = keeping.seal(applicant.uid, "email", email) if email else b""
    applicant.save(update_fields=["email_sealed"])
    _note("hall.email", applicant)
    return applicant


@transaction.atomic
def close(applicant: Applicant) -> Applicant:
    """Close one's entry (注销): cases stay with the authority, drafts and sealed contacts go.

    Raises:
        RuleBroken: ``hall.close`` while a case is under way, or while he alone administers an enterprise.
    """
    waiting = Case.objects.filter(applicant=applicant.subject, settled=False, ended=False).count()
    if waiting:
        raise RuleBroken(f"您还有 {waiting} 件在办申请，办结或撤回后才能注销。", rule="hall.close")
    alone = _only_admin_of(applicant)
    if alone:
        raise RuleBroken(f"您是“{alone}”唯一的企业管理员，请先授权他人为管理员。", rule="hall.close")
    now = clock.now()
    Agency.objects.filter(applicant=applicant, state__in=["asked", "active"]).update(
        state=Agency.State.ENDED, ended_at=now, reason="账号注销"
    )
    Application.objects.filter(applicant=applicant, handed_in_at=None).update(body=b"", dropped_at=now)
    applicant.closed_at, applicant.stamp, applicant.password = now, new_uid(), "!"
    applicant.former_passwords, applicant.email_sealed = [], b""
    applicant.id_sealed, applicant.phone_sealed = b"", b""
    applicant.save()
    _note("hall.close", applicant)
    return applicant


def phone_of(applicant: Applicant) -> str:
    """His telephone in clear, for sending (手机号)."""
    return keeping.unseal(applicant.uid, "phone", applicant.phone_sealed)


def id_number_of(applicant: Applicant) -> str:
    """His identity number in clear, for masking (身份证号)."""
    return keeping.unseal(applicant.uid, "id", applicant.id_sealed)


def email_of(applicant: Applicant) -> str:
    """His mailbox in clear, for sending (电子邮箱)."""
    return keeping.unseal(applicant.uid, "email", applicant.email_sealed)


def shown(applicant: Applicant) -> dict[str, str]:
    """What his own page shows of him (本人信息): masked; somebody may look over his shoulder."""
    name, _, host = email_of(applicant).partition("@")
    return {
        "name": applicant.subject.name,
        "id_number": masks.id_card(id_number_of(applicant), "public"),
        "phone": masks.phone(phone_of(applicant)),
        "email": f"{name[:1]}***@{host}" if host else "",
    }


def _only_admin_of(applicant: Applicant) -> str:
    active = Agency.objects.filter(state=Agency.State.ACTIVE, is_admin=True)
    for mine in active.filter(applicant=applicant).select_related("enterprise"):
        others = Agency.objects.filter(enterprise=mine.enterprise, state=Agency.State.ACTIVE)
        others = others.exclude(applicant=applicant)
        if others.exists() and not others.filter(is_admin=True).exists():
            return mine.enterprise.name
    return ""


def _note(verb: str, applicant: Applicant, **facts: str) -> None:
    journal.record(verb, actor=applicant.key, object=("applicant", str(applicant.pk)), facts=facts)
