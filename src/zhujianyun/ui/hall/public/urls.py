"""Addresses of the public pages (公众页面网址). Permanent: notices keep theirs for ever."""

from __future__ import annotations

from django.urls import path

from zhujianyun.ui.hall.public import pages

urlpatterns = [
    path("", pages.home, name="home"),
]
