"""Addresses of the hall (办事大厅网址): the public pages first, then the applicant's own."""

from __future__ import annotations

from django.urls import include, path

app_name = "hall"
urlpatterns = [
    path("", include("zhujianyun.ui.hall.public.urls")),
    path("", include("zhujianyun.ui.hall.pages.addresses")),
]
