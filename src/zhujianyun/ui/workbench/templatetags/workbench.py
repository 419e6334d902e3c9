"""Lamps, states and days as the workbench shows them (灯、环节、日期的显示).

Meaning never rests on colour alone: each lamp has a mark and a word.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from wagtail.admin.menu import admin_menu
from wagtail.admin.telepath import JSContext
from wagtail.admin.ui import sidebar as parts

from zhujianyun.base import clock
from zhujianyun.kernel.case.clock import LAMPS_ZH

register = template.Library()

MARKS = {"green": "●", "yellow": "◐", "red": "▲", "black": "■", "": "–"}
WEEKDAYS = "一二三四五六日"


@register.simple_tag
def lamp(colour: str, text: str = "") -> SafeString:
    """A lamp: mark, colour and word (时限灯)."""
    return format_html(
        '<span class="wb-lamp wb-lamp--{}"><span aria-hidden="true">{}</span> {}</span>',
        colour or "none",
        MARKS.get(colour, "–"),
        text or LAMPS_ZH.get(colour, "无"),
    )


@register.simple_tag
def state(shown: Any) -> SafeString:
    """A state as a badge: sort by shape and colour, name in words (环节)."""
    return format_html(
        '<span class="wb-state wb-state--{}"><span aria-hidden="true">{}</span> {}</span>',
        shown.sort,
        shown.mark,
        shown.zh,
    )


@register.filter
def day(value: date | None) -> str:
    """A day as 2020-03-05 (日期)."""
    return value.isoformat() if value else "—"


@register.filter
def at(value: datetime | None) -> str:
    """An instant in Peking time as 2020-03-05 14:30 (时刻)."""
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if value else "—"


@register.filter
def weekday(value: date) -> str:
    """周一 … 周日."""
    return f"周{WEEKDAYS[value.weekday()]}"


@register.inclusion_tag("workbench/parts/demo.html")
def demo_banner() -> dict[str, Any]:
    """On a demo: that the figures are samples, and what time it is there (演示提示)."""
    return {"is_demo": bool(getattr(settings, "ZJY_DEMO", False)), "now": clock.now()}


@register.simple_tag(takes_context=True)
def sidebar(context: Any) -> SafeString:
    """The sidebar as Wagtail draws it, with our menu and our words for the account (侧栏)."""
    request = context["request"]
    mine = [
        parts.LinkMenuItem("account", "我的账号", reverse("wagtailadmin_account"), icon_name="user"),
        parts.ActionMenuItem("logout", "退出登录", reverse("wagtailadmin_logout"), icon_name="logout"),
    ]
    modules = [
        parts.WagtailBrandingModule(),
        parts.MainMenuModule(admin_menu.render_component(request), mine, request.user),
    ]
    return json_script({"modules": JSContext().pack(modules)}, element_id="wagtail-sidebar-props")
