"""What a signed-in person must do before anything else (会话守卫).

In this order: an idle session ends; an initial or expired password is changed; one of the three
officers enrols a second factor. Wagtail's own sign-in pages are closed: they know no second factor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from zhujianyun.base import clock
from zhujianyun.kernel.access import passwords
from zhujianyun.ui.signin.adapters import must_have_second_factor

SEEN = "signin.seen"
TOUCH_SECONDS = 30  # how often a session is written for being in use
CLOSED = frozenset(
    {
        "wagtailadmin_login",
        "wagtailadmin_password_reset",
        "wagtailadmin_password_reset_done",
        "wagtailadmin_password_reset_confirm",
        "wagtailadmin_password_reset_complete",
        "wagtailcore_login",
    }
)
ALWAYS = frozenset({"account_logout", "account_login", "wagtailadmin_logout", "account_reauthenticate"})
PASSWORD = ALWAYS | {"account_change_password"}
ENROLMENT = PASSWORD | {
    "mfa_activate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate",
}


class SessionGuard:
    """See the module (会话守卫)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and _is_idle(request):
            logout(request)
            messages.info(request, f"超过 {settings.ZJY_IDLE_MINUTES} 分钟没有操作，请重新登录。")
            return _to_sign_in(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Once it is known which page is asked for."""
        page = request.resolver_match.url_name if request.resolver_match else ""
        if page in CLOSED:
            return _to_sign_in(request)
        if not request.user.is_authenticated:
            return None
        if reason := passwords.must_renew(request.user):
            return None if page in PASSWORD else _to_change_password(request, reason)
        if page not in ENROLMENT and _lacks_second_factor(request):
            return redirect("mfa_activate_totp")
        return None


def _to_change_password(request: HttpRequest, reason: str) -> HttpResponse:
    if reason == "expired":
        messages.info(request, "口令已到更换期限，修改后才能继续使用。")
    return redirect("account_change_password")


def _lacks_second_factor(request: HttpRequest) -> bool:
    return must_have_second_factor(request.user) and not is_mfa_enabled(request.user, ["totp"])


def _is_idle(request: HttpRequest) -> bool:
    now = int(clock.now().timestamp())
    seen = request.session.get(SEEN)
    if seen is not None and now - seen > settings.ZJY_IDLE_MINUTES * 60:
        return True
    if seen is None or now - seen >= TOUCH_SECONDS:
        request.session[SEEN] = now
    return False


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return HttpResponse("请重新登录。", status=401, content_type="text/plain; charset=utf-8")
    query = request.GET.get("next", "") if request.resolver_match else request.get_full_path()
    url = reverse("account_login")
    return HttpResponseRedirect(f"{url}?{urlencode({'next': query})}" if query else url)
