"""How one wishes to be told (消息偏好): kinds down, ways across."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhujianyun.base import outbox
from zhujianyun.kernel.access.models import Account
from zhujianyun.ui.notices import actions
from zhujianyun.ui.notices.kinds import EMAIL, KINDS, SMS, WAYS
from zhujianyun.ui.notices.models import Preference
from zhujianyun.ui.notices.telling import ways_of
from zhujianyun.ui.workbench import viewer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The table of kinds and ways (消息偏好)."""
    account = viewer.account(request)
    if request.method == "POST":
        chosen = {kind: request.POST.getlist(kind) for kind in KINDS}
        actions.choose(account, chosen)
        messages.success(request, "已保存。新的消息将按您的选择发送。")
        return redirect("notices:wishes")
    row = Preference.objects.filter(account=account).first()
    chosen = row.chosen if row else {}
    context = {
        "ways": [_way(code, zh, account) for code, zh in WAYS.items()],
        "rows": [_row(kind, ways_of(chosen, kind.code)) for kind in KINDS.values()],
    }
    return render(request, "notices/wishes.html", context)


def _way(code: str, zh: str, account: Account) -> dict[str, Any]:
    """A way, and what stands against it."""
    missing = {
        EMAIL: not account.email and "您的账号没有电子邮箱",
        SMS: not account.phone and "您的账号没有手机号",
    }
    why = missing.get(code) or ""
    if not why and code in missing and not outbox.is_on(code):
        why = "平台还没有启用"
    return {"code": code, "zh": zh, "why": why}


def _row(kind: Any, ways: list[str]) -> dict[str, Any]:
    return {
        "kind": kind,
        "cells": [{"code": code, "zh": zh, "on": code in ways} for code, zh in WAYS.items()],
    }
