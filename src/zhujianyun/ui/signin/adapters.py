"""What allauth asks us (登录适配): no sign-up, our words, our way to set a password, sealed secrets."""

from __future__ import annotations

import base64
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from zhujianyun.base import ciphers
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.signin.addresses import address_of

WRONG = "账号名或口令不正确。"
LABEL, AAD = "mfa", b"mfa-authenticator"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts as ours are (账号适配)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "invalid_login": WRONG,
        "account_inactive": WRONG,
        "incorrect_password": "口令不正确。",
        "enter_current_password": "当前口令不正确。",
        "incorrect_code": "动态口令不正确或已经用过，请等待下一个。",
        "too_many_login_attempts": "尝试次数过多，请稍后再试。",
        "rate_limited": "操作过于频繁，请稍后再试。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: accounts are opened by the system officer."""
        return False

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Through the verb of access, which checks and records."""
        from zhujianyun.kernel.access import actions

        if not isinstance(user, Account):
            raise PermissionDenied
        actions.change_own_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to work."""
        return str(settings.LOGIN_REDIRECT_URL)

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Not for whoever has proved himself a moment ago, be it by signing in."""
        request = context.request
        records = get_authentication_records(request, request.user)
        return not records or time.time() - records[-1]["at"] > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def get_client_ip(self, request: HttpRequest) -> str:
        """The peer's own address."""
        return address_of(request)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: secrets sealed at rest, and officers keep theirs (第二因素适配)."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": "三员必须使用第二因素，不能停用；更换设备请申请凭证重置。",
        "cannot_generate_recovery_codes": "请先启用动态口令，再生成恢复码。",
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret before it goes to the database."""
        return base64.b64encode(ciphers.seal(LABEL, text.encode(), AAD)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return ciphers.open_(LABEL, base64.b64decode(encrypted_text), AAD).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not for those who must have one."""
        return not must_have_second_factor(authenticator.user)

    def build_totp_svg(self, url: str) -> str:
        """The picture to scan, without the XML head, to stand inside the page."""
        svg = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]


def must_have_second_factor(account: Any) -> bool:
    """Whether this account may not work without a second factor (是否须有第二因素): the three officers."""
    return bool(settings.ZJY_SECOND_FACTOR_FOR_OFFICERS and account.actor().duty)
