"""The pages of the outbox (外发消息页面)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.base.outbox import Channel, Message, State
from zhujianyun.ui.books.guarding import needs, source
from zhujianyun.ui.books.outgoing import actions, queries
from zhujianyun.ui.workbench import viewer

PER_PAGE = 50
guarded = needs(actions.MANAGE, "outbox")


@require_safe
@guarded
def index(request: HttpRequest) -> HttpResponse:
    """The list of outgoing messages (外发消息列表)."""
    wanted = queries.Filters.read(request.GET.dict())
    page = Paginator(queries.listed(wanted), PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "wanted": wanted, "page": page, "lines": [(row, queries.TONES[State(row.state)]) for row in page.object_list],
        "counts": queries.counts(), "channels": Channel.choices, "ways": queries.channels(), "kept": kept.urlencode(),
    }  # fmt: skip
    return render(request, "books/outbox.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@guarded
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One message; in full after a purpose was given (外发消息)."""
    message = _message(pk)
    context: dict[str, Any] = {"message": message, "tone": queries.TONES[State(message.state)]}
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        try:
            context["opened"] = actions.read_in_full(
                message, by=viewer.actor(request), purpose=purpose, source=source(request)
            )
        except PlatformError as error:
            context |= {"error": error, "purpose": purpose}
    context["may"] = {
        "resend": message.state in (State.HELD, State.FAILED, State.CANCELLED, State.QUEUED),
        "cancel": message.state in (State.HELD, State.FAILED, State.QUEUED),
    }
    return render(request, "books/message.html", context, status=422 if "error" in context else 200)


@require_POST
@guarded
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it again (重发)."""
    actions.resend(_message(pk), by=viewer.actor(request), reason=request.POST.get("reason", ""))
    messages.success(request, "已重新排队，稍后由后台发送。")
    return redirect("books:message", pk)


@require_POST
@guarded
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back (取消)."""
    actions.cancel(_message(pk), by=viewer.actor(request), reason=request.POST.get("reason", ""))
    messages.success(request, "已取消，不会再发送。")
    return redirect("books:message", pk)


def _message(pk: int) -> Message:
    found = Message.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这条外发消息，它可能已按保存期清理。", rule="outbox.known")
    return found
