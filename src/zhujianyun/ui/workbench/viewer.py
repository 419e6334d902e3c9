"""Who looks at a page (访问者): signed in, as Wagtail's door has already made sure."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case import queries as cases


def account(request: HttpRequest) -> Account:
    """The account of the request (当前账号)."""
    return cast(Account, request.user)


def actor(request: HttpRequest) -> Actor:
    """The officer with his rights of today (当前操作者)."""
    return account(request).actor()


def offices(actor: Actor) -> frozenset[int]:
    """Every office whose cases the officer sees, through whichever permission (可见单位)."""
    codes = [cases.VIEW, *map(cases.view_permission, cases.processes_by_app())]
    found = [access.offices_for(actor, code) for code in codes]
    return access.ALL if any(one is access.ALL for one in found) else frozenset().union(*found)
