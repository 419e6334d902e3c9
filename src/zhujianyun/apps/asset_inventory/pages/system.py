"""The page of one system (系统页面)."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from zhujianyun.apps.asset_inventory.models import Document, SystemRecord
from zhujianyun.apps.asset_inventory.pages.frame import shown
from zhujianyun.apps.asset_inventory.pages.wording import names_of, told
from zhujianyun.apps.asset_inventory.queries import EDIT, PROBE, REVIEW, pages, record_of
from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access
from zhujianyun.ui.workbench import viewer


@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """How a system stands, with what one may do (系统概况)."""
    record, context = _found(request, code)
    return shown(
        request, "system", "systems", {**context, **pages.page_of(record), "strip_days": pages.STRIP_DAYS}
    )


@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Papers and everything that happened (文档和经过)."""
    record, context = _found(request, code)
    content = pages.history_of(record)
    names = names_of(content["timeline"])
    told_ = [told(entry, names) for entry in content["timeline"]]
    return shown(request, "history", "systems", {**context, **content, "told": told_})


def _found(request: HttpRequest, code: str) -> tuple[SystemRecord, dict[str, Any]]:
    by = viewer.actor(request)
    record = record_of(code, by)
    owner, live = record.system.owner, record.system.is_live
    return record, {
        "record": record,
        "system": record.system,
        "today": clock.today(),
        "may_edit": live and access.allows(by, EDIT, owner),
        "may_review": live and access.allows(by, REVIEW, owner),
        "may_probe": live and access.allows(by, PROBE, owner),
    }


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
