"""The draws (抽签页): freeze and commit, reveal, apply; everything needed to check them, for anybody."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.case import draws as drawing
from zhujianyun.ui.workbench import errors, lots, shown, viewer
from zhujianyun.ui.workbench.pages.downloads import as_file

PER_PAGE = 30


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The draws, and the lists that may be frozen now (抽签列表)."""
    return _index(request)


def _index(request: HttpRequest, error: PlatformError | None = None) -> HttpResponse:
    actor = viewer.actor(request)
    page = Paginator(lots.draws(actor), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"draw": row, "badge": lots.badge(row), "process": shown.process_zh(row.process)} for row in page]
    pools = [_pool(pool, request) for pool in lots.pools(actor)]
    context = {"page": page, "rows": rows, "pools": pools, "error": error}
    return render(request, "workbench/draws.html", context, status=error.http_status if error else 200)


def _pool(pool: lots.Pool, request: HttpRequest) -> dict:
    mine = request.POST.get("process") == pool.process and request.POST.get("office") == str(pool.office.pk)
    witnesses = [(one, request.POST.get(f"commit:{one.key}", "") if mine else "") for one in pool.witnesses]
    return {"pool": pool, "witnesses": witnesses, "is_open": mine}


def _named(request: HttpRequest, prefix: str) -> dict[str, str]:
    """The filled fields "commit:account:12" of a form: whose → what (按人填写的值)."""
    names = [name for name in request.POST if name.startswith(f"{prefix}:")]
    return {
        name.removeprefix(f"{prefix}:"): str(request.POST[name]).strip()
        for name in names
        if request.POST[name]
    }


@require_POST
def freeze(request: HttpRequest) -> HttpResponse:
    """Freeze the list and publish the commitments (冻结名单)."""
    office = get_object_or_404(Office, pk=request.POST.get("office", "0"))
    commits = {key: value.lower() for key, value in _named(request, "commit").items()}
    try:
        row = drawing.freeze(
            request.POST.get("process", ""), office, viewer.actor(request), nonce_commits=commits
        )
    except PlatformError as error:
        return errors.answer(request, error) if errors.wants_json(request) else _index(request, error)
    messages.success(request, "名单已冻结，承诺值已公布。请在约定时刻公开公开数和见证人随机数。")
    return redirect("workbench:draw", row.pk)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One draw with its lists and its verification data (抽签详情)."""
    return _show(request, pk)


def _show(request: HttpRequest, pk: int, error: PlatformError | None = None) -> HttpResponse:
    actor = viewer.actor(request)
    row = lots.draw(actor, pk)
    witnesses = lots.witnesses(row)
    for one in witnesses:
        one["typed"] = request.POST.get(f"nonce:{one['key']}", "")
    context = {
        "draw": row,
        "badge": lots.badge(row),
        "process": shown.process_zh(row.process),
        "strata": lots.strata(row),
        "witnesses": witnesses,
        "may_draw": lots.may_draw(actor, row),
        "typed": request.POST.get("public", ""),
        "error": error,
    }
    return render(request, "workbench/draw.html", context, status=error.http_status if error else 200)


@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Reveal the public value and the nonces (公开随机数并开出)."""
    row = lots.draw(viewer.actor(request), pk)
    nonces = _named(request, "nonce")
    try:
        drawing.reveal(row, request.POST.get("public", "").strip(), nonces, by=viewer.actor(request))
    except PlatformError as error:
        return errors.answer(request, error) if errors.wants_json(request) else _show(request, pk, error)
    messages.success(request, "已开出抽签结果，种子和次序如下，任何人都可核验。")
    return redirect("workbench:draw", pk)


@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry the outcome to the cases (落实结果)."""
    actor = viewer.actor(request)
    row = lots.draw(actor, pk)
    try:
        hits = drawing.apply(row, by=actor, inspectors=lots.inspectors(row))
    except PlatformError as error:
        return errors.answer(request, error) if errors.wants_json(request) else _show(request, pk, error)
    messages.success(request, f"结果已落实：抽中 {len(hits)} 件转入检查，其余办结。")
    return redirect("workbench:draw", pk)


@require_safe
def verification(request: HttpRequest, pk: int) -> HttpResponse:
    """The verification data as `verify_draw.py` reads it (核验数据)."""
    row = lots.draw(viewer.actor(request), pk)
    text = json.dumps(lots.verification(row), ensure_ascii=False, indent=2)
    return as_file(text + "\n", f"抽签核验-{row.pk}.json", "application/json; charset=utf-8")
