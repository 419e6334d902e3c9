"""The list of one's own notices (消息列表): unread or all, by kind; read one by one or all at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base.errors import NotFound
from zhujianyun.ui.notices import actions, queries
from zhujianyun.ui.notices.kinds import KINDS
from zhujianyun.ui.notices.models import Notice
from zhujianyun.ui.workbench import viewer

PER_PAGE = 50
SCOPES = {"unread": "未读", "all": "全部"}


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One's notices (消息列表)."""
    account = viewer.account(request)
    scope = request.GET.get("scope", "unread") if request.GET.get("scope") in SCOPES else "unread"
    kind = request.GET.get("kind", "") if request.GET.get("kind") in KINDS else ""
    found = queries.mine(account)
    found = found.filter(read_at=None) if scope == "unread" else found
    found = found.filter(kind=kind) if kind else found
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "scope": scope, "scopes": SCOPES, "kind": kind, "kinds": KINDS.values(),
        "unread": queries.unread(account), "kept": f"scope={scope}&kind={kind}",
    }  # fmt: skip
    return render(request, "notices/list.html", context)


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark some as read, or all (标为已读)."""
    account = viewer.account(request)
    chosen = [int(pk) for pk in request.POST.getlist("notice") if pk.isdigit() and len(pk) < 18]
    count = actions.read(account, None if "all" in request.POST else chosen)
    messages.success(request, f"已将 {count} 条消息标为已读。" if count else "没有未读的消息需要标记。")
    return redirect("notices:list")


@never_cache
@require_safe
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a notice by going where it leads (打开消息)."""
    account = viewer.account(request)
    notice = Notice.objects.filter(account=account, pk=pk).first()
    if notice is None:
        raise NotFound("没有这条消息，它可能已按保存期清理。", rule="notices.known")
    actions.read(account, [notice.pk])
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("notices:list")
