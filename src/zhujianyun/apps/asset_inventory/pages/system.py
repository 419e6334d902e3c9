"""The page of one system (系统页面)."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhujianyun.apps.asset_inventory.models import Document
from zhujianyun.apps.asset_inventory.pages.frame import shown
from zhujianyun.apps.asset_inventory.pages.wording import names_of, told
from zhujianyun.apps.asset_inventory.queries import EDIT, PROBE, REVIEW, pages, record_of
from zhujianyun.apps.asset_inventory.queries.standing import standing_of
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.ui.workbench import viewer


@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about a system, with what one may do (系统页面)."""
    by = viewer.actor(request)
    record = record_of(code, by)
    owner = record.system.owner
    content = pages.page_of(record)
    names = names_of(content["timeline"])
    context = {
        **content,
        "record": record,
        "system": record.system,
        "standing": standing_of([record]).get(record.system_id) if record.system.is_live else None,
        "told": [told(entry, names) for entry in content["timeline"]],
        "today": clock.today(),
        "may_edit": access.allows(by, EDIT, owner) and record.system.is_live,
        "may_review": access.allows(by, REVIEW, owner) and record.system.is_live,
        "may_probe": access.allows(by, PROBE, owner) and record.system.is_live,
        "strip_days": pages.STRIP_DAYS,
    }
    return shown(request, "system", "systems", context)


@require_safe
def document(request: HttpRequest, code: str, pk: int) -> FileResponse:
    """A paper about the system, as a download (下载文档)."""
    record = record_of(code, viewer.actor(request))
    row = Document.objects.select_related("file").filter(system=record.system, pk=pk, removed_at=None).first()
    if row is None:
        raise NotFound("没有这份文档，或已移除。", rule="asset_inventory.document")
    answer = FileResponse(row.file.open(), as_attachment=True, filename=row.file.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
