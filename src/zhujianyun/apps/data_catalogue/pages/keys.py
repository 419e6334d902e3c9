"""One's own keys for the CKAN interface (我的密钥)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhujianyun.apps.data_catalogue.actions import keys
from zhujianyun.apps.data_catalogue.forms.entry import KeyForm
from zhujianyun.apps.data_catalogue.models import CatalogueKey
from zhujianyun.apps.data_catalogue.pages.frame import done, form_of, shown
from zhujianyun.ui.workbench import viewer


@never_cache
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The keys, and a new one, shown this once (密钥)."""
    by = viewer.actor(request)
    form, made = form_of(request, KeyForm), list[str]()

    def act() -> None:
        made.append(keys.make_key(form.cleaned_data["title"], by=by)[1])

    done(request, form, act, "已生成密钥。")
    rows = CatalogueKey.objects.filter(account=by.account_id)
    context: dict[str, Any] = {"form": form, "rows": rows, "made": made[0] if made else ""}
    return shown(request, "keys", "entries", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key (停用)."""
    keys.end_key(pk, by=viewer.actor(request))
    messages.success(request, "已停用。")
    return redirect("data_catalogue:keys")
