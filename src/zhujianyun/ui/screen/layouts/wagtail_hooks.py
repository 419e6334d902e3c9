"""The editor's place in the workbench (接入工作台): addresses and a menu entry."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from zhujianyun.kernel import access
from zhujianyun.ui.screen.layouts import pages
from zhujianyun.ui.screen.layouts.actions import EDIT

addresses = [
    path("screens/", pages.index, name="index"),
    path("screens/<slug:code>/edit/", pages.edit, name="edit"),
    path("screens/<slug:code>/preview", pages.preview, name="preview"),
    path("screens/<slug:code>/save", pages.save, name="save"),
    path("screens/<slug:code>/lock", pages.lock, name="lock"),
    path("screens/<slug:code>/publish", pages.publish, name="publish"),
    path("screens/<slug:code>/versions/<int:number>.yaml", pages.download, name="download"),
]


@hooks.register("register_admin_urls")
def own_addresses() -> list[Any]:
    """The pages of the editor (页面)."""
    return [path("", include((addresses, "layouts"), namespace="layouts"))]


class _Entry(MenuItem):
    """Shown to those who may edit."""

    def is_shown(self, request: HttpRequest) -> bool:
        return access.allows(request.user.actor(), EDIT)


@hooks.register("register_admin_menu_item")
def own_entry() -> MenuItem:
    """大屏布局."""
    return _Entry("大屏布局", reverse("layouts:index"), name="zjy-layouts", icon_name="grip", order=890)
