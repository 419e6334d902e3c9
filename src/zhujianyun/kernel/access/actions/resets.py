"""A forgotten password, a lost telephone (凭证重置): the system officer asks, the security officer approves."""

from __future__ import annotations

import secrets

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import passwords
from zhujianyun.kernel.access.actions.accounts import set_password
from zhujianyun.kernel.access.actions.recording import act, not_oneself
from zhujianyun.kernel.access.actors import Actor
from zhujianyun.kernel.access.models import Account, CredentialReset

ALPHABETS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789", "!#%+=?")


def ask_reset(account: Account, what: str, *, by: Actor, reason: str) -> CredentialReset:
    """Ask for a reset of a password or a second factor (申请重置凭证).

    Raises:
        NotAllowed: without the permission, or for oneself.
        RuleBroken: when one is waiting already, or nobody knows such a credential.
    """
    with act("access.ask_reset", by=by, on=("account", account.pk), reason=reason) as note:
        not_oneself(by, account, "申请重置")
        if what not in CredentialReset.What.values:
            raise RuleBroken("只能重置口令或第二因素。", rule="access.reset_what")
        if CredentialReset.objects.filter(account=account, what=what, approved_by=None).exists():
            raise RuleBroken("已有一份重置申请等待批准。", rule="access.reset_asked_once")
        reset = CredentialReset.objects.create(
            account=account, what=what, reason=reason, asked_by=Account.objects.get(pk=by.account_id or 0)
        )
        note.says(what=what, reset=reset.pk)
    return reset


def approve_reset(reset: CredentialReset, *, by: Actor) -> str:
    """Carry out a reset (批准重置凭证): a new initial password, told once, or "" for a second factor.

    Raises:
        NotAllowed: without the permission, or for oneself.
        RuleBroken: when it was approved before.
    """
    with act("access.approve_reset", by=by, on=("account", reset.account_id), reason=reset.reason) as note:
        reset = CredentialReset.objects.select_for_update().select_related("account").get(pk=reset.pk)
        not_oneself(by, reset.account, "批准重置")
        if reset.approved_by_id is not None:
            raise RuleBroken("该申请已经批准过。", rule="access.reset_approved_once")
        reset.approved_by_id, reset.approved_at = by.account_id, clock.now()
        reset.save(update_fields=["approved_by", "approved_at"])
        note.says(what=reset.what, reset=reset.pk)
        if reset.what == CredentialReset.What.SECOND_FACTOR:
            return _remove_second_factor(reset.account)
        password = initial_password()
        set_password(reset.account, password, must_change=True)
    return password


def initial_password(length: int = 16) -> str:
    """A random password that meets both profiles and has no look-alike characters (初始口令)."""
    while True:
        every = "".join(ALPHABETS)
        password = "".join(secrets.choice(every) for _ in range(length))
        if not passwords.faults(password, by=passwords.PROFILES["mlps3"]):
            return password


def _remove_second_factor(account: Account) -> str:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=account).delete()
    return ""
