"""What people fill in (登录表单): allauth's forms with our words, and with what its second factor lacks.

A dynamic code counts once: the last time step used is kept with the account, so that no second
process and no restart lets it in again. Wrong codes count toward the same lock-out as passwords.
"""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings

from zhujianyun.kernel.access import passwords
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.signin.adapters import AccountAdapter

CODE_WRONG = AccountAdapter.error_messages["incorrect_code"]
LOCKED = AccountAdapter.error_messages["too_many_login_attempts"]


def _label(form: forms.Form, **labels: str) -> None:
    for name, label in labels.items():
        if name in form.fields:
            form.fields[name].label = label
            form.fields[name].help_text = ""
            form.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(account.LoginForm):
    """Name and password (账号口令)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, login="账号名", password="口令")
        self.fields["login"].widget.attrs.update(autofocus=True, autocapitalize="none", spellcheck="false")
        self.demo_hint = getattr(settings, "ZJY_DEMO_HINT", "") if settings.ZJY_DEMO else ""


class ChangePasswordForm(account.ChangePasswordForm):
    """The old password and the new one twice (修改口令)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, oldpassword="当前口令", password1="新口令", password2="再输一次新口令")
        self.fields["password1"].help_text = passwords.PolicyValidator().get_help_text()


class ReauthenticateForm(account.ReauthenticateForm):
    """The password once more, before something grave (再次确认口令)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, password="口令")


class _CodeOnce:
    """A code that counts once, and failures that count for the lock-out."""

    user: Account
    authenticator: Authenticator
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        request = context.request
        if not AxesProxyHandler.is_allowed(request, {"username": self.user.username}):
            raise forms.ValidationError(LOCKED, code="locked")
        code = str(super().clean_code())  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            secret = decrypt(self.authenticator.data["secret"])
            if not use_step(self.user, step_of(secret, code)):
                self._emit_authentication_failed(self.authenticator)  # type: ignore[attr-defined]
                raise forms.ValidationError(CODE_WRONG, code="replayed")
        return code


class SecondFactorForm(_CodeOnce, mfa.AuthenticateForm):
    """The dynamic code or a recovery code (第二因素)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, code="动态口令或恢复码")
        self.fields["code"].widget.attrs.update(autofocus=True, inputmode="numeric")


class SecondFactorAgainForm(_CodeOnce, mfa.ReauthenticateForm):
    """The dynamic code once more, before something grave (再次确认第二因素)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, code="动态口令或恢复码")


class ActivateForm(totp.ActivateTOTPForm):
    """The first code of a new device; it does not sign in afterwards (启用动态口令)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label(self, code="动态口令")
        self.fields["code"].widget.attrs.update(autocomplete="one-time-code", inputmode="numeric")

    def clean_code(self) -> str:
        code = str(super().clean_code())
        use_step(self.user, step_of(self.secret, code))
        return code


def step_of(secret: str, code: str) -> int:
    """The time step to which a valid code belongs, the latest if several (时间片).

    Raises:
        ValueError: when no step gives this code any more.
    """
    digits = "".join(code.split())
    steps = auth.yield_hotp_counters_from_time()
    return max(step for step in steps if auth.format_hotp_value(auth.hotp_value(secret, step)) == digits)


def use_step(account: Account, step: int) -> bool:
    """Mark a time step as used; False when it, or a later one, was used before (占用时间片)."""
    fresh = Account.objects.filter(pk=account.pk, last_totp_step__lt=step)
    return bool(fresh.update(last_totp_step=step))
