"""Too many failures (登录锁定): counted by account and by address, in the database, for every process.

One account tried from a thousand addresses is stopped by the first count, a thousand accounts tried
from one address by the second. A success forgets the failures of that account only: whoever owns one
account cannot clear his address by signing in between.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhujianyun.kernel.access.models import Account, normal_username


class Handler(AxesDatabaseHandler):
    """Counts failures with a limit per account and another per address (锁定计数)."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """The failures that count, on the scale of the limit per account."""
        by_account, by_address = (
            attempts.aggregate(all=Sum("failures_since_start"))["all"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        scaled = by_address * settings.ZJY_ACCOUNT_FAILURES // settings.ZJY_ADDRESS_FAILURES
        return max(by_account, scaled)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forget the failures of the account that has signed in, not those of its address."""
        count, _ = AccessAttempt.objects.filter(username=get_client_username(request, credentials)).delete()
        return count


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Under which name a failure is counted (计数名): one spelling; unknown names as a keyed digest.

    People type passwords into the field for names: what is not an account is not kept in clear.
    """
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    name = normal_username(str(typed))
    if Account.objects.filter(username=name).exists():
        return name
    return "?" + hmac.new(settings.SECRET_KEY.encode(), name.encode(), hashlib.sha256).hexdigest()[:32]


def locked_page(
    request: HttpRequest, _response: HttpResponse | None = None, _credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """The one answer to whoever is locked out, known name or not (锁定提示页)."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "signin/locked.html", {"minutes": minutes}, status=429)
