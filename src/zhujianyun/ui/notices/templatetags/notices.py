"""The newest notices on other pages (最新消息): ``{% load notices %}{% latest_notices %}``."""

from __future__ import annotations

from typing import Any

from django import template

from zhujianyun.ui.notices import queries

register = template.Library()


@register.inclusion_tag("notices/parts/latest.html", takes_context=True)
def latest_notices(context: Any, limit: int = 6) -> dict[str, Any]:
    """The newest unread notices of whoever looks, with a link to all (最新未读消息). One query."""
    return {"notices": queries.latest(context["request"].user, limit)}
