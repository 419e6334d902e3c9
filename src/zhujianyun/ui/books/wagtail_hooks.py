"""Our place in Wagtail's admin (接入后台框架): addresses."""

from __future__ import annotations

from django.urls import include, path
from wagtail import hooks


@hooks.register("register_admin_urls")
def own_addresses() -> list:
    """The pages of the books (台账页面)."""
    return [path("", include("zhujianyun.ui.books.urls"))]
