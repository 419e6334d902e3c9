"""Filling in and handing in (填写与提交): the form with its documents, the summary, the receipt."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base import clock, files
from zhujianyun.base.errors import Conflict, PlatformError
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.ui.hall import kept
from zhujianyun.ui.hall.applying import drafting, fields, handing_in, services, slots, uploading
from zhujianyun.ui.hall.applying.drafting import Body
from zhujianyun.ui.hall.models import Application
from zhujianyun.ui.hall.pages.account import mine
from zhujianyun.ui.hall.pages.entering import both
from zhujianyun.ui.hall.tracking import querying
from zhujianyun.ui.hall.visiting import applicants_only, wants_json
from zhujianyun.ui.workbench import shown

RESTORED_ZH = "登录过期前填写的内容已找回，尚未保存，请核对后继续。"


@applicants_only
@both
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """The form (填写申请); saved by itself, by a button, and on the way to the summary."""
    row = drafting.find(mine(request), uid)
    if not row.is_open:
        return _no_longer(request, row)
    if request.method != "POST":
        found = kept.take(request)
        if found is not None:
            messages.warning(request, RESTORED_ZH)
            return _page(request, row, drafting.posted(found), restored=True)
        return _page(request, row, drafting.body_of(row))
    return _posted(request, row)


def _posted(request: HttpRequest, row: Application) -> HttpResponse:
    what, body = request.POST.get("do", "save"), drafting.posted(request.POST)
    try:
        drafting.save(row, body, mine(request), None if what == "overwrite" else _version(request))
        file_faults = _take_files(request, row, what)
    except PlatformError as error:
        if wants_json(request):
            return JsonResponse(error.as_answer(), status=error.http_status)
        return _page(request, row, body, error=error)
    if wants_json(request):
        return JsonResponse({"version": row.version, "saved": f"{clock.local(row.saved_at):%H:%M:%S}"})
    if file_faults:
        return _page(request, row, body, file_faults=file_faults)
    if what == "check":
        return redirect("hall:summary", row.uid)
    if what.startswith("remove:") or request.FILES:
        return redirect(reverse("hall:application", args=[row.uid]) + "#documents")
    messages.success(
        request, f"草稿已于 {clock.local(row.saved_at):%H:%M} 保存，可以随时回来继续，换一台设备也行。"
    )
    return redirect("hall:application", row.uid)


def _take_files(request: HttpRequest, row: Application, what: str) -> dict[str, str]:
    """Files of a plain post, for browsers without scripts; faults by slot."""
    definition = handing_in.definition_of(row)
    allowed = slots.of(row, definition, handing_in.action_of(row, definition))
    faults: dict[str, str] = {}
    if what.startswith("remove:"):
        slots.remove(row, what.removeprefix("remove:"))
    for name, upload in request.FILES.items():
        slot = name.removeprefix("file:")
        try:
            slots.require_slot(slot, allowed)
            stored = files.put(upload.chunks(), name=upload.name or "", size=upload.size)
            slots.put(row, slot, stored, allowed)
        except PlatformError as error:
            faults[slot] = error.message_zh
    return faults


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 9 else -1


def _page(
    request: HttpRequest, row: Application, body: Body, *, error: PlatformError | None = None,
    file_faults: dict[str, str] | None = None, restored: bool = False,
) -> HttpResponse:  # fmt: skip
    definition = handing_in.definition_of(row)
    action = handing_in.action_of(row, definition)
    asked = fields.of_definition(definition) if row.case_id is None else []
    asked = fields.filled([*asked, *fields.blank(action.facts)], body.values)
    papers = slots.of(row, definition, action)
    faults = dict((error.details.get("fields") if error else None) or {})
    for one in asked:
        one.error = faults.get(one.fact.name, "")
    for slot in papers:
        slot.error = (file_faults or {}).get(slot.key, "")
    context = {
        "row": row, "definition": definition, "action": action, "groups": fields.grouped(asked), "slots": papers,
        "body": body, "places": handing_in.places() if row.case_id is None else [],
        "place": body.place or handing_in.place_of_code(_code(body)), "place_error": faults.get("place", ""),
        "needs_reason": services.REASON in action.need, "reason_error": faults.get("reason", ""),
        "conflict": error if isinstance(error, Conflict) else None,
        "error": None if isinstance(error, Conflict) else error,
        "summary": [(f"#{s.id}", s.error) for s in papers if s.error], "limit_mb": uploading.LIMIT // 1024**2,
        "gaps": slots.gaps_of(row.case, definition) if row.case else [], "restored": restored,
        "kinds": ".pdf,.ofd,.docx,.xlsx,.jpg,.jpeg,.png,.dwg,.zip",
    }  # fmt: skip
    status = error.http_status if error else 422 if file_faults else 200
    return render(request, "hall/applying/edit.html", context, status=status)


def _code(body: Body) -> str:
    return next((text for name, text in body.values.items() if name.endswith("project_code")), "")


def _no_longer(request: HttpRequest, row: Application) -> HttpResponse:
    if wants_json(request):
        try:
            drafting.require_open(row)
        except PlatformError as error:
            return JsonResponse(error.as_answer(), status=error.http_status)
    if row.handed_in_at:
        return redirect("hall:receipt", row.uid)
    messages.info(request, "这份草稿已放弃。")
    return redirect("hall:mine")


@applicants_only
@both
def summary(request: HttpRequest, uid: str) -> HttpResponse:
    """What is declared, what will happen, by when; then hand in (核对并提交)."""
    me = mine(request)
    row = drafting.find(me, uid)
    if not row.is_open:
        return _no_longer(request, row)
    error: PlatformError | None = None
    if request.method == "POST":
        try:
            handing_in.hand_in(row, me)
            return redirect("hall:receipt", row.uid)
        except PlatformError as refused:
            error = refused
    return _summary(request, row, error)


def _summary(request: HttpRequest, row: Application, error: PlatformError | None) -> HttpResponse:
    definition = handing_in.definition_of(row)
    action = handing_in.action_of(row, definition)
    body = drafting.body_of(row)
    asked = fields.of_definition(definition) if row.case_id is None else []
    asked = fields.filled([*asked, *fields.blank(action.facts)], body.values)
    taken, _ = fields.given(asked, body.values)
    papers = slots.of(row, definition, action)
    seen = handing_in.preview(row, mine(request))
    faults = {**_field_faults(asked, error or seen.error, row), **_slot_faults(papers, row)}
    refusal = error or seen.error
    context = {
        "row": row, "definition": definition, "action": action, "slots": papers, "body": body, "seen": seen,
        "groups": [(g.zh, [(f.fact.zh, _said(f, taken)) for f in g.fields]) for g in fields.grouped(asked)],
        "faults": faults, "refusal": refusal if refusal and not _is_about_fields(refusal) else None,
        "place": _place_zh(body, row), "offer": _offer(seen.offer), "may_submit": not faults and seen.error is None,
        "needs_reason": services.REASON in action.need,
        "is_final": action.to in definition.end, "to_zh": definition.states[action.to].zh,
    }  # fmt: skip
    return render(request, "hall/applying/summary.html", context, status=error.http_status if error else 200)


def _is_about_fields(error: PlatformError) -> bool:
    return bool(error.details.get("fields")) or error.rule == "hall.documents"


def _field_faults(
    asked: list[fields.FormField], error: PlatformError | None, row: Application
) -> dict[str, str]:
    said = dict((error.details.get("fields") if error else None) or {})
    places = {one.fact.name: one.id for one in asked} | {
        one.fact.name.removeprefix("action."): one.id for one in asked
    }
    link = reverse("hall:application", args=[row.uid])
    anchors = {"place": "place", "reason": "reason"} | places
    return {f"{link}#{anchors.get(name, '')}": text for name, text in said.items()}


def _slot_faults(papers: list[slots.Slot], row: Application) -> dict[str, str]:
    link = reverse("hall:application", args=[row.uid])
    return {f"{link}#{s.id}": s.missing_zh for s in papers if s.file is None}


def _said(one: fields.FormField, taken: dict) -> str:
    """As the engine will take it, unmasked: he has to check what he typed."""
    return shown.value_zh(one.fact, look(taken, one.fact.name), masked=False)


def _place_zh(body: Body, row: Application) -> str:
    code = body.place or handing_in.place_of_code(_code(body))
    if row.case_id is not None:
        return ""
    return next((f"{city}{zh}" for city, ones in handing_in.places() for one, zh in ones if one == code), "—")


def _offer(process: str) -> services.Service | None:
    if not process or process not in registry.processes():
        return None
    found = [one for one in services.offered(clock.today()) if one.process == process]
    return found[0] if found else None


@applicants_only
@require_safe
def receipt(request: HttpRequest, uid: str) -> HttpResponse:
    """It is handed in: number, query code, what happens next (提交回执)."""
    row = drafting.find(mine(request), uid)
    if row.case is None or not row.handed_in_at:
        return redirect("hall:application", row.uid)
    definition = registry.get(row.case.process, row.case.definition_version)
    context = {
        "row": row, "case": row.case, "definition": definition, "state": shown.state_of(row.case, definition),
        "code": querying.code_of(row.case), "clocks": row.case.clocks.filter(stopped_on=None).order_by("due_on"),
        "action": next((a for _, a in definition.all_actions() if a.name == row.action), None),
        "papers": row.case.documents.filter(step__key=f"hall:{row.uid}").order_by("pk"),
    }  # fmt: skip
    return render(request, "hall/applying/receipt.html", context)


@applicants_only
@require_POST
def drop(request: HttpRequest, uid: str) -> HttpResponse:
    """Give a draft up (放弃草稿)."""
    me = mine(request)
    drafting.drop(drafting.find(me, uid), me)
    messages.success(request, "草稿已放弃，填写的内容和上传的文件已删除。")
    return redirect("hall:mine")
