"""The hall's place in the workbench (接入工作台): officers who verify enterprises find them there."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from zhujianyun.kernel import access
from zhujianyun.ui.hall.people.enterprises import VERIFY
from zhujianyun.ui.hall.verifying import pages
from zhujianyun.ui.workbench import viewer


@hooks.register("register_admin_urls")
def own_addresses() -> list:
    """The page of claims, inside the admin's frame (核验页面)."""
    here = [path("", pages.index, name="claims"), path("<int:pk>/", pages.decide, name="decide")]
    return [path("enterprises/", include((here, "hall_verifying")))]


@hooks.register("construct_main_menu")
def own_menu(request: HttpRequest, items: list) -> None:
    """Shown to those who may verify (菜单)."""
    if access.allows(viewer.actor(request), VERIFY):
        link = reverse("hall_verifying:claims")
        items.append(MenuItem("企业核验", link, name="hall-claims", icon_name="group", order=45))
