"""The open catalogue for programs (目录导出): Turtle and JSON-LD, nobody signs in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhujianyun.apps.data_catalogue.feeds import dcat
from zhujianyun.apps.data_catalogue.queries import opened

FORMATS = {"ttl": ("turtle", "text/turtle; charset=utf-8"), "jsonld": ("json-ld", "application/ld+json")}


@require_safe
def catalogue(request: HttpRequest, form: str) -> HttpResponse:
    """The open catalogue as DCAT-AP 3 (DCAT 导出)."""
    kind, media = FORMATS[form]
    base = request.build_absolute_uri(reverse("open_data:home"))
    made = dcat.graph(opened.open_entries(), base, f"{settings.SITE_NAME}开放数据", settings.SITE_NAME)
    answer = HttpResponse(made.serialize(format=kind, encoding="utf-8"), content_type=media)
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer
