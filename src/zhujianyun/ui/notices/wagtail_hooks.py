"""Our place in Wagtail's admin (接入后台框架): addresses, and the entry of the sidebar with its number."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import include, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from zhujianyun.ui.notices import queries
from zhujianyun.ui.workbench import viewer


@hooks.register("register_admin_urls")
def own_addresses() -> list:
    """The pages of notices (消息页面)."""
    return [path("notices/", include("zhujianyun.ui.notices.urls"))]


@hooks.register("construct_main_menu")
def own_entry(request: HttpRequest, items: list) -> None:
    """消息, with how many are unread: one query on a small index."""
    items.append(
        MenuItem(
            entry_zh(queries.unread(viewer.account(request))), reverse("notices:list"), name="zjy-notices",
            icon_name="mail", order=15,
        )
    )  # fmt: skip


def entry_zh(count: int) -> str:
    """The words of the entry: 消息, 消息（3）, 消息（99+）."""
    if not count:
        return "消息"
    return f"消息（{count if count < queries.COUNTED else f'{queries.COUNTED - 1}+'}）"
