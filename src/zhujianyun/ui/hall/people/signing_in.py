"""Signing in (登录): by telephone or identity number and password; the same answer for every failure."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from zhujianyun.base import clock, codes
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.ui.hall import keeping
from zhujianyun.ui.hall.models import Applicant
from zhujianyun.ui.hall.people import lockout

WRONG_ZH = "账号或口令不正确，请核对后重试。"


def found_by(typed: str) -> Applicant | None:
    """The open entry of a telephone or identity number (按手机号或身份证号查找)."""
    number = codes.clean(typed)[:40]
    column, purpose = ("phone_index", "phone") if len(number) == 11 else ("id_index", "id")
    wanted = {column: keeping.index(purpose, number)}
    return Applicant.objects.select_related("subject").filter(closed_at=None, **wanted).first()


def sign_in(typed: str, password: str, address: str) -> Applicant:
    """Who these are (登录).

    Raises:
        RuleBroken: ``hall.signin`` for a wrong pair; Locked: too many failures.
    """
    name = codes.clean(typed)[:40]
    lockout.check(name, address)
    applicant = found_by(name)
    if not _matches(applicant, password):
        lockout.note(name, address)
        about = str(applicant.pk) if applicant else "unknown"
        journal.record("hall.signin", actor="hall", object=("applicant", about), result="refused", source=address)  # fmt: skip
        raise RuleBroken(WRONG_ZH, rule="hall.signin")
    assert applicant is not None
    with transaction.atomic():
        lockout.forgive(name)
        applicant.last_signed_in_at = clock.now()
        applicant.save(update_fields=["last_signed_in_at"])
        journal.record("hall.signin", actor=applicant.key, object=("applicant", str(applicant.pk)), source=address)  # fmt: skip
    return applicant


def _matches(applicant: Applicant | None, password: str) -> bool:
    """Whether the password fits; for nobody the same work is done, so that time tells nothing."""
    if applicant is None:
        make_password(password[:128])
        return False

    def renew(plain: str) -> None:
        applicant.password = make_password(plain)
        applicant.save(update_fields=["password"])

    return check_password(password[:128], applicant.password, renew)
