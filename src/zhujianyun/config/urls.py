"""Addresses of the web process (网址表)."""

from __future__ import annotations

import importlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from zhujianyun.config.assembly import manifests


def healthz(request: HttpRequest) -> HttpResponse:
    """For the supervisor and load balancers: this process answers (存活检查)."""
    return HttpResponse("ok", content_type="text/plain")


def front_door(request: HttpRequest) -> HttpResponse:
    """The bare address leads staff to the main screen and the public to the hall (首页)."""
    if request.user.is_authenticated:
        return redirect("screen:show", code="main")
    return redirect("hall:home")


def _apps() -> list:
    return [
        path(f"workbench/{name.replace('_', '-')}/", include(manifest.urls))
        for name, manifest in manifests().items()
        if manifest.urls and importlib.util.find_spec(manifest.urls)
    ]


def _open() -> list:
    return [
        path("", include(manifest.open_urls))
        for manifest in manifests().values()
        if manifest.open_urls and importlib.util.find_spec(manifest.open_urls)
    ]


urlpatterns = [
    path("healthz", healthz),
    path("", front_door, name="front_door"),
    path("", include("zhujianyun.ui.signin.urls")),
    path("screen/", include("zhujianyun.ui.screen.urls")),
    path("public/screen/", include("zhujianyun.ui.screen.public")),
    path("wall/", include("zhujianyun.ui.screen.devices.urls")),
    *_open(),
    path("hall/", include("zhujianyun.ui.hall.urls")),
    *_apps(),
    path("workbench/", include("zhujianyun.ui.workbench.urls")),
]
