"""Search in the workbench's frame (接入工作台): its page, its entry, its box on every page and its key."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from zhujianyun.ui.search import pages


@hooks.register("register_admin_urls")
def own_addresses() -> list:
    """The page of results (检索页)."""
    return [path("search/", pages.show, name="zjy_search")]


@hooks.register("construct_main_menu")
def own_entry(request: HttpRequest, items: list) -> None:
    """检索, below the list."""
    items.append(MenuItem("检索", reverse("zjy_search"), name="zjy-search", icon_name="search", order=25))


@hooks.register("insert_global_admin_css")
def own_style() -> str:
    """The box on every page (样式)."""
    return format_html('<link rel="stylesheet" href="{}">', static("search/search.css"))


@hooks.register("insert_global_admin_js")
def own_script() -> str:
    """The key that leads to it (脚本)."""
    return format_html('<script src="{}" defer></script>', static("search/search.js"))
