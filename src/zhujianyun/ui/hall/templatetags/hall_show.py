"""Small things that templates of the hall need (模板过滤器)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """The value at a key, "" when there is none (按键取值)."""
    return found.get(key, "")
