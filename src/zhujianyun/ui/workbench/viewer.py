"""Who looks at a page (访问者): signed in, as Wagtail's door has already made sure."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account


def account(request: HttpRequest) -> Account:
    """The account of the request (当前账号)."""
    return cast(Account, request.user)


def actor(request: HttpRequest) -> Actor:
    """The officer with his rights of today (当前操作者)."""
    return account(request).actor()
