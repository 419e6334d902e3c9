"""Acts of people: run, cancel, decide on a change, look into a row that was put aside (办理页)."""

from __future__ import annotations

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from zhujianyun.apps.data_gathering.actions import drifting, looking, starting
from zhujianyun.apps.data_gathering.forms import DecideForm, PurposeForm
from zhujianyun.apps.data_gathering.models import Drift, QuarantinedRow
from zhujianyun.apps.data_gathering.pages.frame import done, shown
from zhujianyun.apps.data_gathering.queries import pages
from zhujianyun.base.errors import PlatformError
from zhujianyun.ui.workbench import viewer


@require_POST
def run(request: HttpRequest, code: str) -> HttpResponse:
    """Gather now (立即归集)."""
    by = viewer.actor(request)
    source = pages.source_of(code, by)
    mode = request.POST.get("mode", "")
    done(request, lambda: starting.start(source, by=by, mode=mode), f"已发起归集：{source.dataset.title}。")
    return redirect("data_gathering:dataset", code=code)


@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Cancel a batch (取消归集)."""
    by = viewer.actor(request)
    row = pages.batch_of(code, by)
    done(request, lambda: starting.cancel(row, by=by), "已请求取消，读者仍看到上一次的数据。")
    return redirect("data_gathering:batch", code=code)


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a change of columns, or leave things as they are (处理结构变更)."""
    by = viewer.actor(request)
    row = get_object_or_404(Drift.objects.select_related("dataset__system__owner"), pk=pk)
    source = pages.source_of(row.dataset.code, by)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, accepts = form.cleaned_data["reason"], form.cleaned_data["decision"] == "accept"
        act = drifting.confirm if accepts else drifting.dismiss
        told = "已确认，数据集结构已更新，可以重新归集。" if accepts else "已记录为不采纳。"
        if done(request, lambda: act(row, by=by, reason=reason), told):
            return redirect("data_gathering:dataset", code=row.dataset.code)
    context = {"drift": row, "dataset": row.dataset, "source": source, "form": form}
    return shown(request, "decide", context, row.dataset.system.owner)


@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """What a row that was put aside held (查看隔离行); for a purpose where it is about a person."""
    by = viewer.actor(request)
    held = get_object_or_404(QuarantinedRow.objects.select_related("batch"), pk=pk)
    batch = pages.batch_of(held.batch.code, by)
    form = PurposeForm(request.POST or None)
    context = {"row": held, "batch": batch, "dataset": batch.dataset, "form": form, "values": None}
    if not held.is_sealed or (request.method == "POST" and form.is_valid()):
        purpose = form.cleaned_data["purpose"] if held.is_sealed else ""
        try:
            content = looking.read_row(held, by=by, purpose=purpose)
        except PlatformError as error:
            form.add_error(None, error.message_zh)
        else:
            context["values"] = list(orjson.loads(content).items())
    answer = shown(request, "row", context, batch.dataset.system.owner)
    answer.headers["Cache-Control"] = "no-store"
    return answer
