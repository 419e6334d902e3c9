"""The page of one entry, and what hangs on it (目录页)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhujianyun.apps.data_catalogue.actions import editing, mounting
from zhujianyun.apps.data_catalogue.forms import entry as forms
from zhujianyun.apps.data_catalogue.forms.wording import MASKS, SENSITIVITIES, SHARES, TYPES
from zhujianyun.apps.data_catalogue.pages.frame import asked, done, form_of, shown
from zhujianyun.apps.data_catalogue.pages.wording import timeline
from zhujianyun.apps.data_catalogue.queries import EDIT, MOUNT, PUBLISH, REQUEST, pages
from zhujianyun.base import clock, files
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.kernel.case import queries as cases
from zhujianyun.kernel.resource.models import Edition, Mount, Resource
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.ui.workbench import viewer

MOST_BYTES = 50 * 1024**2
KINDS = {"table": ("库表", forms.TableForm), "file": ("文件", forms.FileForm), "api": ("接口", forms.ApiForm)}


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """An entry as it is, or as it was on a day and known at a time (目录页)."""
    by = viewer.actor(request)
    entry = pages.entry_of(pk, by)
    day, known = _day(request.GET.get("date", "")), _time(request.GET.get("known", ""))
    missing, edition = "", None
    try:
        edition = pages.edition_shown(entry, day, known)
    except NotFound as error:
        missing = error.message_zh
    content = pages.page_of(entry)
    first, second = request.GET.get("from", ""), request.GET.get("to", "")
    pair = (int(first), int(second)) if first.isdecimal() and second.isdecimal() else None
    context = {
        **content, "entry": entry, "edition": edition, "missing": missing, "day": day, "known": known,
        "items": [_item(row) for row in edition.items] if edition else [], "pair": pair,
        "changes": pages.compared(entry, *pair) if pair else [], "timeline": timeline(content["timeline"], {one.code: one.title for one in content["mounts"]}),
        "today": clock.today(), **_rights(entry, by),
        "seen_cases": set(cases.visible(by).filter(pk__in=[one.case_id for one in content["drafts"]]).values_list("pk", flat=True)),
    }  # fmt: skip
    return shown(request, "entry", "entries", context)


def _rights(entry: Resource, by: access.Actor) -> dict[str, bool]:
    live = entry.state == Resource.State.PUBLISHED
    return {
        "may_edit": live and access.allows(by, EDIT, entry.provider),
        "may_mount": live and access.allows(by, MOUNT, entry.provider),
        "may_unmount": access.allows(by, MOUNT, entry.provider),
        "may_ask": live and entry.share != "none" and access.allows(by, REQUEST),
        "may_waive": access.allows(by, PUBLISH, entry.provider),
        "may_see_grants": access.allows(by, EDIT, entry.provider) or access.allows(by, PUBLISH),
    }


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row, "type_zh": TYPES.get(row.get("type", ""), row.get("type")),
        "share_zh": SHARES.get(row.get("share", ""), row.get("share")),
        "sensitivity_zh": SENSITIVITIES.get(row.get("sensitivity", ""), ""),
        "mask_zh": MASKS.get(row.get("mask", ""), row.get("mask")),
    }  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound("日期应写成 2020-12-31 的样子。", rule="data_catalogue.date") from None


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise NotFound("时间应写成 2020-12-31T09:00 的样子。", rule="data_catalogue.time") from None
    return found.replace(tzinfo=clock.SHANGHAI) if found and found.tzinfo is None else found


@require_POST
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the next edition (修订)."""
    by = viewer.actor(request)
    row = editing.start_revision(pages.entry_of(pk, by), by=by)
    return redirect("data_catalogue:draft", pk=row.pk)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the entry to be withdrawn (申请撤销)."""
    by = viewer.actor(request)
    entry = pages.entry_of(pk, by)
    form = form_of(request, forms.ReasonForm)

    def act() -> None:
        row = editing.start_withdrawal(entry, by=by, reason=form.cleaned_data["reason"])
        editing.submit(row, by=by)

    if done(request, form, act, "已提交撤销申请，待审核。"):
        return redirect("data_catalogue:entry", pk=pk)
    after = "审核通过后目录撤销，代码不再使用，已有授权停止供数"
    return asked(request, form, f"撤销：{entry.title}", after, _url(entry), entry=entry)


@require_http_methods(["GET", "POST"])
def mount(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Hang a table, a file or an interface on the entry, item by item (挂载)."""
    by = viewer.actor(request)
    entry = pages.entry_of(pk, by)
    if kind not in KINDS:
        raise NotFound("没有这种挂载方式。", rule="data_catalogue.mount_kind")
    zh, form_kind = KINDS[kind]
    form = form_of(request, form_kind)
    if done(request, form, lambda: _mounted(request, entry, kind, form.cleaned_data, by), "已挂载。"):
        return redirect(f"{_url(entry)}#mounts")
    items = [] if kind == "file" else _to_bind(request, entry)
    after = "只有绑定了列的信息项会对外提供" if kind != "file" else "文件作为一个整体提供"
    more = {"entry": entry, "items": items, "columns_of": _columns(form) if kind == "table" else None}
    return asked(request, form, f"挂载{zh}：{entry.title}", after, _url(entry), **more)


def _mounted(
    request: HttpRequest, entry: Resource, kind: str, given: dict[str, Any], by: access.Actor
) -> Mount:
    named = {"code": given["code"], "title": given["title"], "by": by}
    if kind == "file":
        kept = files.put(given["file"], name=given["file"].name, limit=MOST_BYTES)
        return mounting.mount_file(entry, kept, **named)
    bound = {
        item.code: column
        for item in edition_now(entry).item_list
        if (column := request.POST.get(f"bind-{item.code}", "").strip())
    }
    if kind == "table":
        return mounting.mount_table(entry, given["dataset"], bound, **named)
    return mounting.mount_api(entry, given["address"], bound, **named)


def _to_bind(request: HttpRequest, entry: Resource) -> list[tuple[Any, str]]:
    edition = Edition.objects.get(resource=entry, number=entry.edition)
    return [(item, request.POST.get(f"bind-{item.code}", "")) for item in edition.item_list]


def _columns(form: Any) -> dict[str, list[str]]:
    return {
        str(one.pk): [column["name"] for column in one.columns] for one in form.fields["dataset"].queryset
    }


@require_http_methods(["GET", "POST"])
def unmount(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a mount off (卸载)."""
    by = viewer.actor(request)
    row = get_object_or_404(Mount.objects.select_related("resource__provider"), pk=pk)
    entry = pages.entry_of(row.resource_id, by)
    form = form_of(request, forms.ReasonForm)
    if done(request, form, lambda: mounting.unmount(row, by=by, **form.cleaned_data), "已卸载。"):
        return redirect(f"{_url(entry)}#mounts")
    after = "该资源上的授权随即暂停，使用方会收到告知"
    return asked(request, form, f"卸载：{row.title}", after, f"{_url(entry)}#mounts", entry=entry)


def _url(entry: Resource) -> str:
    return reverse("data_catalogue:entry", args=[entry.pk])
