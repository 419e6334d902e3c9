"""The place of alarms in the back office (接入后台): addresses and menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from zhujianyun.ui.screen.alarms import pages
from zhujianyun.ui.workbench import viewer


@hooks.register("register_admin_urls")
def addresses() -> list:
    """The pages of the alarms (告警页面)."""
    return [path("alarms/", include("zhujianyun.ui.screen.alarms.urls"))]


@hooks.register("construct_main_menu", order=20)
def entry(request: HttpRequest, items: list) -> None:
    """For whoever may see alarms (告警菜单)."""
    if pages.may_see(viewer.actor(request)):
        items.append(
            MenuItem("告警", reverse("alarms:index"), name="zjy-alarms", icon_name="warning", order=910)
        )
