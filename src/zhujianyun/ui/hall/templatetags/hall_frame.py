"""What every page of the hall needs around it (页面框架): name, navigation, who is signed in."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from zhujianyun.base import clock

register = template.Library()

# (Chinese, name of the address); an address that is not built yet simply has no entry.
NAV = (
    ("首页", "hall:home"),
    ("办事服务", "hall:services"),
    ("查办件", "hall:track"),
    ("公示公告", "hall:notices"),
    ("公开核验", "hall:verify"),
    ("公开数据", "hall:figures"),
    ("开放数据", "open_data:home"),
)
FOOT = (
    ("离线核验工具", "hall:verify_offline"),
    ("文书核验", "hall:verify_paper"),
    ("订阅公示", "hall:feed"),
    ("谁查阅了我的信息", "own_reads:home"),
    ("关于本站", "hall:about"),
    ("工作人员入口", "account_login"),
)


@register.simple_tag(takes_context=True)
def hall_frame(context: dict[str, Any]) -> dict[str, Any]:
    """The frame of a page (页面框架). Asks the database nothing; works without a request, too."""
    request = context.get("request")
    here = request.path if request else ""
    return {
        "site": settings.SITE_NAME,
        "home": address("hall:home"),
        "search": address("hall:notices"),
        "services": address("hall:services"),
        "track": address("hall:track"),
        "applicant": getattr(request, "applicant", None),
        "mine": address("hall:mine"),
        "enter": address("hall:signin"),
        "register": address("hall:register"),
        "leave": address("hall:signout"),
        "nav": _links(NAV, here),
        "foot": _links(FOOT, here),
        "now": clock.now(),
    }


def address(name: str) -> str:
    """The address of a page by its name, empty while nobody has built it (网址)."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _links(pages: tuple[tuple[str, str], ...], here: str) -> list[dict[str, Any]]:
    found = [(zh, name, address(name)) for zh, name in pages]
    return [{"zh": zh, "url": url, "here": _is_here(name, url, here)} for zh, name, url in found if url]


def _is_here(name: str, url: str, here: str) -> bool:
    return here == url if name == "hall:home" else here.startswith(url)
