"""Asking for an entry's items, mending a request, asking for more time (申请页)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhujianyun.apps.data_catalogue.actions import requesting
from zhujianyun.apps.data_catalogue.forms import sharing as forms
from zhujianyun.apps.data_catalogue.forms.wording import SHARES
from zhujianyun.apps.data_catalogue.models import SharingRequest
from zhujianyun.apps.data_catalogue.pages.frame import shown
from zhujianyun.apps.data_catalogue.queries import REQUEST, pages, requests
from zhujianyun.apps.data_catalogue.rules.sharing import Wanted
from zhujianyun.base.errors import PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.resource.models import Mount, Resource
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.ui.workbench import viewer

Handed = Callable[[forms.RequestForm, Wanted, str], SharingRequest]


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for items of an entry (申请共享)."""
    by = viewer.actor(request)
    access.require(by, REQUEST)
    entry = pages.entry_of(pk, by)

    def hand_in(form: forms.RequestForm, wanted: Wanted, key: str) -> SharingRequest:
        given = form.cleaned_data
        return requesting.apply_for(entry, given["consumer"], wanted, by=by, key=key, system=given["system"])

    after = "申请送提供方受理，受理后按时限答复；可在“共享申请”中查看进展"
    title, back = f"申请共享：{entry.title}", reverse("data_catalogue:entry", args=[pk])
    return _page(request, entry, hand_in, {"title": title, "after": after, "back": back})


@require_http_methods(["GET", "POST"])
def supply(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in what was missing (提交补正)."""
    by = viewer.actor(request)
    row = requests.request_of(pk, by)

    def hand_in(_: forms.RequestForm, wanted: Wanted, __: str) -> SharingRequest:
        return requesting.supply(row, wanted, by=by, expected=_expected(request))

    more = {
        "title": f"补正：{row.resource.title}",
        "after": "申请回到受理环节，答复时限继续计算",
        "back": row.get_absolute_url(),
    }
    return _page(request, row.resource, hand_in, more, row)


@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the time after a grant (续期申请)."""
    by = viewer.actor(request)
    row = requests.request_of(pk, by)

    def hand_in(_: forms.RequestForm, wanted: Wanted, key: str) -> SharingRequest:
        return requesting.renew(row, wanted, by=by, key=key)

    more = {
        "title": f"续期：{row.resource.title}",
        "after": "按新申请办理；原授权到期前不受影响",
        "back": row.get_absolute_url(),
    }
    return _page(request, row.resource, hand_in, more, row)


def _page(
    request: HttpRequest, entry: Resource, hand_in: Handed, more: dict[str, Any], row: SharingRequest | None = None
) -> HttpResponse:  # fmt: skip
    """The form, filled with what was typed when it is refused."""
    offices = requests.consumers(viewer.actor(request))
    given = (request.POST,) if request.method == "POST" else ()
    form = forms.RequestForm(*given, offices=offices, initial=forms.initial_of(row) if row else None)
    faults: dict[str, str] = {}
    if given and form.is_valid():
        try:
            made = hand_in(form, form.wanted(request.POST.getlist("items"), forms.row_filter_of(request.POST)),
                           request.POST.get("key", "")[:60])  # fmt: skip
            messages.success(request, f"已提交，编号 {made.case.number}。")
            return redirect("data_catalogue:request", pk=made.pk)
        except PlatformError as error:
            faults = _faults(form, error)
    status = 422 if given else 200
    return shown(request, "ask", "entries", _context(request, entry, form, faults, row) | more, status=status)


def _faults(form: forms.RequestForm, error: PlatformError) -> dict[str, str]:
    """Each fault beside its field; what has none stands above the form."""
    fields: dict[str, str] = dict(error.details.get("fields") or {}) if isinstance(error, RuleBroken) else {}
    for name, said in fields.items():
        if name in form.fields:
            form.add_error(name, f"{said}。")
    if not fields:
        form.add_error(None, error.message_zh)
    return {name: said for name, said in fields.items() if name not in form.fields}


def _context(
    request: HttpRequest, entry: Resource, form: forms.RequestForm, faults: dict[str, str], row: SharingRequest | None
) -> dict[str, Any]:  # fmt: skip
    chosen = set(request.POST.getlist("items")) if request.method == "POST" else _before(row)
    items = edition_now(entry).item_list if entry.edition else ()
    typed = forms.row_filter_of(request.POST) if request.method == "POST" else (row.row_filter if row else [])
    kinds = Mount.objects.filter(resource=entry, state=Mount.State.MOUNTED).values_list("kind", flat=True)
    return {
        "entry": entry, "form": form, "faults": faults, "filters": forms.filter_lines(typed), "row": row,
        "items": [(one, one.code in chosen, SHARES.get(one.share, "")) for one in items],
        "operators": forms.OPERATORS_ZH, "entry_items": items, "mounted": set(kinds), "version": row.case.version if row else "",
        "key": request.POST.get("key") or secrets.token_hex(8),
    }  # fmt: skip


def _before(row: SharingRequest | None) -> set[str]:
    return set(row.items.values_list("code", flat=True)) if row else set()


def _expected(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1
