"""Claims that wait for an officer, and his decision (待核验的绑定申请)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base import masks
from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.subject.models import Identifier
from zhujianyun.ui.hall.models import Agency
from zhujianyun.ui.hall.people import account, enterprises
from zhujianyun.ui.workbench import viewer

PER_PAGE = 30


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The claims, oldest first (待核验列表)."""
    return _index(request)


def _index(request: HttpRequest, error: PlatformError | None = None) -> HttpResponse:
    actor = viewer.actor(request)
    access.require(actor, enterprises.VERIFY)
    waiting = Agency.objects.filter(state=Agency.State.ASKED).select_related(
        "enterprise", "applicant__subject"
    )
    page = Paginator(waiting.order_by("asked_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    codes = Identifier.objects.filter(
        subject__in=[one.enterprise_id for one in rows], scheme="uscc", valid_to=None
    )
    known = dict(codes.values_list("subject_id", "value"))
    admins = set(
        Agency.objects.filter(
            enterprise__in=[one.enterprise_id for one in rows], state=Agency.State.ACTIVE, is_admin=True
        ).values_list("enterprise_id", flat=True)
    )
    if rows:
        journal.record_read(actor.key, "agency:list", ["name", "id_number"], "核验企业经办人")
    lines = [
        {
            "row": one, "code": known.get(one.enterprise_id, "—"), "has_admin": one.enterprise_id in admins,
            "name": one.applicant.subject.name, "id_number": masks.id_card(account.id_number_of(one.applicant), "officer"),
            "typed": request.POST.get("reason", "") if request.POST.get("pk") == str(one.pk) else "",
        }
        for one in rows
    ]  # fmt: skip
    context = {"page": page, "lines": lines, "error": error}
    return render(request, "hall/verifying/claims.html", context, status=error.http_status if error else 200)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse (核验)."""
    row = Agency.objects.select_related("enterprise", "applicant").filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这项申请。", rule="hall.agency")
    try:
        done = enterprises.verify(
            row, viewer.actor(request), grant=request.POST.get("what") == "grant", reason=request.POST.get("reason", "")
        )  # fmt: skip
    except PlatformError as error:
        return _index(request, error)
    messages.success(
        request, f"“{row.enterprise.name}”的绑定申请：{done.get_state_display()}，已短信告知申请人。"
    )
    return redirect("hall_verifying:claims")
