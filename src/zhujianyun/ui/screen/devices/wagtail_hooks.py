"""The place of devices in the back office (接入后台): addresses and menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from zhujianyun.ui.screen.devices import actions
from zhujianyun.ui.workbench import viewer


@hooks.register("register_admin_urls")
def addresses() -> list:
    """The pages of the devices (设备页面)."""
    return [path("devices/", include("zhujianyun.ui.screen.devices.desk_urls"))]


@hooks.register("construct_main_menu", order=20)
def entry(request: HttpRequest, items: list) -> None:
    """For whoever may manage devices (设备菜单)."""
    if actions.may_manage(viewer.actor(request)):
        items.append(
            MenuItem("大屏设备", reverse("devices:index"), name="zjy-devices", icon_name="desktop", order=920)
        )
