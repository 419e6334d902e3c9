"""Public pages of the hall (公众页面)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """The front page of the hall (首页)."""
    return render(request, "hall/public/home.html", {})
