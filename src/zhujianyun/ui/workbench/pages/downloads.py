"""What can be taken away from a case (下载): papers, documents, the clock proof, the scripts that check it."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel.case import papers, prove
from zhujianyun.ui.workbench import casefile, viewer
from zhujianyun.ui.workbench.pages.handling import find

# Scripts that recompute with nothing but Python: anybody may take them along.
SHOWN = ("pdf", "png", "jpg", "gif", "bmp", "webp")  # kinds that browsers show without running anything
SCRIPTS = ("recompute_clock.py", "verify_draw.py")


@xframe_options_sameorigin
@require_safe
def paper(request: HttpRequest, case: int, pk: int) -> FileResponse:
    """A paper as PDF, rendered on first demand, shown in the browser (文书)."""
    row = _child(request, case, pk, "papers")
    return _sent(papers.file_of(row), f"{row.doc}-{row.number}.pdf", inline=True)


@xframe_options_sameorigin
@require_safe
def document(request: HttpRequest, case: int, pk: int) -> FileResponse:
    """A document that was handed in (材料)."""
    row = _child(request, case, pk, "documents")
    if row.file is None:
        raise NotFound("这份材料是核对的纸质原件，平台里没有电子文件。", rule="case.document")
    return _sent(row.file, row.file.name, inline=row.file.kind in SHOWN)


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """The clock proof as JSON (时限证明)."""
    found = find(viewer.actor(request), number=number)
    text = json.dumps(prove.prove(found), ensure_ascii=False, indent=2, sort_keys=True)
    return as_file(text + "\n", casefile.proof_name(found), "application/json; charset=utf-8")


@require_safe
def script(request: HttpRequest, name: str) -> HttpResponse:
    """A script that checks without this platform (复算脚本)."""
    if name not in SCRIPTS:
        raise NotFound("没有这个脚本。", rule="workbench.script")
    spec = find_spec(f"zhujianyun.kernel.case.{name.removesuffix('.py')}")
    if spec is None or spec.origin is None:
        raise NotFound("没有这个脚本。", rule="workbench.script")
    return as_file(Path(spec.origin).read_text(encoding="utf-8"), name, "text/x-python; charset=utf-8")


def as_file(text: str, name: str, media_type: str) -> HttpResponse:
    """A text to be saved under a name (下载文本)."""
    answer = HttpResponse(text, content_type=media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _child(request: HttpRequest, case: int, pk: int, what: str) -> Any:
    found = getattr(find(viewer.actor(request), pk=case), what).filter(pk=pk).first()
    if found is None:
        raise NotFound("这个办件没有这份文件。", rule="case.file")
    return found


def _sent(stored: Any, name: str, *, inline: bool) -> FileResponse:
    answer = FileResponse(stored.open(), content_type=stored.media_type)
    way = "inline" if inline else "attachment"
    answer["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
