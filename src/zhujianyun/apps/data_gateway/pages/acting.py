"""Acts of people (办理页): a key is issued, changed or stopped; a service is opened or closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from zhujianyun.apps.data_gateway import actions
from zhujianyun.apps.data_gateway.forms import KeyForm, ReasonForm
from zhujianyun.apps.data_gateway.models import AccessKey, Service
from zhujianyun.apps.data_gateway.pages import consuming as own
from zhujianyun.apps.data_gateway.pages.frame import done, shown
from zhujianyun.apps.data_gateway.queries import CONSUME, consuming, operating
from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.workbench import viewer

ROTATED_DAYS = 180


@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """A new key, shown once (领取密钥)."""
    by = viewer.actor(request)
    access.require(by, CONSUME)
    form = KeyForm(request.POST, offices=consuming.offices(by))
    if form.is_valid():
        given = form.cleaned_data
        until = clock.now() + timedelta(days=given["days"])
        issued = _issued(form, lambda: actions.issue_key(
            given["office"], given["system"], by=by, valid_until=until, note=given["note"]
        ))  # fmt: skip
        if issued:
            return _once(request, by, issued)
    return own.mine_page(request, by, form=form)


@require_POST
def rotate(request: HttpRequest, code: str) -> HttpResponse:
    """A key in the place of another, which holds on for a fortnight (更换密钥)."""
    by = viewer.actor(request)
    key = _key(code, by)
    until = clock.now() + timedelta(days=ROTATED_DAYS)
    try:
        issued = actions.rotate_key(key, by=by, valid_until=until)
    except PlatformError as error:
        messages.error(request, error.message_zh)
        return redirect("data_gateway:mine")
    messages.info(
        request, f"旧密钥 {key.code} 保留到 {clock.local(key.valid_until):%Y-%m-%d}，请在此之前换用新密钥。"
    )
    return _once(request, by, issued)


def _issued(form: KeyForm, act: Callable[[], actions.Issued]) -> actions.Issued | None:
    try:
        return act()
    except PlatformError as error:
        form.add_error(None, error.message_zh)
        return None


def _once(request: HttpRequest, by: Actor, issued: actions.Issued) -> HttpResponse:
    """The page with the secret: never stored, never in an address, gone with the next page."""
    secret = {"text": issued.secret, "client": issued.key.client}
    if not access.allows(by, CONSUME):
        return shown(request, "running", "issued", {"secret": secret, "key": issued.key})
    return own.mine_page(request, by, secret=secret)


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """Stop a key (停用密钥)."""
    by = viewer.actor(request)
    key = _key(code, by)
    back = "data_gateway:mine" if access.allows(by, CONSUME, key.consumer) else "data_gateway:running"
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if done(
            request, lambda: actions.revoke_key(key, by=by, reason=reason), "密钥已停用，五秒内各处失效。"
        ):
            return redirect(back)
    context = {
        "form": form, "title": f"停用密钥 {key.code}", "back": back, "verb": "停用",
        "then": f"{key.client} 用这把密钥的调用五秒内被拒绝，不能恢复。",
    }  # fmt: skip
    return shown(request, "mine" if back.endswith("mine") else "running", "reason", context)


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a service (关闭服务)."""
    by = viewer.actor(request)
    operating.require_operator(by)
    service = get_object_or_404(Service.objects.select_related("mount__resource__provider"), code=code)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if done(
            request,
            lambda: actions.close_service(service, by=by, reason=reason),
            "服务已关闭，五秒内各处停止供数。",
        ):
            return redirect("data_gateway:running")
    context = {
        "form": form, "title": f"关闭服务：{service.mount.title}", "back": "data_gateway:running", "verb": "关闭",
        "then": "全部使用方的调用五秒内被拒绝，授权不变，可以重新开通。",
    }  # fmt: skip
    return shown(request, "running", "reason", context)


@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Open a service again as it was (重新开通)."""
    by = viewer.actor(request)
    operating.require_operator(by)
    row = get_object_or_404(Service.objects.select_related("mount__resource__provider"), code=code)
    done(request, lambda: actions.reopen_service(row, by=by), "服务已重新开通。")
    return redirect("data_gateway:running")


def _key(code: str, by: Actor) -> AccessKey:
    """A key of one's own, or any for the operator.

    Raises:
        NotAllowed: for anybody else.
    """
    key = get_object_or_404(AccessKey.objects.select_related("consumer", "system"), code=code)
    if not consuming.keys(by).filter(pk=key.pk).exists():
        try:
            operating.require_operator(by)
        except NotAllowed as error:
            raise NotAllowed("这把密钥不属于您的单位。", rule="gateway.key") from error
    return key
