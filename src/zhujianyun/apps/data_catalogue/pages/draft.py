"""Writing an entry: metadata and the grid of items (编制页)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from zhujianyun.apps.data_catalogue.actions import editing
from zhujianyun.apps.data_catalogue.forms import entry as forms
from zhujianyun.apps.data_catalogue.forms import grid
from zhujianyun.apps.data_catalogue.models import EntryDraft
from zhujianyun.apps.data_catalogue.pages.frame import asked, done, form_of, shown
from zhujianyun.apps.data_catalogue.queries import EDIT, PUBLISH, classes
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.ui.workbench import viewer

ACTS = {
    "submit": "已提交审核。", "publish": "已发布。", "return": "已退回修改。", "drop": "已放弃编制。",
}  # fmt: skip


def _draft(pk: int, by: Actor) -> EntryDraft:
    row = EntryDraft.objects.select_related("case", "provider", "resource").filter(pk=pk).first()
    if row is None or not access.allows(by, EDIT, row.provider):
        raise NotFound("没有这份编制稿，或您无权查看。", rule="data_catalogue.draft_known")
    return row


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a new entry (新编目录)."""
    by = viewer.actor(request)
    form = form_of(request, forms.NewForm, by=by, right=EDIT)
    made: list[EntryDraft] = []

    def act() -> None:
        given = form.cleaned_data
        path = dict(classes.classes(clock.today()))[given["class_code"]]
        content = {"abstract": "", "class_path": path}
        made.append(editing.start_new(by=by, content=content, **given))

    if done(request, form, act, "已开始编制，请填写元数据和信息项。"):
        return redirect("data_catalogue:draft", pk=made[0].pk)
    after = "系统给出资源代码，进入编制页填写"
    return asked(request, form, "新编目录", after, reverse("data_catalogue:entries"), "drafts")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft with its grid; saving never loses what was typed (编制页)."""
    by = viewer.actor(request)
    row = _draft(pk, by)
    form: forms.DraftForm = form_of(request, forms.DraftForm, **_initial(request, row))  # type: ignore[assignment]
    lines = grid.posted(request.POST) if request.method == "POST" else grid.shown(row.items)
    if request.method == "POST":
        grid.judge(lines, request.POST.get("share", ""))
    wrong = sum(bool(line.faults) for line in lines)
    if wrong and any(set(line.faults) & {"length", *grid.CHOICES} for line in lines):
        form.is_valid()
        form.add_error(None, f"信息项有 {wrong} 行需要改正，尚未保存。")
    elif _saved(request, form, row, lines, by):
        return _next(request, row, by)
    is_editable = row.case.state in editing.EDITABLE
    context = {
        "row": row, "form": form, "lines": [*lines, *(grid.spare() if is_editable else [])], "filled": len(lines),
        "columns": grid.COLUMNS, "problems": editing.faults_of(row), "changes": editing.changes_of(row),
        "is_editable": is_editable, "may_publish": access.allows(by, PUBLISH, row.provider), "wrong": wrong,
    }  # fmt: skip
    return shown(request, "draft", "drafts", context, status=422 if form.errors else 200)


def _initial(request: HttpRequest, row: EntryDraft) -> dict[str, Any]:
    if request.method == "POST":
        return {}
    content = dict(row.content)
    extras = content.pop("extras", {})
    return {
        "initial": {
            **content, "title": row.title, "valid_from": row.valid_from, "reason": row.reason,
            "provider_uscc": extras.get("provider_uscc", ""), "related": " ".join(content.get("related", [])),
        }
    }  # fmt: skip


def _saved(
    request: HttpRequest, form: forms.DraftForm, row: EntryDraft, lines: list[grid.Line], by: Actor
) -> bool:
    def act() -> None:
        given = form.cleaned_data
        editing.save(
            row, title=given["title"], content=form.content(row.content), items=[line.item for line in lines],
            by=by, expected=int(request.POST.get("version") or 0), valid_from=given["valid_from"],
            reason=given["reason"],
        )  # fmt: skip

    return done(request, form, act, "已保存。")


def _next(request: HttpRequest, row: EntryDraft, by: Actor) -> HttpResponse:
    """After saving: stay, or hand it in when that was asked for."""
    if request.POST.get("then") == "submit":
        return _do(request, _draft(row.pk, by), "submit", by)
    return redirect("data_catalogue:draft", pk=row.pk)


@require_POST
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit, publish, return or drop a draft (编制稿办理)."""
    by = viewer.actor(request)
    return _do(request, _draft(pk, by), request.POST.get("do", ""), by)


def _do(request: HttpRequest, row: EntryDraft, name: str, by: Actor) -> HttpResponse:
    if name not in ACTS:
        raise NotFound("没有这个动作。", rule="data_catalogue.act")
    try:
        if name == "return":
            editing.send_back(row, by=by, reason=request.POST.get("reason", ""))
        else:
            {"submit": editing.submit, "publish": editing.publish, "drop": editing.drop}[name](row, by=by)
    except PlatformError as error:
        messages.error(request, error.message_zh)
        return redirect("data_catalogue:draft", pk=row.pk)
    messages.success(request, ACTS[name])
    if name == "publish" and row.resource_id:
        return redirect("data_catalogue:entry", pk=row.resource_id)
    return (
        redirect("data_catalogue:draft", pk=row.pk) if name != "drop" else redirect("data_catalogue:drafts")
    )
