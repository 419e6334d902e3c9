"""Small things that the handling page writes its own way (办理页的显示)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from zhujianyun.base import clock
from zhujianyun.ui.workbench.pages.downloads import SHOWN

register = template.Library()


@register.filter
def minute(value: datetime) -> str:
    """An instant as a browser's field for date and time writes it, in Peking time (时刻输入值)."""
    return f"{clock.local(value):%Y-%m-%dT%H:%M}"


@register.filter
def is_shown(stored: Any) -> bool:
    """Whether a browser can show the file in the page (可否在页内查看)."""
    return bool(stored) and stored.kind in SHOWN


@register.filter
def sort_of(stored: Any) -> str:
    """How the viewer shows a file: a picture by itself, anything else in a frame (查看方式)."""
    return "frame" if stored.kind == "pdf" else "image"
