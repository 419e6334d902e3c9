"""Accounts: open, close, unlock, own password (账号)."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel.access import passwords, queries
from zhujianyun.kernel.access.actions.recording import act, own_act
from zhujianyun.kernel.access.actors import Actor, actor
from zhujianyun.kernel.access.models import USERNAME, Account, FormerPassword, normal_username


def open_account(
    username: str,
    name_zh: str,
    *,
    by: Actor,
    password: str | None = None,
    phone: str = "",
    email: str = "",
    expires_on: date | None = None,
    must_change_password: bool = True,
) -> Account:
    """Open an account without any right (开立账号); the system officer's verb.

    Without a password nobody can sign in until one is set by a reset.

    Raises:
        NotAllowed: without the permission.
        RuleBroken: for a user name that is taken or malformed, or a weak password.
    """
    with act("access.open_account", by=by, on=("account", username)) as note:
        account = new_account(
            username,
            name_zh,
            password=password,
            phone=phone,
            email=email,
            expires_on=expires_on,
            must_change_password=must_change_password,
        )
        note.object = ("account", str(account.pk))
        note.says(username=account.username, expires_on=str(expires_on or ""))
    return account


def new_account(username: str, name_zh: str, *, password: str | None, **fields: object) -> Account:
    """A saved account, checked; for ``open_account`` and the founding (新账号).

    Raises:
        RuleBroken: for a user name that is taken or malformed, or a weak password.
    """
    account = Account(username=normal_username(username), name_zh=name_zh.strip(), **fields)
    try:
        USERNAME(account.username)
    except ValidationError as error:
        raise RuleBroken(error.messages[0], rule="access.username_form", username=username) from error
    if Account.objects.filter(username=account.username).exists():
        raise RuleBroken(f"账号名 {account.username} 已被使用，请换一个。", rule="access.username_once")
    if password is None:
        account.set_unusable_password()
    else:
        passwords.check(password, account)
        account.set_password(password)
    account.save()
    return account


def close_account(account: Account, *, by: Actor, reason: str) -> Account:
    """Close an account; its sessions end with the next request (停用账号).

    Raises:
        NotAllowed: without the permission.
        RuleBroken: when it belongs to one of the three officers: dismiss him first.
    """
    with act("access.close_account", by=by, on=("account", account.pk), reason=reason):
        if queries.officers().filter(account=account).exists():
            raise RuleBroken(
                "三员账号须先由安全管理员免去职责，才能停用。", rule="access.officer_first_dismissed"
            )
        account.is_active = False
        account.save(update_fields=["is_active"])
    return account


def unlock_account(account: Account, *, by: Actor, reason: str) -> int:
    """Forget the failed attempts of an account, so that it may try again now (解除登录锁定).

    Returns how many attempts were forgotten.

    Raises:
        NotAllowed: without the permission.
    """
    from axes.handlers.proxy import AxesProxyHandler

    with act("access.unlock_account", by=by, on=("account", account.pk), reason=reason) as note:
        forgotten = AxesProxyHandler.reset_attempts(username=account.username)
        note.says(forgotten=forgotten)
    return forgotten


def change_own_password(account: Account, new: str, *, by: Actor | None = None) -> Account:
    """Change one's own password; whoever asks has just proved the old one (修改口令).

    Raises:
        NotAllowed: for another's account.
        RuleBroken: when the policy refuses it.
    """
    by = by or actor(account)
    if by.account_id != account.pk:
        raise NotAllowed("只能修改自己的口令；他人忘记口令请走凭证重置。", rule="access.own_password")
    passwords.check(new, account)
    with own_act("access.change_password", by=by, account=account):
        set_password(account, new)
    return account


def set_password(account: Account, new: str, *, must_change: bool = False) -> None:
    """Put in a new password and keep the old hash among the former ones (设置口令)."""
    if account.has_usable_password() and account.password:
        FormerPassword.objects.create(account=account, password=account.password)
    account.set_password(new)
    account.password_set_at = clock.now()
    account.must_change_password = must_change
    account.save(update_fields=["password", "password_set_at", "must_change_password"])
