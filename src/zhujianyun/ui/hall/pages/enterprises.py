"""Enterprises I act for, and who else does (我的企业·经办人)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base import masks
from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.hall import boxes, visiting
from zhujianyun.ui.hall.boxes import Box
from zhujianyun.ui.hall.models import Agency
from zhujianyun.ui.hall.pages.account import mine
from zhujianyun.ui.hall.pages.entering import both, safe_next
from zhujianyun.ui.hall.people import enterprises
from zhujianyun.ui.hall.visiting import applicants_only


@applicants_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """My enterprises; for those I administer, everybody who may act (我的企业)."""
    return _index(request)


def _index(request: HttpRequest, error: PlatformError | None = None) -> HttpResponse:
    me = mine(request).applicant
    own = list(
        Agency.objects.filter(applicant=me, state__in=["asked", "active", "refused"])
        .select_related("enterprise")
        .order_by("-state", "pk")
    )
    administered = [one.enterprise_id for one in own if one.is_admin and one.state == Agency.State.ACTIVE]
    others: dict[int, list[dict[str, Any]]] = {}
    rows = Agency.objects.filter(enterprise__in=administered, state__in=["asked", "active"])
    for row in rows.select_related("applicant__subject").order_by("pk"):
        others.setdefault(row.enterprise_id, []).append(
            {
                "row": row,
                "name": row.applicant.subject.name
                if row.applicant_id == me.pk
                else masks.name(row.applicant.subject.name),
                "is_me": row.applicant_id == me.pk,
            }
        )
    lines = [{"row": one, "others": others.get(one.enterprise_id, [])} for one in own]
    context = {"lines": lines, "error": error, "now": mine(request).subject.pk, "code": _codes(own)}
    return render(
        request, "hall/people/enterprises.html", context, status=error.http_status if error else 200
    )


def _codes(own: list[Agency]) -> dict[int, str]:
    from zhujianyun.kernel.subject.models import Identifier

    rows = Identifier.objects.filter(
        subject__in=[one.enterprise_id for one in own], scheme="uscc", valid_to=None
    )
    return dict(rows.values_list("subject_id", "value"))


@applicants_only
@both
def claim(request: HttpRequest) -> HttpResponse:
    """Ask to act for an enterprise (绑定企业)."""
    asked = [
        Box("uscc", "统一社会信用代码", hint="18 位，见营业执照。", longest=40),
        Box("enterprise", "企业名称", hint="营业执照上的全称。", autocomplete="organization"),
        Box("representative", "法定代表人", longest=60),
    ]
    error: PlatformError | None = None
    if request.method == "POST":
        asked = boxes.filled(asked, request.POST)
        try:
            made = enterprises.claim(mine(request).applicant, *(box.value for box in asked))
        except PlatformError as refused:
            error = refused
        else:
            if made.state == Agency.State.ACTIVE:
                visiting.stand_for(request, made.enterprise_id)
                messages.success(request, f"已绑定“{made.enterprise.name}”，现在可以以企业名义申报。")
            else:
                messages.info(request, "申请已提交。企业管理员或主管部门核验后生效，结果会短信通知您。")
            return redirect("hall:enterprises")
    context = {
        "title": "绑定企业", "boxes": asked, "button": "提交", "summary": boxes.faulty(asked, error) if error else [],
        "lead": "绑定后，您作为经办人以企业名义申报和查询办件。平台已有该企业的，须经其管理员或主管部门核验。",
    }  # fmt: skip
    return render(request, "hall/people/small.html", context, status=error.http_status if error else 200)


@applicants_only
@require_POST
def stand(request: HttpRequest) -> HttpResponse:
    """Act in another name (切换名义)."""
    wanted = request.POST.get("subject", "")
    me = mine(request)
    if not wanted.isdigit() or not me.may_act_for(int(wanted)):
        raise NotFound("没有这个企业，或您没有它的经办授权。", rule="hall.agency")
    visiting.stand_for(request, int(wanted))
    return redirect(safe_next(request))


@applicants_only
@require_POST
def authorise(request: HttpRequest, subject: int) -> HttpResponse:
    """Let somebody act for an enterprise (授权)."""
    enterprise = Subject.objects.filter(pk=subject, kind=Subject.Kind.ENTERPRISE).first()
    try:
        if enterprise is None:
            raise NotFound("没有这个企业，或您没有它的经办授权。", rule="hall.agency")
        said = enterprises.authorise(
            mine(request).applicant, enterprise, request.POST.get("account", ""), as_admin=request.POST.get("as_admin") == "on",
        )  # fmt: skip
    except PlatformError as error:
        return _index(request, error)
    messages.success(request, said)
    return redirect("hall:enterprises")


@applicants_only
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant, refuse or end an authorisation (核定、取消授权)."""
    me, what = mine(request).applicant, request.POST.get("what", "")
    try:
        row = enterprises.agency_of(me, pk)
        if what == "end":
            enterprises.withdraw(row, me)
        else:
            enterprises.decide(row, me, grant=what == "grant")
    except PlatformError as error:
        return _index(request, error)
    messages.success(request, {"end": "授权已取消。", "grant": "授权已生效。"}.get(what, "已拒绝该申请。"))
    return redirect("hall:enterprises")
