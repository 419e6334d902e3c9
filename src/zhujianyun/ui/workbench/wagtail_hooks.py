"""Our place in Wagtail's admin (接入后台框架): addresses, menu, style and script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, include, path, reverse
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from zhujianyun.kernel import access
from zhujianyun.ui.manifest import MenuEntry
from zhujianyun.ui.workbench import menu, viewer

# A working tool, not (yet) a CMS: these entries of Wagtail are not shown to officers.
HIDDEN = frozenset({"explorer", "images", "documents", "reports", "settings", "help", "snippets", "media"})


@hooks.register("register_admin_urls")
def own_addresses() -> list:
    """The pages of the workbench, inside the admin's frame (页面)."""
    return [path("", include("zhujianyun.ui.workbench.addresses"))]


@hooks.register("construct_main_menu")
def own_menu(request: HttpRequest, items: list) -> None:
    """The menu: ours, then what the apps bring (菜单)."""
    name_in_sidebar(request.user)
    items[:] = [item for item in items if item.name not in HIDDEN]
    items += [
        MenuItem("工作台", reverse("wagtailadmin_home"), name="zjy-home", icon_name="home", order=10),
        MenuItem("办件", reverse("workbench:cases"), name="zjy-cases", icon_name="tasks", order=20),
        MenuItem("抽签", reverse("workbench:draws"), name="zjy-draws", icon_name="rotate", order=30),
    ]
    items.append(
        MenuItem("代理与移交", reverse("workbench:duties"), name="zjy-duties", icon_name="group", order=40)
    )
    items.append(
        MenuItem("名词", reverse("workbench:glossary"), name="zjy-terms", icon_name="help", order=890)
    )
    items += [item for item in map(_item, _shown(request)) if item]
    items.append(
        MenuItem(
            "展示大屏", reverse("screen:show", args=["main"]), name="zjy-wall", icon_name="desktop", order=900
        )
    )


@hooks.register("insert_global_admin_css")
def own_style() -> str:
    """Our style sheet, after Wagtail's (样式)."""
    return format_html('<link rel="stylesheet" href="{}">', static("workbench/workbench.css"))


@hooks.register("insert_global_admin_css")
def handling_style() -> str:
    """The style of the handling pages and of the terms (办理样式)."""
    return format_html('<link rel="stylesheet" href="{}">', static("workbench/handling.css"))


@hooks.register("insert_global_admin_js")
def handling_script() -> str:
    """The viewer of papers, the way back, the terms (办理脚本)."""
    return format_html('<script src="{}" defer></script>', static("workbench/handling.js"))


@hooks.register("insert_global_admin_js")
def own_script() -> str:
    """A few conveniences; every page works without them (脚本)."""
    return format_html('<script src="{}" defer></script>', static("workbench/workbench.js"))


def name_in_sidebar(user: Any) -> None:
    """Wagtail's sidebar greets people by `first_name`; ours have one Chinese name (侧栏姓名)."""
    if not hasattr(user, "first_name"):
        user.first_name = user.get_short_name()


def _shown(request: HttpRequest) -> list[MenuEntry]:
    actor = viewer.actor(request)
    return [one for one in menu.all_() if not one.permission or access.allows(actor, one.permission)]


def _item(entry: MenuEntry) -> MenuItem | None:
    try:
        url = reverse(entry.url_name)
    except NoReverseMatch:
        return None
    return MenuItem(entry.zh, url, name=f"app-{entry.url_name}", icon_name=entry.icon, order=entry.order)
