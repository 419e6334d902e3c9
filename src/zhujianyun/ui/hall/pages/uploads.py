"""The upload protocol (上传接口): create, ask how far, send on, give up; after tus 1.0."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from zhujianyun.base.errors import Conflict, PlatformError, RuleBroken
from zhujianyun.ui.hall.applying import drafting, handing_in, slots, uploading
from zhujianyun.ui.hall.models import Application, Upload
from zhujianyun.ui.hall.pages.account import mine
from zhujianyun.ui.hall.visiting import applicants_only

OFFSET = "application/offset+octet-stream"


@applicants_only
@require_POST
def create(request: HttpRequest, uid: str) -> HttpResponse:
    """Announce a file (开始上传)."""
    row = drafting.find(mine(request), uid)
    data = request.POST
    try:
        size = int(data.get("size", "")) if data.get("size", "").isdigit() else 0
        upload = uploading.begin(
            row, data.get("slot", ""), data.get("name", ""), size, data.get("sha256", ""), _slots(row)
        )
    except PlatformError as error:
        return JsonResponse(error.as_answer(), status=error.http_status)
    link = reverse("hall:upload", args=[row.uid, upload.uid])
    answer = JsonResponse({"url": link, "offset": uploading.offset_of(upload)}, status=201)
    answer["Location"] = link
    return answer


@applicants_only
@require_http_methods(["HEAD", "GET", "PATCH", "DELETE"])
def one(request: HttpRequest, uid: str, upload: str) -> HttpResponse:
    """One upload: HEAD tells how far, PATCH sends on, DELETE gives up (续传)."""
    row = drafting.find(mine(request), uid)
    try:
        found = uploading.find(row, upload)
        if request.method == "DELETE":
            uploading.discard(found)
            return HttpResponse(status=204)
        return _sent_on(request, row, found) if request.method == "PATCH" else _told(found)
    except Conflict as error:
        answer = JsonResponse(error.as_answer(), status=409)
        answer["Upload-Offset"] = str(error.details.get("offset", ""))
        return answer
    except PlatformError as error:
        return JsonResponse(error.as_answer(), status=error.http_status)


def _told(upload: Upload) -> HttpResponse:
    answer = HttpResponse(status=200)
    answer["Upload-Offset"], answer["Upload-Length"] = str(uploading.offset_of(upload)), str(upload.size)
    answer["Cache-Control"] = "no-store"
    return answer


def _sent_on(request: HttpRequest, row: Application, upload: Upload) -> HttpResponse:
    """Take a piece; it is read whole before the transaction begins, for SQLite has one writer."""
    offset = request.headers.get("Upload-Offset", "")
    if request.content_type != OFFSET or not offset.isdigit():
        raise RuleBroken("上传请求不完整，请重新选择文件。", rule="hall.upload_shape")
    piece = request.read(uploading.PIECE + 1)
    if len(piece) > uploading.PIECE:
        raise RuleBroken("一次传来的内容过多，请重新选择文件。", rule="hall.upload_piece")
    length = uploading.append(upload, int(offset), [piece])
    if length < upload.size:
        answer = HttpResponse(status=204)
        answer["Upload-Offset"] = str(length)
        return answer
    allowed = _slots(row)
    uploading.finish(upload, allowed)
    answer = JsonResponse({"html": _slot_html(request, row, upload.slot)})
    answer["Upload-Offset"] = str(length)
    return answer


@applicants_only
@require_POST
def remove(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a file out of its slot, by script (移除材料)."""
    row = drafting.find(mine(request), uid)
    slot = request.POST.get("slot", "")
    try:
        slots.remove(row, slot)
    except PlatformError as error:
        return JsonResponse(error.as_answer(), status=error.http_status)
    return JsonResponse({"html": _slot_html(request, row, slot)})


def _slots(row: Application) -> list[slots.Slot]:
    definition = handing_in.definition_of(row)
    return slots.of(row, definition, handing_in.action_of(row, definition))


def _slot_html(request: HttpRequest, row: Application, key: str) -> str:
    slot = next(one for one in _slots(row) if one.key == key)
    context = {"slot": slot, "row": row, "limit_mb": uploading.LIMIT // 1024**2}
    return render_to_string("hall/applying/slot.html", context, request=request)
