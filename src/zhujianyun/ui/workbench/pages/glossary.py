"""The glossary page (名词): every term with its text and basis, searchable."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhujianyun.ui.workbench import glossary


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """All terms by group, or those that hold the words asked for (名词)."""
    words = request.GET.get("q", "").strip()[:40]
    groups = [(f"含“{words}”的名词", glossary.search(words))] if words else glossary.grouped()
    return render(request, "workbench/glossary.html", {"groups": groups, "words": words})
