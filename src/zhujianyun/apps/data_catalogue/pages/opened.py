"""Open data in the hall (开放数据): list, entry, files. Nobody signs in."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhujianyun.apps.data_catalogue.forms.wording import TYPES
from zhujianyun.apps.data_catalogue.queries import opened
from zhujianyun.base.errors import NotFound

PER_PAGE = 30


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The open entries, searched when asked (开放数据目录)."""
    text = request.GET.get("q", "")[:60]
    found = opened.open_entries(text)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "data_catalogue/open/home.html", {"page": page, "q": text})


@require_safe
def entry(request: HttpRequest, name: str) -> HttpResponse:
    """One open entry: what it says and its files (开放数据)."""
    try:
        one = opened.open_entry(name)
    except NotFound as error:
        return _missing(request, error)
    items = [(item, TYPES.get(item.type, item.type)) for item in one.items]
    return render(request, "data_catalogue/open/entry.html", {"one": one, "items": items})


@require_safe
def download(request: HttpRequest, code: str) -> HttpResponse | FileResponse:
    """A file of an open entry (下载开放文件)."""
    try:
        mount = opened.open_file(code)
    except NotFound as error:
        return _missing(request, error)
    assert mount.file is not None
    answer = FileResponse(mount.file.open(), as_attachment=True, filename=mount.file.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def _missing(request: HttpRequest, error: NotFound) -> HttpResponse:
    return render(request, "data_catalogue/open/missing.html", {"said": error.message_zh}, status=404)
