"""My account (我的账号): who I am here, which roles I hold, and the way to password and second factor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhujianyun.base import masks
from zhujianyun.kernel.access import queries
from zhujianyun.ui.workbench import viewer


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The officer's own account; rights are changed by the security officer alone (我的账号)."""
    account = viewer.account(request)
    context = {
        "account": account,
        "phone": masks.phone(account.phone, "officer") if account.phone else "—",
        "posts": queries.memberships_on()
        .filter(account=account)
        .select_related("stands_in_for")
        .order_by("office__code", "role__code"),
        "duty": queries.officers().filter(account=account).first(),
    }
    return render(request, "workbench/account.html", context)
