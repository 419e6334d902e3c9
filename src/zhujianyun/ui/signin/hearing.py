"""What the journal hears of sign-ins (登录留痕): success, failure, lock-out, sign-out, second factors.

Names that belong to no account are masked: people type passwords into the field for names.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa import signals as mfa
from axes.signals import user_locked_out
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.access.models import Account, normal_username
from zhujianyun.ui.signin.addresses import address_of


def connect() -> None:
    """Begin to listen (开始监听)."""
    auth.user_logged_in.connect(signed_in, dispatch_uid="signin.signed_in")
    auth.user_logged_out.connect(signed_out, dispatch_uid="signin.signed_out")
    auth.user_login_failed.connect(sign_in_failed, dispatch_uid="signin.failed")
    user_locked_out.connect(locked_out, dispatch_uid="signin.locked_out")
    mfa.authentication_failed.connect(second_factor_failed, dispatch_uid="signin.mfa_failed")
    mfa.authenticator_added.connect(second_factor_added, dispatch_uid="signin.mfa_added")
    mfa.authenticator_removed.connect(second_factor_removed, dispatch_uid="signin.mfa_removed")
    mfa.authenticator_reset.connect(second_factor_added, dispatch_uid="signin.mfa_reset")


def masked(name: str) -> str:
    """An unknown name as the journal may keep it (未知账号脱敏)."""
    return name[:1] + "***" if name else ""


def signed_in(request: HttpRequest, user: Account, **_: Any) -> None:
    Account.objects.filter(pk=user.pk).update(last_signed_in_at=clock.now())
    _line("access.signed_in", user, request)


def signed_out(request: HttpRequest, user: Account | None, **_: Any) -> None:
    if user is not None:
        _line("access.signed_out", user, request)


def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    name = normal_username(str(credentials.get("username") or ""))
    account = Account.objects.filter(username=name).first()
    facts = {"username": name if account else masked(name), "factor": credentials.get("factor", "password")}
    _line("access.sign_in_failed", account, request, facts, "refused")


def locked_out(request: HttpRequest, username: str, **_: Any) -> None:
    account = Account.objects.filter(username=username).first()
    _line("access.locked_out", account, request, result="refused")


def second_factor_failed(request: HttpRequest, user: Account, **_: Any) -> None:
    # Counted where wrong passwords are counted: axes and the line above hear of it.
    credentials = {"username": user.username, "factor": "code"}
    auth.user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def second_factor_added(request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    _line("access.second_factor_added", user, request, {"type": str(authenticator.type)})


def second_factor_removed(request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    _line("access.second_factor_removed", user, request, {"type": str(authenticator.type)})


def _line(
    verb: str,
    account: Account | None,
    request: HttpRequest | None,
    facts: dict[str, Any] | None = None,
    result: str = "ok",
) -> None:
    journal.record(
        verb,
        actor=account.key if account and result == "ok" else "anonymous",
        object=("account", str(account.pk) if account else "unknown"),
        facts={**(facts or {}), "address": address_of(request)},
        result=result,
        source=address_of(request),
    )
